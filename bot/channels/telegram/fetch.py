"""Downloads: only from the configured API's own file address, and never more than was asked for."""

from __future__ import annotations

from telegram import Bot, File
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.base import FetchError
from bot.channels.telegram.request import AiohttpRequest, ThrottledError, TooLargeError
from handlers.messages import Attachment

DOWNLOAD_TIMEOUT = 60.0
"""Seconds a download may take in all: 10 MB at 170 kB/s."""


async def fetch(bot: Bot, request: AiohttpRequest, attachment: Attachment, limit: int) -> bytes:
    """Download the file. Raises ``FetchError``, ``gone`` when it is too large or Telegram no longer has it."""
    if attachment.size > limit:
        raise FetchError("too large", gone=True)
    file = await _locate(bot, attachment.remote)
    if (file.file_size or 0) > limit:
        raise FetchError("too large", gone=True)
    try:
        status, content = await request.download(_address(bot, file), limit, DOWNLOAD_TIMEOUT)
    except TooLargeError:
        raise FetchError("too large", gone=True) from None
    except TelegramError as error:
        raise FetchError(type(error).__name__) from None
    if status != 200:
        raise FetchError(f"HTTP {status}", gone=status in (403, 404, 410))
    return content


async def _locate(bot: Bot, remote: str) -> File:
    try:
        return await bot.get_file(remote)
    except ThrottledError:
        raise FetchError("throttled") from None
    except (BadRequest, Forbidden):
        raise FetchError("no such file", gone=True) from None
    except TelegramError as error:
        raise FetchError(type(error).__name__) from None


def _address(bot: Bot, file: File) -> str:
    """Make the URL below the configured base; a path that leads elsewhere is refused."""
    prefix = f"{bot.base_file_url}/"
    address = file.file_path or ""
    if not address.startswith(prefix) or ".." in address.removeprefix(prefix).split("/"):
        raise FetchError("not an address of the API", gone=True)
    return address
