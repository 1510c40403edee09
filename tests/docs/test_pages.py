"""What the pages point to exists: links, files, commands, make targets, tables."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.__main__ import COMMANDS, parser
from handlers import topics
from handlers.texts import Texts
from handlers.topic import Registry
from storage.models import Base
from tests.docs.pages import READMES, code_names, documents
from tests.docs.tables import DOCS, ROOT

PAGES = [path for path in (*documents(), ROOT / "CHANGELOG.md") if path.suffix == ".md"]
MOST_WORDS = 1100


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = without_blocks(path.read_text("utf-8"))
    targets = [unquote(one.partition("#")[0]) for one in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in one]
    targets += re.findall(r'<img[^>]+src="([^":]+)"', text)
    assert [one for one in targets if one and not (path.parent / one).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_spoken_of_exist(path: Path) -> None:
    named = [
        one
        for one in code_names(without_blocks(path.read_text("utf-8")))
        if re.match(r"(bot|handlers|knowledge|storage|tests|docs|deploy)/\S+$", one)
    ]
    there = [one for one in named if "hours" not in one and not re.search(r"[<{*…]", one)]
    assert [one for one in there if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_targets_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"python -m bot ([a-z]+)", text)) <= set(COMMANDS)
    assert set(re.findall(r"(?:`|^|<token> )make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", READMES)
def test_every_command_stands_in_the_readme(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [command for command in COMMANDS if f"python -m bot {command}" not in text] == []


@pytest.mark.parametrize("name", READMES)
def test_the_commands_of_the_readme_can_be_given(name: str) -> None:
    for line in re.findall(r"python -m bot ([^`|#\n]*)", (ROOT / name).read_text("utf-8")):
        given = line.replace("[--json]", "").split()
        if given and not any((part.isupper() and part.isalpha()) or part.startswith("[") for part in given):
            parser().parse_args(given)


def test_every_table_of_the_database_is_in_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    assert sorted(set(Base.metadata.tables) - set(code_names(text))) == []


def test_the_architecture_stays_about_a_page() -> None:
    assert len((DOCS / "architecture.md").read_text("utf-8").split()) <= MOST_WORDS


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (DOCS / "adr" / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in (DOCS / "adr").glob("0*.md")}


@pytest.mark.parametrize("name", READMES)
def test_the_chat_commands_of_the_readme_are_those_of_the_bot(name: str) -> None:
    commands = {one.name for one in Registry(topics(), Texts.load()).commands}
    rows = [line for line in (ROOT / name).read_text("utf-8").splitlines() if line.startswith("| `/")]
    assert set(re.findall(r"`/(\w+)`", "\n".join(row.split(" | ")[0] for row in rows))) == commands
