"""The audit trail: a hash chain, so that a changed, missing or inserted line shows (domain.md §9)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select

from storage.models import Audit, Fact
from storage.repositories.base import Repository

_HEAD = "audit.head"


class AuditTrail(Repository):
    """Append and verify."""

    async def add(self, at: datetime, actor_id: int | None, action: str, subject: str, **detail: Any) -> None:
        """Append a line; the row of the chain's head is locked so that two processes cannot fork the chain."""
        head = await self._head()
        line = Audit(at=at, actor_id=actor_id, action=action, subject=subject, detail=detail)
        line.hash = _digest(line, head.value.get("hash", ""))
        head.value = {"hash": line.hash}
        self.session.add(line)
        await self.session.flush()

    async def broken_at(self) -> int | None:
        """The id of the first line that does not fit the chain, None when all do; 0 when the last lines are missing."""
        previous = ""
        for line in await self.session.scalars(select(Audit).order_by(Audit.id)):
            if line.hash != _digest(line, previous):
                return line.id
            previous = line.hash
        head = await self.session.get(Fact, _HEAD)
        return 0 if head is not None and head.value.get("hash", "") != previous else None

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
