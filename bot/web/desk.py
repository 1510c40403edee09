"""The desk: the open cases of a member of staff as a plain table. Shows rows, decides nothing."""

from __future__ import annotations

from aiohttp import web

from bot.web.backend import ChatBackend
from bot.web.pages import Pages
from bot.web.sessions import SLOT, STAFF, Sessions, slot_of


class DeskRoutes:
    """Routes under ``/desk``."""

    def __init__(self, backend: ChatBackend, pages: Pages, sessions: Sessions) -> None:
        self._backend = backend
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application."""
        return [web.get("/desk", self.table), web.get(f"/desk/{{slot:{SLOT}}}", self.table)]

    async def table(self, request: web.Request) -> web.Response:
        """The open cases of whoever the slot's cookie names (``staff`` without a slot); 403 for others."""
        slot = slot_of(request) if "slot" in request.match_info else STAFF
        session = await self._sessions.find(request, slot, self._pages.language(request))
        desk = await self._backend.desk(session.chat, session.language) if session else None
        if session is None or desk is None:
            return self._pages.message(request, "web.page.staff_only", 403)
        return self._pages.render("desk", session.language, desk=desk, slot=slot)
