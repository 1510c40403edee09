"""The glossary's code names exist in the code."""

from __future__ import annotations

import re
from functools import cache

import pytest

from handlers.rules import Rules
from knowledge.understanding import Understanding
from storage import models
from tests.docs.pages import code_names
from tests.docs.tables import DOCS, ROOT

ROOMS = ("bot", "handlers", "knowledge", "storage")
OWNERS: dict[str, type] = {name: getattr(models, name) for name in models.__all__} | {
    "Rules": Rules,
    "Understanding": Understanding,
}


def rows() -> list[list[str]]:
    text = (DOCS / "glossary.md").read_text("utf-8")
    cells = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line.startswith("| ")
    ]
    return [row for row in cells if row[0] != "zh"]


@cache
def words_of_the_code() -> frozenset[str]:
    sources = [
        path.read_text("utf-8")
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    return frozenset(re.findall(r"\w+", "\n".join(sources)))


def exists(name: str) -> bool:
    if "/" in name:
        return (ROOT / name).exists()
    owner, dot, attribute = name.partition(".")
    if not dot:
        return name in words_of_the_code()
    return attribute in getattr(OWNERS[owner], "__annotations__", {})


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[1])
def test_the_names_of_a_row_exist(row: list[str]) -> None:
    assert len(row) == 4
    assert len(code_names(row[2])) == 1
    assert [name for name in code_names(" ".join(row)) if not exists(name)] == []


def test_nothing_is_explained_twice() -> None:
    terms = [row[1] for row in rows()]
    assert len(terms) == len(set(terms))


def test_every_table_of_people_and_work_is_explained() -> None:
    named = {name.partition(".")[0] for row in rows() for name in code_names(row[2])}
    assert set(models.__all__) - named - {"Base", "Fact", "Media", "WebSession"} == set()
