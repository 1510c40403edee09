"""The tree of areas: sub-district, community, grid, building (domain.md §1)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Area(Base):
    """A node of the tree; ``path`` is the codes from the root down, each followed by ``/``, so that a prefix is a subtree."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    path: Mapped[str] = mapped_column(String(400), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    households: Mapped[int] = mapped_column(default=0)
    units: Mapped[int] = mapped_column(default=0)

    def holds(self, other: Area) -> bool:
        """Whether ``other`` is this area or lies in it."""
        return other.path.startswith(self.path)
