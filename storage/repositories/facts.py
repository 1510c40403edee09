"""Facts: single remembered values by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from storage.models import Fact
from storage.repositories.base import Repository


class Facts(Repository):
    """A tiny key-value shelf."""

    async def get(self, key: str) -> dict[str, Any]:
        """The value, or an empty dict."""
        fact = await self.session.get(Fact, key)
        return fact.value if fact else {}

    async def put(self, key: str, value: dict[str, Any]) -> None:
        """Remember a value."""
        await self.session.merge(Fact(key=key, value=value))
        await self.session.flush()

    async def drop(self, key: str) -> None:
        """Forget a value."""
        await self.session.execute(delete(Fact).where(Fact.key == key))
