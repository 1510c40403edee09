"""Telegram's JSON before anybody understands it: read tolerantly, told apart by update id, put in order by chat.

Nothing here may fail on a strange update, because what fails here would hold up every update behind it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from bot.channels.base import RawUpdate

CHANNEL: Final = "telegram"
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

_REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_log = logging.getLogger(__name__)


def decode(body: bytes) -> Any:
    """Read JSON, with U+FFFD for what no database stores (NUL, lone surrogates). Raises ``ValueError``."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _storable(_lenient(body))
    return _storable(value) if b"\\u0000" in body else value


def updates(items: Sequence[Any]) -> list[RawUpdate]:
    """Keep what can be told apart of ``items``, in order; the rest is logged and passed over."""
    found = [update for item in items if (update := identify(item)) is not None]
    if len(found) < len(items):
        _log.warning("passed over %d update(s) without a usable update_id", len(items) - len(found))
    return found


def identify(item: Any) -> RawUpdate | None:
    """Name an update by id and chat; None if it has no id or nests deeper than can be stored."""
    number = update_id(item)
    if number is None:
        return None
    try:
        orjson.dumps(item)
    except orjson.JSONEncodeError:
        return None
    return RawUpdate(external_id=f"u{number}", chat=_chat(item), raw=item)


def update_id(item: Any) -> int | None:
    """Find the update's number, or None."""
    number = item.get("update_id") if isinstance(item, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdigit():
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _chat(item: Mapping[str, Any]) -> str:
    """Find the chat that orders the update; for a press without its message, the private chat of who pressed."""
    for kind in ALLOWED_UPDATES:
        body = item.get(kind)
        if isinstance(body, dict):
            message = body.get("message") if kind == "callback_query" else body
            return _id(message, "chat") or _id(body, "from")
    return ""


def _id(body: Any, key: str) -> str:
    inner = body.get(key) if isinstance(body, dict) else None
    number = inner.get("id") if isinstance(inner, dict) else None
    return str(number) if isinstance(number, int | str) else ""


def _lenient(body: bytes) -> Any:
    """Python's reader takes the lone surrogates orjson refuses."""
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
