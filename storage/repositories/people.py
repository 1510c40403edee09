"""People and their chats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm.attributes import flag_modified

from storage.models import Area, Chat, Consent, Duty, Gate, Outbox, Person, WebSession
from storage.repositories.base import Repository, newest_chat
from storage.types import among


def live_in(area: Area) -> ColumnElement[bool]:
    """The condition (on people with their area outer joined) for an area's audience.

    The root's includes those who never said where they live, unless they asked for no notices.
    """
    inside = Area.path.startswith(area.path, autoescape=True)
    return inside if area.parent_code else or_(inside, and_(Person.area_code.is_(None), Person.quiet.is_(False)))


def _these(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[ColumnElement[bool], ColumnElement[bool]]]:
    """The conditions on chats, one pair a channel, for these (channel, external) pairs."""
    externals: dict[str, list[str]] = {}
    for channel, external in keys:
        externals.setdefault(channel, []).append(external)
    for channel, those in externals.items():
        yield Chat.channel == channel, among(Chat.external, those)


_CONVERSATION: Final = (
    "form",
    "form_version",
    "step",
    "answers",
    "revision",
    "choices",
    "draft",
    "preset",
    "misses",
    "seen_at",
)
"""Columns that messages change."""


class People(Repository):
    """Look people up, open chats, follow consent."""

    async def get(self, person_id: int) -> Person | None:
        """A person by id."""
        return await self.session.get(Person, person_id)

    async def chat(self, chat_id: int) -> Chat | None:
        """A chat by our own id."""
        return await self.session.get(Chat, chat_id)

    async def lock_chats(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Chat]:
        """The chats of these (channel, external) pairs, locked until the transaction ends; busy ones are left out."""
        return {
            (chat.channel, chat.external): chat
            for some in _these(keys)
            for chat in await self.session.scalars(
                select(Chat).where(*some).order_by(Chat.id).with_for_update(of=Chat, skip_locked=True)
            )
        }

    def write_alike(self, chats: Iterable[Chat]) -> None:
        """Have the next flush write the same columns of all changed chats, so that it needs one statement for them all."""
        for chat in self.session.dirty.intersection(chats):
            for name in _CONVERSATION:
                flag_modified(chat, name)

    async def existing(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs have a chat."""
        return {
            (channel, external)
            for some in _these(keys)
            for channel, external in await self.session.execute(select(Chat.channel, Chat.external).where(*some))
        }

    def open_chat(self, channel: str, external: str, language: str, now: datetime, *, group: bool = False) -> Chat:
        """A chat with a new person behind it, of whom nothing is known yet."""
        person = Person(
            name="",
            phone="",
            language=language,
            language_chosen=False,
            elder=False,
            staff=False,
            quiet=False,
            created_at=now,
        )
        chat = Chat(
            channel=channel, external=external, group=group, person=person, seen_at=now, answers={}, choices=[], draft={}, preset={},
            revision=0, misses=0, form_version=0, step="",
        )  # fmt: skip
        self.session.add_all((chat, Gate(chat=chat, next_at=now)))
        return chat

    async def find_chat(self, channel: str, external: str) -> Chat | None:
        """A chat by the channel's id."""
        return await self.session.scalar(select(Chat).where(Chat.channel == channel, Chat.external == external))

    async def ids_of(self, channel: str, externals: Sequence[str]) -> dict[str, int]:
        """Our ids of these chats of a channel."""
        query = select(Chat.external, Chat.id).where(Chat.channel == channel, Chat.external.in_(externals))
        return {external: number for external, number in await self.session.execute(query)}  # noqa: C416 rows, not pairs

    async def chat_of(self, person_id: int) -> Chat | None:
        """The chat through which this person was last heard and can be reached."""
        query = select(Chat).where(Chat.person_id == person_id, Chat.id == newest_chat(Chat.person_id))
        return await self.session.scalar(query)

    async def beside(self, chat: Chat, limit: int = 5) -> Sequence[Chat]:
        """The same person's other reachable chats on the same channel, those last heard."""
        query = select(Chat).where(Chat.person_id == chat.person_id, Chat.channel == chat.channel, Chat.id != chat.id)
        query = query.where(Chat.unreachable_at.is_(None)).order_by(Chat.seen_at.desc(), Chat.id.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def mark_unreachable(self, chat_id: int, now: datetime) -> None:
        """Blocked or gone: nothing more is sent until they write."""
        await self.session.execute(update(Chat).where(Chat.id == chat_id).values(unreachable_at=now))

    async def move(self, chat_id: int, external: str, now: datetime) -> None:
        """The channel gave the chat another id. Where that id is known already, what waits goes there and this chat ends."""
        chat = await self.session.get_one(Chat, chat_id)
        known = await self.find_chat(chat.channel, external)
        if known is None:
            chat.external = external
            return
        chat.unreachable_at = now
        await self.session.execute(
            update(Outbox).where(Outbox.chat_id == chat_id, Outbox.state == "queued").values(chat_id=known.id)
        )

    async def on_duty_below(self, roles: Sequence[str], path: str, limit: int = 5) -> list[Chat]:
        """The reachable chats of people who hold one of these roles anywhere in a subtree, the last heard first."""
        below = select(Area.code).where(Area.path.startswith(path, autoescape=True))
        return await self._serving(Duty.role.in_(roles), Duty.area_code.in_(below), limit=limit)

    async def on_duty(self, role: str, codes: Sequence[str]) -> list[Chat]:
        """The reachable chats of people who hold ``role`` exactly in one of these areas, the last heard first."""
        return await self._serving(Duty.role == role, Duty.area_code.in_(codes))

    async def _serving(self, *duties: ColumnElement[bool], limit: int | None = None) -> list[Chat]:
        """The newest reachable chat of everybody who holds such a duty now."""
        people = select(Duty.person_id).where(*duties, Duty.until.is_(None))
        query = select(Chat).where(Chat.person_id.in_(people), Chat.id == newest_chat(Chat.person_id))
        query = query.order_by(Chat.seen_at.desc(), Chat.id.desc()).limit(limit)
        return list((await self.session.scalars(query)).all())

    def consent(self, person: Person, kind: str, version: int, now: datetime) -> None:
        """Record a yes."""
        person.consented_at = now
        self.session.add(Consent(person_id=person.id, kind=kind, version=version, given_at=now))

    async def withdraw(self, person: Person, now: datetime) -> None:
        """Record that consent is withdrawn."""
        person.consented_at = None
        await self.session.execute(
            update(Consent)
            .where(Consent.person_id == person.id, Consent.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )

    async def count_in(self, area: Area) -> int:
        """How many reachable people ``live_in`` an area."""
        query = (
            select(func.count(Person.id.distinct()))
            .join(Chat, Chat.person_id == Person.id)
            .outerjoin(Area, Area.code == Person.area_code)
        )
        query = query.where(live_in(area), Chat.unreachable_at.is_(None), Chat.group.is_(False))
        return await self.session.scalar(query) or 0

    async def session_chat(self, token_hash: str) -> tuple[Chat, datetime] | None:
        """The chat a browser's cookie opens, and since when it does."""
        query = select(Chat, WebSession.created_at).join(WebSession, WebSession.chat_id == Chat.id)
        found = (await self.session.execute(query.where(WebSession.token_hash == token_hash))).first()
        return (found[0], found[1]) if found else None

    async def sessions_of(self, channel: str, externals: Iterable[str]) -> list[tuple[Chat, datetime | None]]:
        """Those of these chats that are kept, each with the beginning of its browser session, None when that was ended."""
        query = select(Chat, WebSession.created_at).outerjoin(WebSession, WebSession.chat_id == Chat.id)
        query = query.where(Chat.channel == channel, Chat.external.in_(list(externals)))
        return [(chat, since) for chat, since in await self.session.execute(query)]

    def open_session(self, **values: Any) -> None:
        """Remember a browser's cookie."""
        self.session.add(WebSession(**values))

    async def end_sessions(self, person_id: int, now: datetime) -> None:
        """End every browser session of a person."""
        query = select(Chat.id).join(WebSession, WebSession.chat_id == Chat.id).where(Chat.person_id == person_id)
        await self.end_pages((await self.session.scalars(query)).all(), now)

    async def expired_pages(self, begun: datetime, active: datetime, limit: int, *, staff: bool) -> Sequence[int]:
        """Chats of staff (or of residents) whose browser session began by ``begun``, or was idle since ``active``."""
        idle = and_(WebSession.created_at <= active, Chat.seen_at <= active)
        query = (
            select(Chat.id).join(WebSession, WebSession.chat_id == Chat.id).join(Person, Person.id == Chat.person_id)
        )
        query = query.where(Person.staff.is_(staff), or_(WebSession.created_at <= begun, idle))
        return (await self.session.scalars(query.order_by(Chat.id).limit(limit))).all()

    async def end_pages(self, chats: Sequence[int], now: datetime) -> None:
        """End the browser sessions of these chats: nobody reads there any more, so nothing more is told there."""
        await self.session.execute(delete(WebSession).where(WebSession.chat_id.in_(chats)))
        await self.session.execute(update(Chat).where(Chat.id.in_(chats)).values(unreachable_at=now))
