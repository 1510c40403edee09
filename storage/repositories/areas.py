"""Areas: look-ups in the tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import func, select

from storage.models import Area
from storage.repositories.base import Repository

_LOADING: Final = 7_251_946_301
"""PostgreSQL's number for the right to load areas; migrations have their own."""


class Areas(Repository):
    """The tree of areas."""

    async def get(self, code: str) -> Area | None:
        """The area with this code."""
        return await self.session.get(Area, code)

    async def root(self) -> Area:
        """The first area without one above it; there is always one once areas are loaded."""
        return (
            await self.session.scalars(select(Area).where(Area.parent_code.is_(None)).order_by(Area.code).limit(1))
        ).one()

    async def of_kind(self, kind: str, within: Area | None = None) -> Sequence[Area]:
        """All areas of one kind, by code; optionally only inside another."""
        query = select(Area).where(Area.kind == kind).order_by(Area.code)
        if within is not None:
            query = query.where(Area.path.startswith(within.path, autoescape=True))
        return (await self.session.scalars(query)).all()

    async def claim(self) -> None:
        """Wait until no other process is loading areas; then none will until this transaction ends.

        SQLite's one writer is alone anyway.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(select(func.pg_advisory_xact_lock(_LOADING)))

    async def count(self) -> int:
        """How many areas there are."""
        return await self.session.scalar(select(func.count()).select_from(Area)) or 0

    def add(self, areas: Iterable[Area]) -> None:
        """New areas, parents first."""
        self.session.add_all(areas)
