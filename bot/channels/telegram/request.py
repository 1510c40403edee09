"""PTB's HTTP layer over one aiohttp session: a seventh of the CPU of the layer PTB brings along.

Errors say whether the request can have reached Telegram, because a message sent twice and a message lost are different
faults: ``NotSentError`` is safe to repeat, ``NoAnswerError`` is not. No error, and nothing logged here, holds a URL:
URLs carry the bot's token.
"""

from __future__ import annotations

import io
from typing import Any, cast

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.raw import decode

SEND_TIMEOUT = 30.0
"""Seconds a call may take in all, so that a half-open socket is given up within 35 s."""

CONNECT_TIMEOUT = 10.0
"""Seconds to get a connection, waiting for a free one included."""

FLOOD_PAUSE = 5.0
"""Seconds to pause when a 429 does not say how long."""

_JSON_HEADERS = {"Content-Type": "application/json"}
_TOLD_APART = frozenset({400, 401, 403, 404, 408, 409})
_ECHO = ("message_id", "date", "chat")


class NotSentError(NetworkError):
    """No connection was had: Telegram never saw the request."""


class NoAnswerError(TimedOut):
    """The request went out and no whole answer came back: it may have been carried out."""


class ThrottledError(TelegramError):
    """429: nothing was done, and the whole bot has to wait ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too Many Requests")
        self.seconds = seconds


class TooLargeError(Exception):
    """A download went over the limit it was given."""


class AiohttpRequest(BaseRequest):
    """One session with at most ``connections`` connections; of PTB's four time-outs only the read time-out counts.

    A ``read_timeout`` given to a Bot method is the total for that call, in seconds.
    """

    __slots__ = ("_connections", "_session", "_timeouts", "_total")

    def __init__(self, *, connections: int = 100, total: float = SEND_TIMEOUT) -> None:
        self._connections = connections
        self._total = total
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float:
        """Tell the total a call may take unless it says otherwise, in seconds."""
        return self._total

    async def initialize(self) -> None:
        """Open the session; does nothing when it is open."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Carry out one call for PTB.

        Raises ``NotSentError``, ``NoAnswerError``, ``ThrottledError``, and ``BadRequest`` for a 4xx PTB does not know.
        """
        total = self._total if read_timeout is self.DEFAULT_NONE or read_timeout is None else float(read_timeout)
        body = _form(request_data) if request_data and request_data.contains_files else _json(request_data)
        status, answer = await self.exchange(url, body, total, method)
        if status == 429:
            raise ThrottledError(retry_after(answer))
        if 400 <= status < 500 and status not in _TOLD_APART:
            raise BadRequest(f"HTTP {status}")  # such as 413: sending the same again cannot help
        return status, answer

    async def exchange(
        self, url: str, body: bytes | aiohttp.FormData | None, total: float, method: str = "POST"
    ) -> tuple[int, bytes]:
        """Send ``body``, return any status and answer. Raises ``NotSentError`` and ``NoAnswerError``."""
        headers = _JSON_HEADERS if isinstance(body, bytes) else None
        try:
            async with self._open.request(
                method, url, data=body, headers=headers, timeout=self._timeout(total), allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _classified(error) from None

    async def download(self, url: str, limit: int, total: float) -> tuple[int, bytes]:
        """GET at most ``limit`` bytes. Raises ``TooLargeError`` once there are more, and as ``exchange`` does."""
        try:
            async with self._open.get(url, timeout=self._timeout(total), allow_redirects=False) as response:
                if response.status != 200:
                    return response.status, b""
                if (response.content_length or 0) > limit:
                    raise TooLargeError
                return 200, await _read_at_most(response.content, limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _classified(error) from None

    def parse_json_payload(self, payload: bytes) -> dict[str, Any]:  # type: ignore[override]
        """Read an answer. Of an echoed message PTB is only told that all went well: it would make a large object of it."""
        try:
            answer = decode(payload)
        except ValueError:
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        if "result" in answer:
            answer["result"] = _noted(answer["result"])
        return answer

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NotSentError("the channel is not started")
        return self._session

    def _timeout(self, total: float) -> aiohttp.ClientTimeout:
        if total not in self._timeouts:
            self._timeouts[total] = aiohttp.ClientTimeout(total=total, connect=min(CONNECT_TIMEOUT, total))
        return self._timeouts[total]


def retry_after(answer: bytes) -> float:
    """Read the seconds a 429 asks for."""
    try:
        return max(0.0, float(decode(answer)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):
        return FLOOD_PAUSE


def _classified(error: Exception) -> TelegramError:
    """Tell "never left" from "no answer"; only the class of the error is kept, since its text may hold the URL."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return NotSentError(type(error).__name__)
    return NoAnswerError(type(error).__name__)


def _json(data: RequestData | None) -> bytes | None:
    return orjson.dumps(data.parameters) if data is not None else None


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        file = io.BytesIO(cast("bytes", content))  # aiohttp warns of large bytes, since writing them holds the loop up
        form.add_field(name, file, filename=filename, content_type=mime)
    return form


def _noted(result: Any) -> Any:
    if isinstance(result, dict) and "message_id" in result:
        return True
    if isinstance(result, list):  # an album, of which PTB wants to see messages
        return [{key: item[key] for key in _ECHO if key in item} if isinstance(item, dict) else item for item in result]
    return result


async def _read_at_most(stream: aiohttp.StreamReader, limit: int) -> bytes:
    parts = bytearray()
    async for chunk in stream.iter_any():
        parts += chunk
        if len(parts) > limit:
            raise TooLargeError
    return bytes(parts)
