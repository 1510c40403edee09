"""Which sentences the code names, read from its syntax: calls that say something, and texts that could be keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SPEAKING: Final = {
    "say": 0,
    "choice": 0,
    "reply": 0,
    "Say": 0,
    "Refusal": 0,
    "phrase": 0,
    "PictureRefused": 0,
    "FrameError": 0,
    "word": 1,
    "words": 0,
    "line": 0,
}
"""Functions and the position of the key among their arguments."""

_ASKING: Final = frozenset({"question", "submit"})
_SCRIPT: Final = re.compile(r"""word\((?:"([\w.]+)"|`([\w.]+)\$\{)|data-word="([\w.]+)"|\bt\("([\w.]+)"(\s*~)?""")


@dataclass(frozen=True, slots=True)
class Named:
    """A key the code names at ``where``: whole, or with … for what is only known later. ``params`` None: not known."""

    key: str
    where: str
    params: frozenset[str] | None = None

    def fits(self, key: str) -> bool:
        """Whether this may be ``key``."""
        return _pattern(self.key).fullmatch(key) is not None


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, key.split("…"))))


def named() -> list[Named]:
    """Every key that a speaking function, a form's question or a command names in bot/ and handlers/."""
    found: list[Named] = []
    for path, tree in _trees():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            found += [Named(key, where, params) for key, params in _of_call(call)]
    return found


def literals() -> set[str]:
    """Every text in the code, texts with gaps written with …; a key that is among them is used."""
    found: set[str] = set()
    for _, tree in _trees():
        for node in ast.walk(tree):
            found |= set(_keys(node)) if isinstance(node, ast.JoinedStr | ast.Constant) else set()
    for path in sorted([*ROOT.glob("bot/web/static/*.js"), *ROOT.glob("bot/web/templates/*.html")]):
        for plain, begun, data, template, joined in _SCRIPT.findall(path.read_text(encoding="utf-8")):
            found |= {f"web.{one}" for one in (plain, data) if one} | ({f"web.{begun}…"} if begun else set())
            found |= {template + ("…" if joined else "")} if template else set()
        found |= {f"web.{one}" for one in re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', path.read_text(encoding="utf-8"))}
    return found


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _of_call(call: ast.Call) -> Iterator[tuple[str, frozenset[str] | None]]:
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    if name == "command" and call.args:
        yield from ((f"command.{key}", None) for key in _keys(call.args[0]))
    elif name in SPEAKING and len(call.args) > SPEAKING[name]:
        known = (
            None
            if any(one.arg is None for one in call.keywords) or name in ("line", "phrase", "words")
            else _params(call)
        )
        yield from ((key, known) for key in _keys(call.args[SPEAKING[name]]))
    yield from ((key, None) for one in call.keywords if one.arg in _ASKING for key in _keys(one.value))


def _params(call: ast.Call) -> frozenset[str]:
    return frozenset(one.arg for one in call.keywords if one.arg is not None)


def _keys(node: ast.AST) -> Iterator[str]:
    """The texts an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _keys(one)
            yield from _keys(other)
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
