"""The audit trail: a hash chain, so that a changed, missing or inserted line shows (domain.md §9)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, select

from storage.models import Audit, Fact
from storage.repositories.base import Repository

_HEAD = "audit.head"


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
        previous = ""
        async for line in await self.session.stream_scalars(
            select(Audit).order_by(Audit.id).execution_options(yield_per=1000)
        ):
            if line.hash != _digest(line, previous):
                return line.id
            previous = line.hash
        head = await self.session.get(Fact, _HEAD)
        return 0 if head is not None and head.value.get("hash", "") != previous else None

    async def count(self) -> int:
        """How many lines there are."""
        return await self.session.scalar(select(func.count()).select_from(Audit)) or 0

    async def _head(self) -> Fact:
        head = await self.session.scalar(select(Fact).where(Fact.key == _HEAD).with_for_update())
        if head is None:
            head = Fact(key=_HEAD, value={})
            self.session.add(head)
            await self.session.flush()
        return head


def _digest(line: Audit, previous: str) -> str:
    content = [previous, line.at.astimezone(UTC).isoformat(), line.actor_id, line.action, line.subject, line.detail]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
