"""The JSON frames a page sends: read with suspicion, handed on clean.

A frame that cannot be read raises ``FrameError`` with the sentence to answer; the connection goes on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.texts import LANGUAGES

MAX_BYTES: Final = 1_200_000  # a pasted megabyte of text still arrives; dispatch cuts it and says so
_ID: Final = re.compile(r"[A-Za-z0-9-]{8,40}")  # with the chat's 32 and a colon it fits into the inbox's 80
_MEDIA: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_BROKEN: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class FrameError(Exception):
    """``key`` names the sentence that says what was wrong; ``id`` is the page's id of the words, if readable."""

    key: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """``fields`` holds only what the type allows; ``kept`` frames are words to be stored."""

    type: str
    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether this is something the person said, to be committed and acknowledged."""
        return self.type in _KEPT

    def raw(self, language: str) -> dict[str, Any]:
        """The update as it goes into the inbox."""
        return {"type": self.type, "id": self.id, "lang": language, **self.fields}


def read(data: str) -> Frame:
    """Read one text frame; raises ``FrameError``."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        raise FrameError("web.error.frame") from None
    if not isinstance(raw, dict):
        raise FrameError("web.error.frame")
    kind = raw.get("type")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    known = raw.get("id")
    name = known if isinstance(known, str) and _ID.fullmatch(known) else ""
    if shape is None or (kind in _KEPT and not name):
        raise FrameError("web.error.frame", name)
    try:
        return Frame(str(kind), name, shape(raw))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FrameError(_REASONS.get(str(kind), "web.error.frame"), name) from None


def _clean(value: object) -> str:
    """Text without what neither database nor JSON reader can hold: NUL and halves of surrogate pairs."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return _BROKEN.sub("\ufffd", value)


def _text(raw: Mapping[str, Any]) -> dict[str, Any]:
    text = _clean(raw["text"])
    if not text.strip():
        raise ValueError("empty")
    return {"text": text}


def _press(raw: Mapping[str, Any]) -> dict[str, Any]:
    token = _clean(raw["token"])
    if not token or len(token.encode()) > 64:
        raise ValueError("not a button's token")
    return {"token": token, "label": _clean(raw.get("label", ""))[:200]}


def _location(raw: Mapping[str, Any]) -> dict[str, Any]:
    lat, lon = (_number(raw[name]) for name in ("lat", "lon"))
    if abs(lat) > 90 or abs(lon) > 180:
        raise ValueError("not a place on earth")
    return {"lat": lat, "lon": lon}


def _photo(raw: Mapping[str, Any]) -> dict[str, Any]:
    media = _clean(raw["media"])
    if not _MEDIA.fullmatch(media):
        raise ValueError("not a picture's name")
    return {"media": media, "text": _clean(raw.get("text", ""))}


def _language(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw["lang"] not in LANGUAGES:
        raise ValueError("no such language")
    return {"lang": raw["lang"]}


def _hello(raw: Mapping[str, Any]) -> dict[str, Any]:
    elder = raw.get("elder")
    return {"after": _id(raw.get("after", 0)), "elder": elder if isinstance(elder, bool) else None}


def _earlier(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"before": _id(raw["before"])}


def _elder(raw: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(raw["on"], bool):
        raise TypeError("neither on nor off")
    return {"on": raw["on"]}


def _ping(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise ValueError("not a message id")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


_KEPT: Final = frozenset({"text", "press", "location", "photo"})
_SHAPES: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "hello": _hello,
    "earlier": _earlier,
    "text": _text,
    "press": _press,
    "location": _location,
    "photo": _photo,
    "language": _language,
    "elder": _elder,
    "ping": _ping,
}
_REASONS: Final = {"text": "web.error.empty", "location": "web.error.location", "photo": "web.error.photo"}
