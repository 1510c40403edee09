"""The audit trail: a hash chain, so that a changed, missing or inserted line shows (domain.md §9).

Its oldest lines go after their time; the hash of the last of them stays as the anchor from which the rest is verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Audit, Fact
from storage.repositories.base import Repository

_HEAD, _ANCHOR = "audit.head", "audit.anchor"


@dataclass(frozen=True, slots=True)
class AuditTrail(Repository):
    """Append and verify. ``lines`` wait for the end of the transaction, when the chain is locked for a moment only."""

    lines: list[Audit] = field(default_factory=list)

    def add(self, at: datetime, actor_id: int | None, action: str, subject: str, **detail: Any) -> None:
        """Append a line with the transaction's commit."""
        self.lines.append(Audit(at=at, actor_id=actor_id, action=action, subject=subject, detail=detail))

    async def write(self) -> None:
        """Chain the lines; the row of the chain's head is locked so that two processes cannot fork the chain."""
        if not self.lines:
            return
        head = await self._head()
        for line in self.lines:
            line.hash = _digest(line, head.value.get("hash", ""))
            head.value = {"hash": line.hash}
        self.session.add_all(self.lines)
        await self.session.flush()
        self.lines.clear()

    async def broken_at(self) -> int | None:
        """The id of the first line that does not fit the chain, None when all do; 0 when the last lines are missing."""
        previous = await self._hash_of(_ANCHOR)
        async for line in await self.session.stream_scalars(
            select(Audit).order_by(Audit.id).execution_options(yield_per=1000)
        ):
            if line.hash != _digest(line, previous):
                return line.id
            previous = line.hash
        return 0 if await self._hash_of(_HEAD) != previous else None

    async def count(self) -> int:
        """How many lines there are."""
        return await self.session.scalar(select(func.count()).select_from(Audit)) or 0

    async def _hash_of(self, key: str) -> str:
        fact = await self.session.get(Fact, key)
        return str(fact.value.get("hash", "")) if fact is not None else ""

    async def _head(self) -> Fact:
        head = await self.session.scalar(select(Fact).where(Fact.key == _HEAD).with_for_update())
        if head is None:
            head = Fact(key=_HEAD, value={})
            self.session.add(head)
            await self.session.flush()
        return head


async def trim(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """Delete these lines (ids, the oldest first) up to the first before which one stands that is to stay.

    The caller holds their locks, so that of two processes only one takes from the beginning.
    """
    first = await session.scalar(select(Audit.id).where(Audit.id.not_in(ids)).order_by(Audit.id).limit(1))
    gone = [one for one in ids if first is None or one < first]
    if not gone:
        return
    last = await session.scalar(select(Audit.hash).where(Audit.id == gone[-1]))
    anchor = await session.get(Fact, _ANCHOR) or Fact(key=_ANCHOR)
    anchor.value = {"hash": last}
    session.add(anchor)
    await session.execute(delete(Audit).where(Audit.id.in_(gone)).execution_options(synchronize_session=False))


def _digest(line: Audit, previous: str) -> str:
    content = [previous, line.at.astimezone(UTC).isoformat(), line.actor_id, line.action, line.subject, line.detail]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
