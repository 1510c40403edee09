"""One finished message out, in one request, and what became of it.

Texts go out as they are: without a parse mode nothing a person wrote can turn into markup. Errors are told apart by
whether the message may have arrived; their reasons are scrubbed, because they end up in logs.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from telegram import Bot, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.channels.base import (
    Button,
    Failed,
    Moved,
    Outcome,
    Outgoing,
    Photo,
    Rejected,
    Sent,
    Uncertain,
    Unreachable,
    Wait,
)
from bot.channels.telegram.request import NotSentError, ThrottledError
from bot.channels.telegram.retry import LONGEST

SHORT_LABEL = 6
"""Labels of at most this many characters may share a row."""

ROW = 3
"""Buttons a row at most."""

TINY_LABEL, TINY_ROW = 2, 5
"""The same for labels such as ★5."""

_NO_PREVIEW: Final[dict[str, Any]] = {"link_preview_options": {"is_disabled": True}}
_CHAT = re.compile(r"-?[0-9]{1,16}")
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "group chat was deactivated",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
)
_SECRET = re.compile(r"\b\d+:[\w-]{8,}|\d{5,}|https?://\S+|[^ -~]+")
_log = logging.getLogger(__name__)


async def send(bot: Bot, chat: str, message: Outgoing) -> Outcome:
    """Try once to deliver ``message``; raises for nothing Telegram or the network does."""
    if not _CHAT.fullmatch(chat):
        return Rejected("not a Telegram chat id")
    try:
        return await _deliver(bot, int(chat), message)
    except TelegramError as error:
        return outcome(error)
    except (KeyError, TypeError, ValueError) as error:
        return Uncertain(f"answer cannot be read: {type(error).__name__}")


async def _deliver(bot: Bot, chat: int, message: Outgoing) -> Outcome:
    photos = await _load(message.photos)
    text, markup = (
        _encodable(message.text),
        keyboard(message.buttons),
    )  # plain JSON: building PTB's objects of it costs more
    if len(photos) > 1:
        if markup:
            _log.warning("an album cannot carry buttons: %d left out", len(message.buttons))
        album = [InputMediaPhoto(data, caption=text if at == 0 and text else None) for at, data in enumerate(photos)]
        await bot.send_media_group(chat, album)
    elif photos and not message.photos[0].mime.startswith("image/"):
        await bot.send_voice(chat, photos[0], caption=text or None, api_kwargs=markup)
    elif photos:
        await bot.send_photo(chat, photos[0], caption=text or None, api_kwargs=markup)
    elif text:
        if message.location is not None:
            _log.warning("a text cannot carry a location: left out")
        await bot.send_message(chat, text, api_kwargs=_NO_PREVIEW | markup)
    elif message.location is not None:
        await bot.send_location(chat, *message.location, api_kwargs=markup)
    else:
        return Rejected("nothing to send")
    return Sent()


def keyboard(buttons: Sequence[Button]) -> dict[str, Any]:
    """The ``reply_markup`` of buttons below the message: short labels side by side in even rows, longer ones a row each."""
    if not buttons:
        return {}
    longest = max(len(button.label) for button in buttons)
    most = TINY_ROW if longest <= TINY_LABEL else ROW if longest <= SHORT_LABEL else 1
    width = math.ceil(len(buttons) / math.ceil(len(buttons) / most))
    drawn = [_button(button) for button in buttons]
    return {"reply_markup": {"inline_keyboard": [drawn[at : at + width] for at in range(0, len(drawn), width)]}}


def outcome(error: TelegramError) -> Outcome:
    """Tell what an error means for the message (Bot API, "Making requests"; the classes are PTB's and ours)."""
    reason = scrub(str(error))
    match error:
        case ThrottledError():
            return Wait(error.seconds)
        case InvalidToken():
            _log.error("Telegram refuses the bot's token: nothing can be sent until it is put right")
            return Wait(LONGEST)
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable(reason)
        case BadRequest():
            return _refused(reason)
        case NotSentError():
            return Failed(reason)
        case TimedOut():
            return Uncertain(reason)
        case NetworkError() if _unforeseen(error):
            return Uncertain(type(error.__cause__).__name__)
        case NetworkError():
            return Failed(reason)
        case _:
            return Uncertain(reason)


def scrub(text: str) -> str:
    """Make a reason fit for a log: no token, address, long number or quoted answer; ASCII, at most 120 characters."""
    return _SECRET.sub("#", text.partition(". Parsing the server response")[0])[:120]


def _unforeseen(error: NetworkError) -> bool:
    """PTB wraps whatever the HTTP layer raised unexpectedly: nobody knows how far the request got."""
    return error.__cause__ is not None and not isinstance(error.__cause__, TelegramError)


def _refused(reason: str) -> Outcome:
    lowered = reason.lower()
    if "message is not modified" in lowered:
        return Sent()
    if any(sign in lowered for sign in _UNREACHABLE):
        return Unreachable(reason)
    return Rejected(reason)


def _button(button: Button) -> dict[str, str]:
    drawn = {"text": _encodable(button.label), "callback_data": button.token}
    return drawn | {"style": button.style} if button.style else drawn


async def _load(photos: Sequence[Photo]) -> list[bytes]:
    """Read the pictures still on disk: one that was purged meanwhile must not keep the words from arriving."""
    return [data for photo in photos if (data := await asyncio.to_thread(_read, photo.path)) is not None]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        _log.warning("a photo cannot be read (%s): sending without it", type(error).__name__)
        return None


def _encodable(text: str) -> str:
    """Lone surrogates cannot be encoded, and one of them must not stop the message."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
