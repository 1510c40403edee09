"""How long things are kept (domain.md §9): of each kind, which rows are too old, and what becomes of them.

Looking is left to readers and finds many rows at once; forgetting takes few rows by their keys, so that the one writer of
SQLite is never held for long. Both may be repeated, and done by several processes at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, UpdateBase, case, delete, exists, func, inspect, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import (
    Audit,
    Case,
    CaseEvent,
    Chat,
    Duty,
    Handoff,
    Inbox,
    Invite,
    Media,
    Mention,
    Message,
    Notice,
    Outbox,
    Person,
    Proposal,
    Recipient,
    Remark,
    Volunteer,
)
from storage.models.privacy import SECRET
from storage.repositories.audit import trim
from storage.repositories.base import Repository
from storage.repositories.cases import OVER, UNDONE

Id = int | str
Forget = Callable[[AsyncSession, Sequence[Any], datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of ``model``: the conditions under which they were last needed before an instant, and what is done then."""

    model: Any
    old: Callable[[datetime], Sequence[ColumnElement[bool]]]
    forget: Forget
    by_age: bool = False
    """Whether their ids grow with their age alone: then the first are looked at, and no index on a time is needed."""

    @property
    def id(self) -> Any:
        """What a row is found by."""
        return _key(self.model)


class Retention(Repository):
    """Finds and forgets by kind; the kinds are the keys of ``KINDS``."""

    async def old(self, kind: str, before: datetime, limit: int) -> Sequence[Id]:
        """Up to ``limit`` ids of what is too old."""
        of = KINDS[kind]
        query = select(of.id).where(*of.old(before))
        if of.by_age:
            query = query.where(of.id.in_(select(of.id).order_by(of.id).limit(limit)))
        return (await self.session.scalars(query.order_by(of.id).limit(limit))).all()

    async def forget(self, kind: str, ids: Collection[Id], before: datetime, now: datetime) -> int:
        """Delete those of these, or the words in them, that are still too old; returns how many there were.

        Rows that somebody else has in hand are left for the next time.
        """
        of = KINDS[kind]
        query = select(of.id).where(of.id.in_(ids), *of.old(before)).order_by(of.id)
        still = (await self.session.scalars(query.with_for_update(of=of.model, skip_locked=True))).all()
        if still:
            await of.forget(self.session, still, now)
        return len(still)


def _key(model: Any) -> Any:
    return inspect(model).primary_key[0]


async def _run(session: AsyncSession, statement: UpdateBase) -> None:
    await session.execute(statement.execution_options(synchronize_session=False))


def _updates(state: str) -> Callable[[datetime], Sequence[ColumnElement[bool]]]:
    return lambda before: (Inbox.state == state, Inbox.received_at < before)


