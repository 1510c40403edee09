"""The resident's pages: the conversation, its socket, its pictures, and the parts to play in the sample."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Final

from aiohttp import web

from bot.channels.webchat import WebChat
from bot.web.backend import ChatBackend, PhotoRefused
from bot.web.pages import HTML_LANGUAGE, STATIC, Pages
from bot.web.sessions import SLOT, STAFF, Sessions, go_to, slot_of
from bot.web.socket import Socket
from handlers.texts import LANGUAGES, language_of

PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_SECONDS: Final = 60.0
PARTS: Final = {"resident": "resident", "grid": "grid", "volunteer": "volunteer", "desk": STAFF}


class ChatRoutes:
    """Routes under ``/``, ``/chat`` and ``/media``."""

    def __init__(
        self, backend: ChatBackend, webchat: WebChat, pages: Pages, sessions: Sessions, incident: Callable[[], str]
    ) -> None:
        self._backend = backend
        self._webchat = webchat
        self._pages = pages
        self._sessions = sessions
        self._incident = incident

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application."""
        return [
            web.get("/", self.first),
            web.post(f"/play/{{part:{'|'.join(PARTS)}}}", self.play),
            web.get("/chat", self.page),
            web.get("/chat/words", self.words),
            web.get("/chat/ws", self.socket),
            web.post("/chat/photo", self.upload),
            web.get(f"/chat/{{slot:{SLOT}}}", self.page),
            web.get(f"/chat/{{slot:{SLOT}}}/ws", self.socket),
            web.post(f"/chat/{{slot:{SLOT}}}/photo", self.upload),
            web.get("/media/{name:[A-Za-z0-9_.-]{1,128}}", self.media),
            web.get("/manifest.webmanifest", self.manifest),
            web.get("/favicon.ico", self.favicon),
        ]

    async def first(self, request: web.Request) -> web.Response:
        """The parts to play where only this machine can ask; everybody else goes straight to the chat."""
        if not self._may_play(request):
            return go_to("/chat")
        return self._pages.render("first", self._pages.language(request), parts=tuple(PARTS))

    async def play(self, request: web.Request) -> web.Response:
        """Take a part of the sample: its chat opens in a slot of its own."""
        self._sessions.require_own_page(request)
        part = request.match_info["part"]
        slot = PARTS[part]
        if not self._may_play(request):
            raise web.HTTPNotFound
        session = await self._sessions.open(request, slot, self._pages.language(request))
        if not await self._backend.play(part, session.chat):
            raise web.HTTPNotFound
        response = go_to("/desk" if slot == STAFF else f"/chat/{slot}")
        self._sessions.remember(response, slot, session)
        return response

    async def page(self, request: web.Request) -> web.Response:
        """The conversation; a first visit gets a cookie, and a chat once something is said."""
        slot = slot_of(request)
        session = await self._sessions.look(request, slot, self._pages.language(request))
        response = self._pages.render("chat", session.language, slot=slot, session=session)
        self._sessions.remember(response, slot, session)
        return response

    async def words(self, request: web.Request) -> web.Response:
        """The page's own words in the asked language."""
        asked = request.query.get("lang", "")
        language = asked if asked in LANGUAGES else language_of(asked, self._pages.settings.language)
        await self._pages.texts.warm(language)
        return web.json_response(dict(self._pages.words(language)), headers={"Cache-Control": "no-cache"})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """The live connection of an open page."""
        self._sessions.require_own_page(request)
        slot = slot_of(request)
        session = await self._sessions.require(request, slot, self._pages.language(request))
        return await Socket(self._backend, self._webchat, self._pages.texts, self._incident, session, slot).serve(
            request
        )

    async def upload(self, request: web.Request) -> web.Response:
        """Keep a picture: 201 with its name, or 413, 415, 422, 429 with a sentence."""
        self._sessions.require_own_page(request)
        if request.headers.get("X-Linli") != "1":
            raise web.HTTPForbidden
        slot = slot_of(request)
        session = await self._sessions.require(request, slot, self._pages.language(request))
        if not request.content_type.startswith("image/"):
            return self._refused(session.language, "web.error.photo_kind", 415)
        if (request.content_length or 0) > PHOTO_BYTES:
            return self._refused(session.language, "web.error.photo_size", 413)
        if not session.kept:
            session = await self._backend.open_chat(session.token, slot, session.language)
        kept = await self._backend.store_photo(session.chat, partial(_read, request))
        if isinstance(kept, PhotoRefused):
            return self._refused(session.language, kept.key, kept.status)
        return web.json_response({"media": kept.name}, status=201)

    def _refused(self, language: str, key: str, status: int) -> web.Response:
        return web.json_response({"error": self._pages.texts.word(language, key)}, status=status)

    async def media(self, request: web.Request) -> web.StreamResponse:
        """A picture for who may see it; for anybody else it does not exist."""
        session = await self._sessions.find(request, slot_of(request), self._pages.language(request))
        photo = await self._backend.photo(session.chat, request.match_info["name"]) if session else None
        if photo is None or not photo.path.is_file():
            raise web.HTTPNotFound
        headers = {
            "Content-Type": photo.mime,
            "Cache-Control": "private, max-age=86400",
            "Content-Disposition": "inline",
        }
        return web.FileResponse(photo.path, headers=headers)

    async def manifest(self, request: web.Request) -> web.Response:
        """What a phone needs to put the chat on its home screen."""
        language = self._pages.language(request)
        name = self._pages.settings.name or self._pages.texts.word(language, "web.brand")
        content = {
            "name": name,
            "short_name": self._pages.texts.word(language, "web.brand"),
            "description": self._pages.texts.word(language, "web.first.lead"),
            "lang": HTML_LANGUAGE[language],
            "start_url": "/chat",
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#0b6e5f",
            "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        }
        return web.json_response(content, content_type="application/manifest+json")

    async def favicon(self, request: web.Request) -> web.StreamResponse:
        """For browsers that ask without being told where it is."""
        return web.FileResponse(STATIC / "icon.svg")

    def _may_play(self, request: web.Request) -> bool:
        """Only with the sample, and only under a loopback name: a foreign name may be pointed at this machine."""
        return self._pages.settings.sample and _is_loopback(request.url.host or "")


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is longer than a photo may be; who sends too slowly gives the place to others."""
    body = bytearray()
    try:
        async with asyncio.timeout(PHOTO_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > PHOTO_BYTES:
                    return None
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    return bytes(body)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
