"""Taking back what was kept about somebody: their own words, the copies of them in other people's chats, their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from storage.models import Chat, Duty, Handoff, Inbox, Media, Message, Outbox, Person, Remark
from storage.repositories.base import Repository

T = TypeVar("T")
_AT_ONCE: Final = 100
"""So many references in one condition; SQLite allows no deeper expressions than a thousand."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of each are kept about somebody outside their entry: pictures and voice, calls for a person, remarks."""

    files: int
    calls: int
    remarks: int


class Erasure(Repository):
    """Counts and erases (domain.md §9). Cases are official records and stay, with their words and files."""

    async def kept(self, person_id: int) -> Kept:
        """What is kept besides name, phone and area; words that were erased do not count."""
        mine = self._chats(person_id)
        files = select(func.count()).where(Media.chat_id.in_(mine), Media.deleted_at.is_(None))
        calls = select(func.count()).where(Handoff.chat_id.in_(mine), Handoff.reason != "")
        remarks = select(func.count()).where(Remark.chat_id.in_(mine), Remark.text != "")
        return Kept(*[await self.session.scalar(query) or 0 for query in (files, calls, remarks)])

    async def conversations(self, person_id: int) -> None:
        """Close forms and forget drafts, offered choices and remembered places in all of the person's chats."""
        for chat in await self.session.scalars(select(Chat).where(Chat.person_id == person_id)):
            chat.form, chat.step, chat.answers, chat.draft, chat.preset, chat.choices = None, "", {}, {}, {}, []
            chat.revision += 1

    async def words(self, person_id: int) -> None:
        """Blank all that was said in the person's chats, drop what was not sent yet, end their calls for a person."""
        mine = self._chats(person_id)
        keys = (
            await self.session.execute(select(Chat.channel, Chat.external).where(Chat.person_id == person_id))
        ).all()
        mute = (
            update(Message).where(Message.chat_id.in_(mine)).values(text="", body={}),
            update(Outbox).where(Outbox.chat_id.in_(mine), Outbox.state == "queued").values(state="cancelled"),
            update(Remark).where(Remark.chat_id.in_(mine)).values(text=""),
            update(Handoff).where(Handoff.chat_id.in_(mine)).values(reason="", state="closed"),
            *(
                update(Inbox).where(Inbox.channel == channel, Inbox.chat == chat, Inbox.state == "dead").values(raw="")
                for channel, chat in keys
            ),
        )
        await self.session.flush()
        for statement in mute:
            await self.session.execute(statement.execution_options(synchronize_session=False))

    async def calls(self, person_id: int) -> list[str]:
        """The references of all the person's calls for a human."""
        query = select(Handoff.ref).where(Handoff.chat_id.in_(self._chats(person_id)))
        return list((await self.session.scalars(query)).all())

    async def copies(
        self, person_id: int, refs: Sequence[str], gone: Callable[[str], str], *, staff: bool = False
    ) -> None:
        """Replace what others were told under one of these references by what ``gone`` says in their language.

        ``staff`` looks only into the chats of people with duties.
        """
        others = Chat.person_id != person_id
        for mentions in _mentions(refs):
            query = select(Message.id, Person.language).join(Chat, Chat.id == Message.chat_id)
            query = query.join(Person, Person.id == Chat.person_id).where(others, Message.out.is_(True), mentions)
            if staff:
                query = query.where(Message.chat_id.in_(self._staff_chats()))
            found: dict[str, list[int]] = {}
            for message, language in await self.session.execute(query):
                found.setdefault(language, []).append(message)
            for language, messages in found.items():
                for some in _some(messages):
                    blank = update(Message).where(Message.id.in_(some)).values(text=gone(language), body={})
                    await self.session.execute(blank.execution_options(synchronize_session=False))

    async def mask_for_staff(self, secret: str, shown: str) -> None:
        """Write ``shown`` for ``secret`` (a phone number) in everything staff were told."""
        await self._rewrite(secret, shown, Message.text.contains(secret, autoescape=True))

    async def unname_for_staff(self, name: str, refs: Sequence[str], shown: str) -> None:
        """Write ``shown`` for a name where staff were told of it under one of these references."""
        for mentions in _mentions(refs):
            await self._rewrite(name, shown, mentions)

    async def _rewrite(self, secret: str, shown: str, where: ColumnElement[bool]) -> None:
        told = update(Message).where(Message.chat_id.in_(self._staff_chats()), Message.out.is_(True), where)
        told = told.values(text=func.replace(Message.text, secret, shown))
        await self.session.execute(told.execution_options(synchronize_session=False))

    async def files(self, person_id: int, now: datetime) -> None:
        """Mark the files that belong to no case as deleted; ``MediaFiles.deleted`` finds them for the tidying job."""
        loose = update(Media).where(
            Media.chat_id.in_(self._chats(person_id)), Media.case_id.is_(None), Media.deleted_at.is_(None)
        )
        await self.session.execute(loose.values(deleted_at=now).execution_options(synchronize_session=False))

    def _chats(self, person_id: int) -> Select[int]:
        return select(Chat.id).where(Chat.person_id == person_id)

    def _staff_chats(self) -> Select[int]:
        return select(Chat.id).where(Chat.person_id.in_(select(Duty.person_id)))


def _mentions(refs: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    for some in _some(refs):
        yield or_(*(Message.text.contains(ref, autoescape=True) for ref in some))


def _some(many: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(many), _AT_ONCE):
        yield many[start : start + _AT_ONCE]