def _sends(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Outbox.state == "sent", Outbox.finished_at < before


def _messages(before: datetime) -> Sequence[ColumnElement[bool]]:
    under_way = exists().where(Outbox.message_id == Message.id, Outbox.state == "sending")
    return Message.at < before, ~under_way


def _secrets(before: datetime) -> Sequence[ColumnElement[bool]]:
    secret = select(Mention.message_id).where(Mention.ref == SECRET)
    open_ = exists().where(Outbox.message_id == Message.id, Outbox.state.in_(("queued", "sending")))
    return Message.id.in_(secret), Message.at < before, ~open_


def _drafts(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Chat.seen_at < before, or_(Chat.draft != {}, Chat.preset != {})


def _conversations(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Chat.seen_at < before, or_(Chat.form.is_not(None), Chat.choices != [])


def _calls(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Handoff.last_at < before, or_(Handoff.reason != "", Handoff.state != "closed")


def _remarks(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Remark.at < before,)


def _cases(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Case.state.in_(OVER), Case.finished_at < before, Case.words != ""


def _proposals(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Proposal.state != "open", Proposal.created_at < before, Proposal.what != ""


def _invites(before: datetime) -> Sequence[ColumnElement[bool]]:
    return Invite.expires_at < before, Invite.link_expires_at < before


def _audit(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Audit.at < before,)


def _people(before: datetime) -> Sequence[ColumnElement[bool]]:
    """Who was not heard for so long, cannot be reached any more, and has nothing under way."""
    there = exists().where(Chat.person_id == Person.id, or_(Chat.unreachable_at.is_(None), Chat.seen_at >= before))
    busy = (
        exists().where(Duty.person_id == Person.id, Duty.until.is_(None)),
        exists().where(Case.reporter_id == Person.id, Case.state.in_(UNDONE)),
        exists().where(Volunteer.person_id == Person.id, Volunteer.active),
    )
    known = or_(Person.name != "", Person.phone != "", Person.area_code.is_not(None))
    return Person.created_at < before, known, ~there, *(~one for one in busy)


def _deleting(model: Any) -> Forget:
    async def forget(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
        await _run(session, delete(model).where(_key(model).in_(ids)))

    return forget


def _blanking(model: Any, **values: Any) -> Forget:
    async def forget(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
        await _run(session, update(model).where(model.id.in_(ids)).values(**values))

    return forget


async def _forget_messages(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """With their sends and mentions; what became of a notice's is counted in the notice."""
    await _count(session, ids)
    for child in (Outbox, Recipient, Mention):
        await _run(session, delete(child).where(child.message_id.in_(ids)))
    await _run(session, delete(Message).where(Message.id.in_(ids)))


async def _forget_secrets(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    instead = func.coalesce(Message.body["instead"].as_string(), "")
    await _run(session, update(Message).where(Message.id.in_(ids)).values(text=instead, body={}))
    await _run(session, delete(Mention).where(Mention.ref == SECRET, Mention.message_id.in_(ids)))


async def _count(session: AsyncSession, messages: Sequence[int]) -> None:
    """Keep the figures of the notices to which these messages belong."""
    lost, stopped = Outbox.state.in_(("dead", "expired", "queued")), Outbox.state == "cancelled"
    query = (
        select(
            Recipient.notice_id, func.count(), func.count(Recipient.read_at),
            func.count(case((lost, 1))), func.count(case((stopped, 1))),
        )
        .outerjoin(Outbox, Outbox.message_id == Recipient.message_id)
        .where(Recipient.message_id.in_(messages)).group_by(Recipient.notice_id).order_by(Recipient.notice_id)
    )  # fmt: skip
    for notice, people, read, gone, held in (await session.execute(query)).all():
        past = {
            "past_sent": Notice.past_sent + people - gone - held, "past_read": Notice.past_read + read,
            "past_lost": Notice.past_lost + gone, "past_stopped": Notice.past_stopped + held,
        }  # fmt: skip
        await _run(session, update(Notice).where(Notice.id == notice).values(past))


async def _forget_cases(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """What was said, where, and the pictures; kind, area, times, outcome and stars stay for the figures."""
    bare = {"words": "", "title": "—", "place": "", "lat": None, "lon": None}
    await _run(session, update(Case).where(Case.id.in_(ids)).values(bare))
    await _run(session, update(CaseEvent).where(CaseEvent.case_id.in_(ids)).values(note=""))
    await _run(session, update(Media).where(Media.case_id.in_(ids), Media.deleted_at.is_(None)).values(deleted_at=now))


KINDS: Final = {
    "updates": Kind(Inbox, _updates("done"), _deleting(Inbox)),
    "failed updates": Kind(Inbox, _updates("dead"), _deleting(Inbox)),
    "sends": Kind(Outbox, _sends, _deleting(Outbox)),
    "messages": Kind(Message, _messages, _forget_messages, by_age=True),
    "secrets": Kind(Message, _secrets, _forget_secrets),
    "drafts": Kind(Chat, _drafts, _blanking(Chat, draft={}, preset={})),
    "conversations": Kind(
        Chat, _conversations, _blanking(Chat, form=None, step="", answers={}, choices=[], revision=Chat.revision + 1)
    ),
    "calls": Kind(Handoff, _calls, _blanking(Handoff, reason="", state="closed")),
    "remarks": Kind(Remark, _remarks, _deleting(Remark)),
    "cases": Kind(Case, _cases, _forget_cases),
    "invites": Kind(Invite, _invites, _deleting(Invite)),
    "people": Kind(Person, _people, _blanking(Person, name="", phone="", area_code=None, consented_at=None)),
    "audit": Kind(Audit, _audit, trim, by_age=True),
    "proposals": Kind(Proposal, _proposals, _blanking(Proposal, what="", why="", place="", answer="")),
}
"""Everything with people's words or names in it, and who read them; an official record keeps its number, state and figures."""
