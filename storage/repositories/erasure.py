"""Taking back what was kept about somebody: their own words, the copies of them in other people's chats, their files.

Nothing is searched for by its words: chats, files and calls are found through their owner, copies through ``mentions``. Of
the messages a transaction blanks at most ``AT_ONCE``; what is left stands in ``blankings``, and a job carries on with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true, union, update

from storage.models import (
    Blanking,
    Case,
    Chat,
    Duty,
    Handoff,
    Inbox,
    Media,
    Mention,
    Message,
    Outbox,
    Person,
    Proposal,
    Remark,
)
from storage.repositories.base import Repository

AT_ONCE: Final = 200
"""Messages one transaction blanks, of however many erasures."""
LAST_LOOK: Final = timedelta(seconds=10)
OVERLAP: Final = 10_000
"""PostgreSQL hands out ids before it commits them: what was being written while an erasure passed may appear behind it. So it
looks at so many ids again after so long, when whatever was under way has ended."""
_SPENT: Final = "messages blanked"


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
        """Blank all that was said in the person's chats, in calls for a person and to staff; drop what was not sent yet."""
        mine = self._chats(person_id)
        chats = (
            await self.session.execute(select(Chat.id, Chat.channel, Chat.external).where(Chat.person_id == person_id))
        ).all()
        mute = (
            update(Outbox).where(Outbox.chat_id.in_(mine), Outbox.state == "queued").values(state="cancelled"),
            update(Remark).where(Remark.chat_id.in_(mine)).values(text=""),
            update(Handoff).where(Handoff.chat_id.in_(mine)).values(reason=""),
            *(
                update(Inbox)
                .where(Inbox.channel == channel, Inbox.chat == external, Inbox.state == "dead")
                .values(raw="")
                for _, channel, external in chats
            ),
        )
        await self.session.flush()
        for statement in mute:
            await self.session.execute(statement.execution_options(synchronize_session=False))
        for chat_id, *_ in chats:
            await self._blank(_order(person_id, chat_id=chat_id))

    async def end_calls(self, person_id: int) -> None:
        """Nobody is to answer the person's calls any more."""
        ended = update(Handoff).where(Handoff.chat_id.in_(self._chats(person_id))).values(state="closed")
        await self.session.execute(ended.execution_options(synchronize_session=False))

    async def calls(self, person_id: int) -> list[str]:
        """The references of the person's calls for a human."""
        await self.session.flush()
        query = select(Handoff.ref).where(Handoff.chat_id.in_(self._chats(person_id)))
        return list((await self.session.scalars(query)).all())

    async def copies(
        self, person_id: int, refs: Sequence[str], gone: Mapping[str, str], *, staff: bool = False
    ) -> None:
        """Replace what others were told under one of these references by what ``gone`` says in their language.

        ``staff`` looks only into the chats of people with duties. What belongs to a call that is not over stays until it
        is, and goes then, with what was told in it meanwhile.
        """
        under_way = select(Handoff.ref).where(Handoff.ref.in_(refs), Handoff.state != "closed")
        later = set(await self.session.scalars(under_way))
        self.session.add_all(
            _order(person_id, ref=ref, staff=staff, shown=dict(gone), last_id=0) for ref in refs if ref in later
        )
        for ref in refs:
            if ref in later:
                continue
            await self._blank(_order(person_id, ref=ref, staff=staff, shown=dict(gone)))

    async def mask_for_staff(self, person_id: int, secret: str, shown: str) -> None:
        """Write ``shown`` for ``secret`` (a phone number) in all that staff were told of the person's cases, calls, proposals."""
        mine = self._chats(person_id)
        refs = union(
            select(Case.ref).where(Case.reporter_id == person_id),
            select(Handoff.ref).where(Handoff.chat_id.in_(mine)),
            select(Proposal.ref).where(Proposal.author_id == person_id),
        )
        await self._replace(person_id, list(await self.session.scalars(refs)), secret, shown)

    async def unname_for_staff(self, person_id: int, name: str, refs: Sequence[str], shown: str) -> None:
        """Write ``shown`` for a name where staff were told of it under one of these references."""
        await self._replace(person_id, refs, name, shown)

    async def files(self, person_id: int, now: datetime) -> None:
        """Mark the files that belong to no case as deleted; ``MediaFiles.deleted`` finds them for the tidying job."""
        loose = update(Media).where(
            Media.chat_id.in_(self._chats(person_id)), Media.case_id.is_(None), Media.deleted_at.is_(None)
        )
        await self.session.execute(loose.values(deleted_at=now).execution_options(synchronize_session=False))

    async def any_left(self, now: datetime) -> bool:
        """Whether some erasure can be carried on with; a cheap look before a write."""
        return await self.session.scalar(select(Blanking.id).where(_due(now)).limit(1)) is not None

    async def carry_on(self, now: datetime) -> None:
        """Blank the next messages of the oldest erasure that no other process has in hand."""
        query = select(Blanking).where(_due(now)).order_by(Blanking.id).limit(1)
        left = await self.session.scalar(query.with_for_update(skip_locked=True))
        if left is None:
            return
        left.last_id = left.last_id or await self._newest()
        if await self._step(left, AT_ONCE):
            await self._passed(left, now)

    async def _passed(self, order: Blanking, now: datetime) -> None:
        """All messages are done: the order is over, but for the last look where one is needed.

        That look at copies goes up to the newest then, since they may tell what was read before the erasure.
        """
        if order.again_at is not None or self._alone():
            await self.session.delete(order)
            return
        order.again_at = now + LAST_LOOK
        order.done_id = max(0, order.last_id - OVERLAP)
        order.last_id = order.last_id if order.chat_id is not None else 0

    async def _replace(self, person_id: int, refs: Sequence[str], secret: str, shown: str) -> None:
        for ref in refs:
            await self._blank(_order(person_id, ref=ref, staff=True, secret=secret, shown={"": shown}))

    async def _blank(self, order: Blanking) -> None:
        """As far as this transaction may still go; the rest is left to ``carry_on``."""
        order.last_id = await self._newest()
        room = AT_ONCE - self.session.info.get(_SPENT, 0)
        if room <= 0 or not await self._step(order, room) or not self._alone():
            self.session.add(order)

    def _alone(self) -> bool:
        """Whether nobody else can be writing at the same time."""
        return self.session.get_bind().dialect.name == "sqlite"

    async def _newest(self) -> int:
        return await self.session.scalar(select(func.max(Message.id))) or 0

    async def _step(self, order: Blanking, limit: int) -> bool:
        """Blank up to ``limit`` messages; True once there are no more."""
        query = _mentioning(order, limit) if order.chat_id is None else _of_chat(order, limit)
        rows = (await self.session.execute(query)).all()
        self.session.info[_SPENT] = self.session.info.get(_SPENT, 0) + max(1, len(rows))
        meant: dict[str, list[int]] = {}
        for message, language, is_meant in rows:
            if is_meant:
                meant.setdefault(language, []).append(message)
        for language, messages in meant.items():
            blank = update(Message).where(Message.id.in_(messages)).values(_instead(order, language))
            await self.session.execute(blank.execution_options(synchronize_session=False))
        order.done_id = rows[-1][0] if rows else order.last_id
        return len(rows) < limit

    def _chats(self, person_id: int) -> Select[int]:
        return select(Chat.id).where(Chat.person_id == person_id)


