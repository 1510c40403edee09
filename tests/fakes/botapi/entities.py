"""Formatted text as Telegram reads it: HTML and MarkdownV2 to plain text and entities, and the entities it finds itself.

Lengths and offsets are UTF-16 units, as in the Bot API. Wrong markup raises `EntityError` with Telegram's kind of message.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

Entity = dict[str, Any]
Parsed = tuple[str, tuple[Entity, ...]]


class EntityError(ValueError):
    """Markup that Telegram would refuse with "can't parse entities"."""


def units(text: str) -> int:
    """Length in UTF-16 units; characters outside the BMP count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(maxsize=1024)
def parse(text: str, mode: str | None) -> Parsed:
    """Plain text and entities of `text` written in parse mode `mode` (None: as it stands). Raises EntityError."""
    if not mode:
        return text, ()
    reader = {"html": _html, "markdownv2": _markdown_v2, "markdown": _markdown}.get(mode.lower())
    if reader is None:
        raise EntityError(f"unsupported parse_mode {mode!r}")
    return reader(text)


class _Writer:
    """Collects plain text and closes entities over it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.entities: list[Entity] = []

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)

    def close(self, kind: str, start: int, **more: Any) -> None:
        if self.length > start:
            self.entities.append({"type": kind, "offset": start, "length": self.length - start, **more})

    def done(self) -> Parsed:
        ordered = sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))
        return "".join(self.parts), tuple(ordered)


_TAGS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
_TAGS |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"}
_TAGS |= {"span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote"}
_TAGS |= {"tg-emoji": "custom_emoji"}
_TAG = re.compile(r"<(/?)([a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>|<")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


def _html(text: str) -> Parsed:
    out, stack, at = _Writer(), list[tuple[str, int, Entity]](), 0
    for tag in _TAG.finditer(text):
        out.put(html.unescape(text[at : tag.start()]))
        at = tag.end()
        name = (tag[2] or "").lower()
        if tag[1]:
            _close_tag(out, stack, name)
        elif name in _TAGS:
            stack.append((name, out.length, _attributes(name, tag[3])))
        else:
            raise EntityError(f'Unsupported start tag "{name}" at offset {tag.start()}')
    if stack:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    out.put(html.unescape(text[at:]))
    return out.done()


def _close_tag(out: _Writer, stack: list[tuple[str, int, Entity]], name: str) -> None:
    if not stack or (name and stack[-1][0] != name):
        raise EntityError(f'Unmatched end tag "{name}"')
    opened, start, more = stack.pop()
    kind = "expandable_blockquote" if more.pop("expandable", None) else _TAGS[opened]
    if kind == "text_link" and not more["url"]:
        return
    out.close(kind, start, **more)


def _attributes(name: str, source: str) -> Entity:
    found = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(source)}
    if name == "span" and found.get("class") != "tg-spoiler":
        raise EntityError('Tag "span" must have class "tg-spoiler"')
    if name == "a":
        return {"url": found.get("href", "")}
    if name == "tg-emoji":
        return {"custom_emoji_id": found.get("emoji-id", "")}
    if name == "blockquote" and "expandable" in found:
        return {"expandable": True}
    return {}


_V2_MARKS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
_V2_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_LINK = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")


def _markdown_v2(text: str) -> Parsed:
    return _marked(text, _V2_MARKS, _V2_RESERVED)


def _markdown(text: str) -> Parsed:
    return _marked(text, {"*": "bold", "_": "italic"}, frozenset())


def _marked(text: str, marks: dict[str, str], reserved: frozenset[str]) -> Parsed:
    """Read marks that open and close; a reserved character that is neither escaped nor a mark is an error."""
    out, stack, at = _Writer(), list[tuple[str, int]](), 0
    while at < len(text):
        char = text[at]
        pair = text[at : at + 2]
        if char == "\\" and at + 1 < len(text) and text[at + 1].isascii():
            out.put(text[at + 1])
            at += 2
        elif char == "`":
            at = _code(text, at, out)
        elif (mark := pair if pair in marks else char) in marks:
            _toggle(out, stack, mark, marks[mark])
            at += len(mark)
        elif char == "[" or (pair == "![" and reserved):
            at += 2 if pair == "![" else 1
            stack.append(("[", out.length))
        elif char == "]" and stack and stack[-1][0] == "[":
            at = _link(text, at, out, stack.pop()[1])
        elif char == ">" and reserved and (at == 0 or text[at - 1] == "\n"):
            at += 1
        elif char in reserved:
            raise EntityError(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            out.put(char)
            at += 1
    if stack:
        raise EntityError(f"Can't find end of the entity starting at offset {stack[-1][1]}")
    return out.done()


def _toggle(out: _Writer, stack: list[tuple[str, int]], mark: str, kind: str) -> None:
    if stack and stack[-1][0] == mark:
        out.close(kind, stack.pop()[1])
    elif any(opened == mark for opened, _ in stack):
        raise EntityError(f"Can't find end of {kind} entity")
    else:
        stack.append((mark, out.length))


def _code(text: str, at: int, out: _Writer) -> int:
    fence = "```" if text.startswith("```", at) else "`"
    end = text.find(fence, at + len(fence))
    if end < 0:
        raise EntityError(f"Can't find end of {'pre' if fence == '```' else 'code'} entity at offset {at}")
    start = out.length
    out.put(re.sub(r"\\([\\`])", r"\1", text[at + len(fence) : end]))
    out.close("pre" if fence == "```" else "code", start)
    return end + len(fence)


def _link(text: str, at: int, out: _Writer, start: int) -> int:
    link = _LINK.match(text, at)
    if link is None:
        raise EntityError("Can't find end of a URL")
    out.close("text_link", start, url=re.sub(r"\\(.)", r"\1", link[1]))
    return link.end()


_FOUND = re.compile(
    r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?|https?://\S+|(?<!\w)@\w{4,32}|(?<![\w-])1\d{10}(?!\d)"
)


def detect(text: str) -> list[Entity]:
    """Commands, links, mentions and mobile numbers in what a person typed, as Telegram's server marks them."""
    found = []
    for match in _FOUND.finditer(text):
        kind = {"/": "bot_command", "h": "url", "@": "mention"}.get(match[0][0], "phone_number")
        found.append({"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])})
    return found
