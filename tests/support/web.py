"""A person at the web page, without a browser: the page's own requests and frames."""

from __future__ import annotations

import asyncio
import io
import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar

from tests.support.resident import Heard, Resident, moment


class OnWeb(Resident):
    """One browser with its own cookies and one open page; ``slot`` becomes ``staff`` after signing in."""

    channel = "web"

    def __init__(self, name: str, origin: str, language: str = "zh-CN") -> None:
        super().__init__(name)
        self.slot = "me"
        self._origin = origin
        headers = {"Origin": origin, "Accept-Language": language}
        self._http = ClientSession(origin, headers=headers, cookie_jar=CookieJar(unsafe=True))
        self._ws: ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._heard: list[Heard] = []
        self._buttons: dict[str, str] = {}
        self._shown: set[int] = set()
        self.acknowledged: set[str] = set()

    @property
    def heard(self) -> Sequence[Heard]:
        """What the page shows of us, its own refusals included."""
        return self._heard

    async def open(self) -> OnWeb:
        """Open the page and its socket."""
        async with self._http.get(f"/chat/{self.slot}") as answer:
            assert answer.status == 200
        self._ws = await self._http.ws_connect(f"/chat/{self.slot}/ws", max_msg_size=0)
        await self._ws.send_json({"type": "hello", "after": 0})
        self._reading = asyncio.create_task(self._read(self._ws))
        return self

    async def leave(self) -> None:
        """Close the page."""
        await self._hang_up()
        await self._http.close()

    async def join(self, code: str) -> None:
        """Sign in with the one-time link instead of the code."""
        async with self._http.post(f"/signin/{code.removeprefix('inv_')}", allow_redirects=False) as answer:
            assert answer.status == 303, answer.status
        self.slot = "staff"
        await self._hang_up()
        await self.open()

    async def fetch(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Ask for an address with this browser's cookies: status, headers, body."""
        async with self._http.get(path, headers=headers) as answer:
            return answer.status, answer.headers, await answer.read()

    async def say(self, text: str) -> None:
        """Write words."""
        await self._send({"type": "text", "text": text})

    async def press(self, label: str) -> None:
        """Press the newest button with this label."""
        await moment(lambda: label in self._buttons, f"{label}\n{self.last(12)}")
        await self._send({"type": "press", "token": self._buttons[label], "label": label})

    async def forge(self, token: str) -> None:
        """Send a token the page was never given."""
        await self._send({"type": "press", "token": token, "label": "?"})

    async def send_photo(self, data: bytes, caption: str = "", mime: str = "image/jpeg") -> None:
        """Upload a picture and say that it belongs here; a refusal is shown by the page."""
        headers = {"X-Linli": "1", "Content-Type": mime}
        async with self._http.post(f"/chat/{self.slot}/photo", data=io.BytesIO(data), headers=headers) as answer:
            found = await answer.json()
        if "error" in found:
            self._heard.append(Heard(found["error"]))
        else:
            await self._send({"type": "photo", "media": found["media"], "text": caption})

    async def send_location(self, lat: float, lon: float) -> None:
        """Send a pin."""
        await self._send({"type": "location", "lat": lat, "lon": lon})

    @property
    def closed(self) -> int | None:
        """The code with which the page was let go, None while it is open."""
        return self._ws.close_code if self._ws is not None and self._ws.closed else None

    async def status(self, address: str) -> int:
        """What one gets for asking for a page with these cookies."""
        async with self._http.get(address, allow_redirects=False) as answer:
            return answer.status

    async def send_raw(self, frame: str) -> None:
        """Send a frame as it is."""
        assert self._ws is not None
        await self._ws.send_str(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        assert self._ws is not None
        await self._ws.send_str(json.dumps({"id": uuid.uuid4().hex, **frame}, ensure_ascii=False))

    async def _read(self, ws: ClientWebSocketResponse) -> None:
        async for message in ws:
            frame = message.json()
            match frame["type"]:
                case "welcome":
                    for one in frame["messages"]:
                        self._show(one)
                case "message":
                    self._show(frame)
                case "error":
                    self._heard.append(Heard(frame["text"]))
                case "ack":
                    self.acknowledged.add(frame["id"])

    def _show(self, message: dict[str, Any]) -> None:
        if not message["out"] or message["id"] in self._shown:
            return
        self._shown.add(message["id"])
        self._buttons |= {one["label"]: one["token"] for one in message["buttons"]}
        pin = message["location"]
        text = f"（位置 {pin[0]},{pin[1]}）{message['text']}" if pin else message["text"]
        self._heard.append(
            Heard(
                text,
                tuple(one["label"] for one in message["buttons"]),
                len(message["photos"]) + len(message["recordings"]),
            )
        )

    async def _hang_up(self) -> None:
        if self._ws is not None:
            await self._ws.close()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
