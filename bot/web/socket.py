"""One open page: reads its frames one at a time, and writes what is queued for it.

Words are acknowledged only when they are committed. One frame is handled before the next is read, so a page that
floods is slowed down by its own connection, and the order of its words is kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from aiohttp import WSMsgType, web

from bot.channels.base import RawUpdate
from bot.channels.webchat import BATCH, Listener, WebChat, message_json
from bot.web import frames
from bot.web.backend import ChatBackend, ChatMessage, ChatSession
from bot.web.frames import Frame, FrameError
from handlers.texts import Texts

log = logging.getLogger(__name__)

PAGE: Final = 60  # messages shown at once when a page opens or asks for earlier ones
PAGE_CHARACTERS: Final = 65_000  # and no more than that in them: about 200 kB of Chinese; one message is always shown
MISSED: Final = 2000  # a page that was away for longer gets the gap only by asking for earlier messages
MISSED_CHARACTERS: Final = 4 * PAGE_CHARACTERS
YOUNG: Final = 10  # of these the last few are read again, as rows may become visible out of order
HEARTBEAT: Final = 25.0  # seconds; a half-open connection is noticed within one and a half of them


class Socket:
    """The conversation with one page, from hello to hanging up."""

    def __init__(
        self, backend: ChatBackend, webchat: WebChat, texts: Texts, incident: Callable[[], str], session: ChatSession, slot: str
    ) -> None:  # fmt: skip
        self._backend = backend
        self._webchat = webchat
        self._texts = texts
        self._incident = incident
        self._session = session
        self._slot = slot
        self._page = Listener(session.chat)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Upgrade the request and stay until either side hangs up."""
        ws = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=frames.MAX_BYTES, compress=False)
        await ws.prepare(request)
        writer = asyncio.create_task(self._write(ws))
        try:
            async for message in ws:
                await self._handle(message.data if message.type is WSMsgType.TEXT else "")
        finally:
            self._webchat.detach(self._page)
            writer.cancel()
        return ws

    async def _write(self, ws: web.WebSocketResponse) -> None:
        try:
            while (frame := await self._page.frames.get()) is not None:
                await ws.send_str(json.dumps(frame, ensure_ascii=False))
            await ws.close(code=self._page.code)
        except ConnectionError:
            self._webchat.detach(self._page)

    async def _handle(self, data: str) -> None:
        """Answer one frame; whatever goes wrong with it, the connection stays."""
        try:
            frame = frames.read(data)
        except FrameError as bad:
            self._error(bad.key, bad.id)
            return
        try:
            await self._accept(frame) if frame.kept else await self._serve(frame)
        except Exception:  # not kept: the page is told, and sends the same words again later
            number = self._incident()
            log.exception("incident %s in a web chat frame", number)
            self._error("web.error.not_kept", frame.id, retry=True, incident=number)

    async def _accept(self, frame: Frame) -> None:
        await self._keep()
        chat = self._session.chat
        update = RawUpdate(f"{chat}:{frame.id}", chat, frame.raw(self._session.language))
        await self._backend.accept(chat, update)
        self._page.push({"type": "ack", "id": frame.id})

    async def _keep(self) -> None:
        """Make the chat of the cookie a kept one, at the first words, press or choice of a view."""
        if not self._session.kept:
            await self._backend.open_chat(self._session.token, self._slot, self._session.language)
            self._session = replace(self._session, kept=True)

    async def _serve(self, frame: Frame) -> None:
        match frame.type:
            case "hello":
                await self._hello(frame.fields["after"], frame.fields["elder"])
            case "earlier":
                await self._earlier(frame.fields["before"])
            case "language":
                await self._set_language(frame.fields["lang"])
            case "elder":
                await self._set_elder(frame.fields["on"])
            case _:
                self._page.push({"type": "pong"})

    async def _hello(self, after: int, elder: bool | None) -> None:
        """Show the newest messages, and before them whatever the page missed since ``after``."""
        if elder is not None and elder != self._session.elder:
            self._session = replace(self._session, elder=elder)
            if self._session.kept:
                await self._backend.set_elder(self._session.chat, elder)
        newest = await self._backend.history(self._session.chat, None, PAGE, PAGE_CHARACTERS)
        missed = await self._missed(after, newest)
        session = self._session
        self._page.push(
            {
                "type": "welcome",
                "name": session.name,
                "title": session.title,
                "lang": session.language,
                "messages": [message_json(one) for one in (*missed, *newest)],
                "more": _full(newest) and not after,
            }
        )
        now = asyncio.get_running_loop().time()
        self._page.settled = newest[-YOUNG - 1].id if len(newest) > YOUNG else self._page.settled
        self._page.seen.update((one.id, now) for one in newest[-YOUNG:])
        self._webchat.attach(self._page)
        self._webchat.wake((session.chat,))  # for what was committed since the reading above

    async def _missed(self, after: int, newest: Sequence[ChatMessage]) -> list[ChatMessage]:
        """What lies between a returning page's last message and the newest page of the conversation."""
        missed: list[ChatMessage] = []
        while after and newest and after < newest[0].id:
            found = (await self._backend.messages({self._session.chat: after}, BATCH)).get(self._session.chat, ())
            missed += (one for one in found if one.id < newest[0].id)
            if len(found) < BATCH or len(missed) > MISSED or _characters(missed) > MISSED_CHARACTERS:
                break
            after = found[-1].id
        return missed

    async def _earlier(self, before: int) -> None:
        rows = await self._backend.history(self._session.chat, before, PAGE, PAGE_CHARACTERS)
        messages = [message_json(one) for one in rows]
        self._page.push({"type": "earlier", "messages": messages, "more": _full(rows)})

    async def _set_language(self, language: str) -> None:
        await self._keep()
        await self._backend.set_language(self._session.chat, language)
        self._session = replace(self._session, language=language)
        self._page.push({"type": "language", "lang": language})

    async def _set_elder(self, on: bool) -> None:
        await self._keep()
        await self._backend.set_elder(self._session.chat, on)
        self._session = replace(self._session, elder=on)

    def _error(self, key: str, name: str, retry: bool = False, **params: str) -> None:
        text = self._texts.word(self._session.language, key, **params)
        self._page.push({"type": "error", "id": name, "text": text, "retry": retry})


def _characters(messages: Sequence[ChatMessage]) -> int:
    return sum(len(one.text) for one in messages)


def _full(messages: Sequence[ChatMessage]) -> bool:
    """Whether a page of the history ended because it was full, so that there may be earlier messages."""
    return len(messages) >= PAGE or _characters(messages) >= PAGE_CHARACTERS