def _order(person_id: int, **values: Any) -> Blanking:
    usual: dict[str, Any] = {"chat_id": None, "ref": "", "staff": False, "secret": "", "shown": {}, "done_id": 0}
    return Blanking(person_id=person_id, **(usual | values))


def _due(now: datetime) -> ColumnElement[bool]:
    """Whether the order waits neither for the end of a call nor for its last look."""
    under_way = exists().where(Handoff.ref == Blanking.ref, Handoff.state != "closed")
    return and_(~under_way, or_(Blanking.again_at.is_(None), Blanking.again_at <= now))


def _of_chat(order: Blanking, limit: int) -> Select[int, str, bool]:
    """(message, "", true) of the next messages of a chat."""
    mine = Message.chat_id == order.chat_id, Message.id > order.done_id, Message.id <= order.last_id
    return select(Message.id, literal(""), true()).where(*mine).order_by(Message.id).limit(limit)


def _mentioning(order: Blanking, limit: int) -> Select[int, str, bool]:
    """(message, its reader's language, whether it is meant) of the next messages under a reference.

    They are picked before they are joined: PostgreSQL would rather walk along all messages.
    """
    meant = [Message.out.is_(True), Chat.person_id != order.person_id]
    if order.staff:
        meant.append(Chat.person_id.in_(select(Duty.person_id)))
    found = Mention.ref == order.ref, Mention.message_id > order.done_id, Mention.message_id <= order.last_id
    some = select(Mention.message_id).where(*found).order_by(Mention.message_id).limit(limit).subquery()
    query = select(Message.id, Person.language, and_(*meant)).join(some, some.c.message_id == Message.id)
    query = query.join(Chat, Chat.id == Message.chat_id).join(Person, Person.id == Chat.person_id)
    return query.order_by(Message.id)


def _instead(order: Blanking, language: str) -> dict[str, Any]:
    """What a message holds afterwards."""
    if order.secret:
        return {"text": func.replace(Message.text, order.secret, order.shown[""])}
    return {"text": order.shown.get(language, ""), "body": {}}
