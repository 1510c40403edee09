"""From a Reply to finished messages: sentences in the reader's language, cut to what the channel can carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.channels.base import Limits
from handlers.messages import Reply
from handlers.texts import Texts

Rendered = tuple[str, dict[str, Any]]
"""(text, body): body holds buttons, photos, card, location, what stands instead of a secret; empty entries are left out."""


def render(reply: Reply, texts: Texts, language: str, limits: Limits) -> list[Rendered]:
    """The messages of one reply, in order: pictures with the text when it fits a caption, buttons under the last."""
    text = texts.lines(language, reply.lines)
    buttons = [[texts.say(language, one.label), one.token, one.style] for one in reply.choices]
    messages: list[Rendered] = []
    photos = list(reply.photos)
    apart = len(photos) > limits.photos_with_buttons if buttons else len(photos) > limits.photos
    if photos and (apart or utf16(text) > limits.caption):
        messages += [("", {"photos": photos[i : i + limits.photos]}) for i in range(0, len(photos), limits.photos)]
        photos = []
    parts = list(split(text, limits.text)) or [""]
    messages += [(part, {}) for part in parts]
    if reply.location is not None and text and not limits.mailbox:
        messages.append(("", {}))  # a sent pin is a message of its own
    last, body = messages[-1]
    extra = {"buttons": buttons, "photos": photos, "card": reply.card, "location": _pair(reply)}
    messages[-1] = (last, body | {key: value for key, value in extra.items() if value})
    if reply.instead is not None:
        instead = {"instead": texts.say(language, reply.instead)}
        return [(part, body | instead) for part, body in messages]
    return messages


def split(text: str, limit: int) -> Iterator[str]:
    """Parts of at most ``limit`` UTF-16 units, cut at a line's end where one is near, and never inside a character."""
    while utf16(text) > limit:
        cut = _fit(text, limit)
        line_end = text.rfind("\n", cut // 2, cut)
        cut = line_end if line_end > 0 else cut
        yield text[:cut]
        text = text[cut:].lstrip("\n")
    if text:
        yield text


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fit(text: str, limit: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _pair(reply: Reply) -> list[float] | None:
    return [reply.location.lat, reply.location.lon] if reply.location else None
