"""The desk: the open cases of a member of staff, and one of them beside the table. Shows what it is given, decides nothing.

Every address is a whole page, so it works without scripts and can be opened in a tab of its own. With ``?part=rows`` or
``?part=case`` only that piece comes, for the page to put in its place; 204 when it is still what the page ``seen``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from aiohttp import web

from bot.channels.base import RawUpdate
from bot.web.backend import ChatBackend, ChatSession
from bot.web.pages import Pages
from bot.web.sessions import SLOT, STAFF, Sessions, go_to, slot_of

_CASE = f"/desk/{{slot:{SLOT}}}/{{ref:[A-Z0-9]{{5,12}}}}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whether only a ``part`` is asked for, and what the page has ``seen`` of it; a whole page is shown, so it has seen none.

    A stamp is ``version_content``: while the version is the same, nothing is built; of what was built in vain the page
    learns the new version.
    """

    part: bool
    seen: str
    version: str

    @property
    def unchanged(self) -> bool:
        """Whether nothing can have changed since."""
        return self.version != "" and self.seen.startswith(f"{self.version}_")

    @property
    def content(self) -> str:
        """The stamp of what was shown."""
        return self.seen.rpartition("_")[2]

    def stamp(self, content: str) -> str:
        """The stamp for the page to bring next time."""
        return f"{self.version}_{content}"

    def nothing_new(self) -> web.Response:
        """204, with the stamp."""
        return web.Response(status=204, headers={"Cache-Control": "no-store", "X-Stamp": self.stamp(self.content)})


class DeskRoutes:
    """Routes under ``/desk``."""

    def __init__(self, backend: ChatBackend, pages: Pages, sessions: Sessions) -> None:
        self._backend = backend
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application."""
        return [
            web.get("/desk", self.table),
            web.get(f"/desk/{{slot:{SLOT}}}", self.table),
            web.get(_CASE, self.case),
            web.post(_CASE, self.take_to_chat),
        ]

    async def table(self, request: web.Request) -> web.Response:
        """The open cases of whoever the slot's cookie names (``staff`` without a slot); 403 for others."""
        slot, session = await self._who(request)
        asked = await self._asked(request, "rows", session)
        if asked.unchanged:
            return asked.nothing_new()
        desk = await self._backend.desk(session.chat, session.language, asked.content) if session else None
        if session is None or desk is None:
            return self._pages.message(request, "web.page.staff_only", 403)
        if asked.part and asked.content == desk.stamp:
            return asked.nothing_new()
        desk = replace(desk, stamp=asked.stamp(desk.stamp))
        return self._pages.render(
            "desk_rows" if asked.part else "desk", session.language, desk=desk, case=None, slot=slot
        )

    async def case(self, request: web.Request) -> web.Response:
        """One case, beside the table; 404 for what is not theirs to see, or does not exist."""
        slot, session = await self._who(request)
        if session is None:
            return self._pages.message(request, "web.page.staff_only", 403)
        asked = await self._asked(request, "case", session)
        if asked.unchanged:
            return asked.nothing_new()
        case = await self._backend.case(session.chat, session.language, request.match_info["ref"], asked.content)
        if case is None:
            raise web.HTTPNotFound
        if asked.part and asked.content == case.stamp:
            return asked.nothing_new()
        case = replace(case, stamp=asked.stamp(case.stamp))
        if asked.part:
            return self._pages.render("desk_case", session.language, case=case, slot=slot)
        desk = await self._backend.desk(session.chat, session.language)
        return self._pages.render("desk", session.language, desk=desk, case=case, slot=slot)

    async def take_to_chat(self, request: web.Request) -> web.Response:
        """Show the case's card in the person's own chat, where it can be acted on, and go there."""
        self._sessions.require_own_page(request)
        slot, session = await self._who(request)
        if session is None or not session.staff:
            raise web.HTTPForbidden
        ref = request.match_info["ref"]
        press = {"type": "press", "token": f"case.card:{ref}", "label": ref, "lang": session.language}
        await self._backend.accept(
            session.chat, RawUpdate(f"{session.chat}:{secrets.token_hex(16)}", session.chat, press)
        )
        return go_to(f"/chat/{slot}")

    async def _asked(self, request: web.Request, piece: str, session: ChatSession | None) -> _Asked:
        part = request.query.get("part") == piece
        version = await self._backend.desk_version(session.chat) if session else ""
        return _Asked(part, request.query.get("seen", "") if part else "", version)

    async def _who(self, request: web.Request) -> tuple[str, ChatSession | None]:
        slot = slot_of(request) if "slot" in request.match_info else STAFF
        return slot, await self._sessions.find(request, slot, self._pages.language(request))
