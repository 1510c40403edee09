"""The documents that people read, and the commands and names that stand in them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.tables import ROOT

READMES = ("README.md", "README.zh-CN.md")


def documents() -> list[Path]:
    """Every text for people: READMEs, docs, deploy."""
    texts = [ROOT / name for name in READMES]
    texts += sorted((ROOT / "docs").rglob("*.md"))
    return texts + sorted(path for path in (ROOT / "deploy").iterdir() if path.is_file())


def code_names(text: str) -> list[str]:
    """What stands in single backquotes."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
