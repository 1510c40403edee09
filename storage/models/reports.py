"""Cases, their append-only history and their pictures; hand-offs to a human; what nobody understood."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.areas import Area
from storage.models.base import Base, BigId
from storage.models.people import Person


class Case(Base):
    """A resident's words on their way to an honest end (domain.md §3).

    ``kind`` is ``report`` or ``behalf`` (代办, then ``subject`` is a service item instead of a category). ``version`` counts
    changes: an action that saw an older one is refused.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_area_state", "area_code", "state"),
        Index("ix_cases_cell_subject", "cell", "subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    place: Mapped[str] = mapped_column(String(200))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    cell: Mapped[int | None] = mapped_column(BigId)
    """The square of the map in which the pin lies (``knowledge.places.cell``)."""
    joined_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The case of the same matter to which this one was joined."""
    reporter_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    department: Mapped[str] = mapped_column(String(32), default="")
    urgency: Mapped[str] = mapped_column(String(10))
    private: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(12), default="")
    returns: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    rating: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)
    reporter: Mapped[Person] = relationship(foreign_keys=[reporter_id])
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's own hook


class CaseEvent(Base):
    """One step of a case; rows are only ever added."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Timer(Base):
    """When a case is looked at by itself; it is gone once it has rung, or the case has moved."""

    __tablename__ = "timers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(index=True)


class Media(Base):
    """A file of ours under a random name, cleaned of what the camera wrote into it; or one kept at the channel (voice).

    Once ``deleted_at`` is set nobody is shown it any more, and a job removes the file and then the row.
    """

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    mime: Mapped[str] = mapped_column(String(40), default="")
    size: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Handoff(Base):
    """A conversation waiting for, or held by, a human; the bot is silent while it is held."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    reason: Mapped[str] = mapped_column(Text, default="")
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it came from who said that they do not want to live, or told of danger while they waited."""
    state: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    staff_chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"))
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Remark(Base):
    """What staff should look at: a message nobody understood (``miss``), or a wrong service card (``wrong``)."""

    __tablename__ = "remarks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    entry: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
