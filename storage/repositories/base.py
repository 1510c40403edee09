"""What every repository has: the session, and nothing that commits."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from storage.models import Case, Chat, Handoff, Notice, Proposal, Task

Named = TypeVar("Named", Case, Handoff, Notice, Proposal, Task)
"""What people call by a short reference."""

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Speakable characters: no 0/O, no 1/I/L. What comes of them is found again by ``knowledge.references``."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Queries on one noun; the unit of work commits."""

    session: AsyncSession

    async def by_reference(self, model: type[Named], ref: str, *, lock: bool) -> Named | None:
        """The row with this reference; ``lock`` keeps others from changing it meanwhile, and reads it afresh."""
        query = select(model).where(model.ref == ref.upper())
        if lock:
            await self.session.flush()
            query = query.with_for_update(of=model).execution_options(populate_existing=True)
        return await self.session.scalar(query)

    async def new_reference_of(self, model: type[Named], letter: str) -> str:
        """A reference that no row of this kind has."""

        async def taken(ref: str) -> bool:
            return await self.session.scalar(select(model.id).where(model.ref == ref)) is not None

        return await free_reference(letter, taken)


def newest_chat(person_id: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """The id of the chat through which a person was last heard and can be reached, for every row of a query."""
    chat = aliased(Chat)
    query = select(chat.id).where(chat.person_id == person_id, chat.unreachable_at.is_(None), chat.group.is_(False))
    return query.order_by(chat.seen_at.desc(), chat.id.desc()).limit(1).correlate(person_id.class_).scalar_subquery()


async def free_reference(letter: str, taken: Callable[[str], Awaitable[bool]]) -> str:
    """A short reference such as R7K2Q that is not taken yet; grows a character when four keep colliding."""
    for length in (4, 4, 4, 5, 5, 6, 7, 8):
        ref = letter + _speakable(length)
        if not await taken(ref):
            return ref
    raise RuntimeError("no free reference")


def _speakable(length: int) -> str:
    """Random characters with a digit among them: a reference is never a word, and is recognised when somebody writes it."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if not drawn.isalpha():
            return drawn
