"""Every setting is documented, and only settings that exist are spoken of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import PREFIX, load, table
from tests.docs.pages import documents
from tests.docs.tables import DOCS, ROOT, settings_page

KNOWN = frozenset(PREFIX + one.name.upper() for one, _ in table())


def test_the_page_of_settings_is_what_the_code_says() -> None:
    assert (DOCS / "settings.md").read_text("utf-8") == settings_page(), "run: .venv/bin/python -m tests.docs.tables"


def test_every_setting_has_an_explanation() -> None:
    assert [one.name for one, _ in table() if not one.metadata["doc"].strip()] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_no_document_names_a_setting_that_does_not_exist(path: Path) -> None:
    named = set(re.findall(r"\bLINLI_[A-Z][A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    assert named - KNOWN == set()


def test_the_example_of_the_service_is_accepted() -> None:
    lines = (ROOT / "deploy" / "linli.env.example").read_text("utf-8").splitlines()
    given = [line.lstrip("# ").partition("=") for line in lines if re.match(r"(# )?LINLI_", line)]
    settings = load({name: value.strip("'") for name, _, value in given})
    assert len(given) >= 8
    assert settings.public_url == "https://linli.example"
    assert settings.telegram_webhook_secret
