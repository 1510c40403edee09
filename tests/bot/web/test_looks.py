"""What can be said of the looks without a browser: contrast, and that no word is missing."""

from __future__ import annotations

import re
from itertools import product

import pytest

from bot.web.pages import HERE, STATIC
from handlers.texts import Texts

LIGHT, DARK = (STATIC / "tokens.css").read_text().split("@media print")[0].split("@media (prefers-color-scheme: dark)")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_paper(theme: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme))
    inks = ("ink", "accent", "urgent", "warning", "good", "quiet")
    pairs = [*product(inks, ("paper", "soft", "own")), ("on-accent", "accent")]
    assert [pair for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5] == []
    assert contrast(colours["edge"], colours["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative contrast of two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_word_the_pages_use_is_in_the_catalogues() -> None:
    scripts = "".join(path.read_text() for path in STATIC.glob("*.js"))
    templates = "".join(path.read_text() for path in (HERE / "templates").glob("*.html"))
    code = "".join(path.read_text() for path in HERE.glob("*.py"))
    used = {f"web.{key}" for key in re.findall(r"\bword\(\"([\w.]+)\"", scripts)}
    used |= {f"web.{key}" for key in re.findall(r"data-word(?:-label|-placeholder)?=\"([\w.]+)\"", templates)}
    used |= set(re.findall(r"\bt\(\"(web[\w.]*\w)\"[,)]", templates)) | set(re.findall(r"\"(web\.[\w.]+)\"", code))
    texts = Texts.load()
    assert len(used) > 60
    assert used <= texts.keys("zh_Hans") and used <= texts.keys("en")


def test_templates_and_scripts_hold_no_sentence_of_their_own() -> None:
    names_of_languages = {"简体", "繁體"}
    for path in (*STATIC.glob("*.js"), *(HERE / "templates").glob("*.html")):
        text = re.sub(r"= /.*/\w*;", "", path.read_text())  # patterns that recognise words are not words
        words = set(re.findall(r"[\u4e00-\u9fff]{2,}", text)) - names_of_languages
        assert not words, path.name
