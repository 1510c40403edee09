"""Staff sign in with a one-time link.

Chat programs fetch links to preview them, so opening the link changes nothing; only the button on the page uses it up.
"""

from __future__ import annotations

from aiohttp import web

from bot.web.backend import ChatBackend
from bot.web.pages import Pages
from bot.web.sessions import STAFF, Sessions, go_to

_PATH = "/signin/{code:[A-Za-z0-9_-]{4,128}}"


class SigninRoutes:
    """Routes under ``/signin``."""

    def __init__(self, backend: ChatBackend, pages: Pages, sessions: Sessions) -> None:
        self._backend = backend
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application."""
        return [web.get(_PATH, self.ask), web.post(_PATH, self.confirm)]

    async def ask(self, request: web.Request) -> web.Response:
        """The page with the button; does not look at the code, so it tells a guesser nothing."""
        return self._pages.render("signin", self._pages.language(request))

    async def confirm(self, request: web.Request) -> web.Response:
        """Use the code up and open the staff chat under a new cookie; 410 for a code that is used or expired."""
        self._sessions.require_own_page(request)
        language = self._pages.language(request)
        session = await self._backend.redeem(request.match_info["code"], STAFF, language)
        if session is None:
            return self._pages.render("gone", language, 410)
        response = go_to(f"/chat/{STAFF}")
        self._sessions.remember(response, STAFF, session)
        return response
