"""Who is asking: the cookie of each slot, and whether a request comes from our own pages.

A slot is a place in the address (``/chat/<slot>``) with a cookie of its own, so that one browser can hold several
conversations side by side. Requests that change something must come from our own origin: browsers say so in ``Origin``.
"""

from __future__ import annotations

import re
import secrets
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.backend import ChatBackend, ChatSession
from bot.web.pages import WebSettings

SLOT: Final = "[a-z]{1,16}"
OWN: Final = "me"
STAFF: Final = "staff"
DAYS: Final = 180
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,200}")


class Sessions:
    """Finds the chat behind a request's cookie and gives cookies out."""

    def __init__(self, backend: ChatBackend, settings: WebSettings) -> None:
        self._backend = backend
        self._settings = settings
        self._public = _origin(settings.public_url)

    async def find(self, request: web.Request, slot: str, language: str) -> ChatSession | None:
        """The session of the slot's cookie, if it is good; it may be one in which nothing was said yet."""
        token = self._token(request, slot)
        return await self._backend.find_chat(token, slot, language) if token else None

    async def require(self, request: web.Request, slot: str, language: str) -> ChatSession:
        """As ``find``; raises 401 without a good cookie."""
        session = await self.find(request, slot, language)
        if session is None:
            raise web.HTTPUnauthorized
        return session

    async def look(self, request: web.Request, slot: str, language: str) -> ChatSession:
        """As ``find``, or an empty session under a new token, of which nothing is kept but the cookie."""
        session = await self.find(request, slot, language) or await self._backend.find_chat(
            _new_token(), slot, language
        )
        assert session is not None  # nobody has ended a token that did not exist
        return session

    async def open(self, request: web.Request, slot: str, language: str) -> ChatSession:
        """The session of the slot's cookie, or a new one, kept from now on."""
        return await self._backend.open_chat(self._token(request, slot) or _new_token(), slot, language)

    def remember(self, response: web.StreamResponse, slot: str, session: ChatSession) -> None:
        """Set the slot's cookie for another 180 days."""
        response.set_cookie(
            f"linli_{slot}",
            session.token,
            max_age=DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=self._settings.secure,
            path="/",
        )

    def require_own_page(self, request: web.Request) -> None:
        """Raise 403 unless the request was made by a page of ours.

        Browsers send ``Origin`` with every such request of another site's page; without it, ``Sec-Fetch-Site`` must not
        say otherwise, and what sends neither is no browser and carries nobody's cookies against their will.
        """
        origin = request.headers.get("Origin")
        if origin is None:
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
                raise web.HTTPForbidden
        elif not self._is_own(origin, request.host):
            raise web.HTTPForbidden

    def _is_own(self, origin: str, host: str) -> bool:
        if self._public and origin == self._public:
            return True
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()

    def _token(self, request: web.Request, slot: str) -> str | None:
        token = request.cookies.get(f"linli_{slot}", "")
        return token if _TOKEN.fullmatch(token) else None


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def go_to(location: str) -> web.Response:
    """A 303 that can carry a cookie."""
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def slot_of(request: web.Request) -> str:
    """The slot in the address, or asked for in the query; ``me`` for none; raises 404 for what is no slot."""
    slot = request.match_info.get("slot") or request.query.get("slot") or OWN
    if not re.fullmatch(SLOT, slot):
        raise web.HTTPNotFound
    return slot


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
