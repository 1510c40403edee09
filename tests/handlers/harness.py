"""A small town to test topics in: a database, people with chats, and what each of them was told.

Every message is one transaction, a refusal undoes it, and the choices of the last reply are kept for typed numbers, as in
``bot.dispatch``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from bot.app import Knowledge
from handlers import choices, topics
from handlers.context import Context, Shelf
from handlers.conversation import respond
from handlers.errors import NotAllowed, Refusal
from handlers.messages import Attachment, Incoming, Kind, Location, Reply
from handlers.rules import Rules
from handlers.texts import Texts
from handlers.topic import Registry
from storage.engine import Database
from storage.models import Area, Audit, Base, Chat, Duty

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # a Saturday morning in Shanghai


def shelf_of(knowledge: Knowledge, rules: Rules) -> Shelf:
    return Shelf(rules, Texts.load(), _registry(), *knowledge)


@cache
def _registry() -> Registry:
    return Registry(topics(), Texts.load())


@dataclass(slots=True)
class Town:
    """``heard`` holds everything told to a chat, answers and pushes; ``beat``: seconds between two messages."""

    database: Database
    shelf: Shelf
    now: datetime = NOW
    beat: float = 1.0
    heard: dict[str, list[str]] = field(default_factory=dict)

    async def settle(self) -> None:
        """Create the tables and the areas of the sample."""
        await self.database.run_sync(Base.metadata.create_all)
        async with self.database.writing() as unit:
            unit.areas.add(_areas(self.shelf))

    async def moves_in(
        self, who: str, area: str | None = None, *, consented: bool = True, channel: str = "telegram",
        language: str = "zh_Hans", name: str = "",
    ) -> int:  # fmt: skip
        """Open a chat; returns the person's id."""
        async with self.database.writing() as unit:
            chat = unit.people.open_chat(channel, who, language, self.now)
            chat.person.area_code, chat.person.name = area, name
            await unit.session.flush()
            if consented:
                unit.people.consent(chat.person, "basic", 1, self.now)
        return chat.person_id

    async def serves(self, who: str, role: str, area: str, channel: str = "telegram") -> int:
        """Open a chat of somebody on duty."""
        person = await self.moves_in(who, channel=channel)
        async with self.database.writing() as unit:
            found = await unit.people.get(person)
            assert found is not None
            found.staff = True
            unit.session.add(Duty(person_id=person, role=role, area_code=area, department="", since=self.now))
        return person

    async def says(self, who: str, text: str) -> str:
        """Send words; returns everything answered. ``/word`` is a command."""
        command = re.fullmatch(r"/(\w+)(?: (.*))?", text)
        if command:
            return await self.sends(who, Kind.COMMAND, command=command[1], text=command[2] or "")
        return await self.sends(who, Kind.TEXT, text=text)

    async def presses(self, who: str, token: str) -> str:
        """Press a button by its token."""
        return await self.sends(who, Kind.PRESS, press=token)

    async def chooses(self, who: str, label: str) -> str:
        """Press the button with this label, among those last offered."""
        return await self.presses(who, dict(await self._choices(who))[label])

    async def shows(self, who: str, *media: int, caption: str = "", refused: str = "") -> str:
        """Send pictures by their media ids; ``refused`` is why one more of them could not be taken."""
        sent = tuple(Attachment(Kind.PHOTO, str(one), media_id=one) for one in media)
        bad = (Attachment(Kind.PHOTO, "bad", problem=refused),) if refused else ()
        return await self.sends(who, Kind.PHOTO, text=caption, attachments=sent + bad)

    async def pins(self, who: str, lat: float, lon: float) -> str:
        """Send a pin."""
        return await self.sends(who, Kind.LOCATION, location=Location(lat, lon))

    async def chat(self, who: str) -> Chat:
        """Somebody's chat as it is kept."""
        async with self.database.reading() as unit:
            return (await unit.session.scalars(select(Chat).where(Chat.external == who))).one()

    async def sees(self, who: str) -> list[str]:
        """The labels of the choices open to somebody."""
        return [label for label, _ in await self._choices(who)]

    def last(self, who: str) -> str:
        """What somebody was told last."""
        return self.heard[who][-1]

    async def all(self, model: Any) -> list[Any]:
        """Every row of a table."""
        async with self.database.reading() as unit:
            return list((await unit.session.scalars(select(model))).all())

    async def audited(self) -> list[tuple[str, str]]:
        """(action, subject) of the audit trail."""
        return [(line.action, line.subject) for line in await self.all(Audit)]

    def passes(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    async def _choices(self, who: str) -> list[Any]:
        async with self.database.reading() as unit:
            chat = await unit.session.scalar(select(Chat).where(Chat.external == who))
            assert chat is not None
            return choices.every(chat)

    async def sends(self, who: str, kind: Kind, **what: Any) -> str:
        """Send a message of any kind; returns everything answered."""
        self.passes(seconds=self.beat)
        try:
            return await self._transact(who, kind, None, **what)
        except Refusal as refusal:
            return await self._transact(who, kind, refusal, **what)

    async def _transact(self, who: str, kind: Kind, refused: Refusal | None, **what: Any) -> str:
        async with self.database.writing() as unit:
            chat = await unit.session.scalar(select(Chat).where(Chat.external == who))
            assert chat is not None
            chat.seen_at = self.now
            ctx = Context(unit, chat, self.shelf, self.now)
            if refused is None:
                replies = await respond(ctx, Incoming(chat.channel, who, "1", kind, **what))
            else:
                replies = [refused.reply]
                if isinstance(refused, NotAllowed):
                    unit.audit.add(self.now, chat.person_id, "refused", refused.subject, wanted=refused.action)
            told = [self._told(chat, reply) for reply in replies]
            for push in ctx.pushes:
                self._told(push.chat, push.reply, pushed=True)
        return "\n".join(told)

    def _told(self, chat: Chat, reply: Reply, *, pushed: bool = False) -> str:
        texts, language = self.shelf.texts, chat.person.language
        text = texts.lines(language, reply.lines)
        self.heard.setdefault(chat.external, []).append(text)
        for one in reply.choices:
            assert len(one.token.encode()) <= 64
            assert one.token.isascii()
        if pushed or reply.choices or reply.question:
            shown = [choices.Shown(texts.say(language, one.label), one.token) for one in reply.choices]
            (choices.push if pushed else choices.put)(chat, shown)
        return text


def reference(text: str, letter: str) -> str:
    """The first reference of this kind in a text."""
    found = re.search(rf"\b{letter}[2-9A-Z]{{4,8}}\b", text, re.ASCII)
    assert found is not None, text
    return found[0]


def _areas(shelf: Shelf) -> list[Area]:
    rows = []
    for area in shelf.catalogue.areas.values():
        path = "".join(f"{one.code}/" for one in reversed(shelf.catalogue.lineage(area.code)))
        rows.append(
            Area(
                code=area.code, kind=area.kind, name=area.name, parent_code=area.parent or None, path=path, lat=area.lat,
                lon=area.lon, households=area.households, units=area.units,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda area: area.path.count("/"))
