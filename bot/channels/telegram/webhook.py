"""Updates pushed by Telegram: the secret first, then the size, then the JSON; 200 only after the commit.

Anything but a 2xx makes Telegram push the update again (at once, then ever more slowly, for a day), so a database that
is away costs a delay and no message.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.channels.base import Intake
from bot.channels.telegram.raw import CHANNEL, decode, identify

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of the header
BODY_LIMIT = 1024 * 1024
"""Bytes of an update at most; real ones stay below 100 kB."""

MAX_CONNECTIONS = 40
"""Deliveries at a time that setWebhook asks for (the Bot API's default, of at most 100)."""

Handler = Callable[[web.Request], Awaitable[web.Response]]
_log = logging.getLogger(__name__)


def handler(intake: Intake, secret: str) -> Handler:
    """Make an aiohttp handler for POST: 401 wrong secret, 413 too large, 400 no update, 503 not stored, 200 stored."""
    expected = secret.encode()

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return _closing(401)
        body = await _body(request)
        if body is None:
            return _closing(413)
        return web.Response(status=await _take(intake, body))

    return receive


async def _take(intake: Intake, body: bytes) -> int:
    try:
        update = identify(decode(body))
    except ValueError:
        update = None
    if update is None:
        _log.warning("webhook: a body of %d bytes is not an update", len(body))
        return 400
    try:
        await intake(CHANNEL, [update])
    except Exception as error:  # noqa: BLE001 whatever the storage raises, Telegram keeps the update and pushes it again
        _log.error("webhook: an update could not be stored (%s)", type(error).__name__)
        return 503
    return 200


async def _body(request: web.Request) -> bytes | None:
    """Read the body; None once it is known to be too large."""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    parts = bytearray()
    async for chunk in request.content.iter_any():
        parts += chunk
        if len(parts) > BODY_LIMIT:
            return None
    return bytes(parts)


def _closing(status: int) -> web.Response:
    """Refuse without reading what is left of the body: the connection cannot be used again."""
    response = web.Response(status=status)
    response.force_close()
    return response
