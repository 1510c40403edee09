"""The simple forms of the other topics: proposals with co-signatures, volunteers with tasks, notices with recipients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.areas import Area
from storage.models.base import Base, BigId


class Proposal(Base):
    """Somebody's suggestion: ``open`` until adopted, answered, merged into another, or withdrawn with its author (domain.md §4)."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_area_state", "area_code", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    what: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    signatures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)


class Cosign(Base):
    """One person's co-signature (附议) under one proposal."""

    __tablename__ = "cosigns"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    at: Mapped[datetime]


class Volunteer(Base):
    """A person who signed up: what they can do, when, and in which grid (domain.md §5)."""

    __tablename__ = "volunteers"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    skills: Mapped[list[Any]] = mapped_column(default=list)
    times: Mapped[list[Any]] = mapped_column(default=list)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Task(Base):
    """Work for volunteers with a number of places that is never exceeded."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    what: Mapped[str] = mapped_column(String(200))
    skill: Mapped[str] = mapped_column(String(20))
    time: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(200))
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)


class Claim(Base):
    """Where one volunteer stands with one task: asked, claimed, waiting, declined."""

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("task_id", "person_id"),)


class Notice(Base):
    """Words of staff to everybody in an area; fanned out in chunks, ``cursor`` moved in the same transaction.

    ``past_…`` count the people whose messages, and with them their rows in ``recipients``, are deleted by now. ``figures`` are
    the counts as of ``counted_at``, kept for notices to so many people that nobody could wait while they are counted.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    text: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(10))
    people: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    past_sent: Mapped[int] = mapped_column(default=0)
    past_read: Mapped[int] = mapped_column(default=0)
    past_lost: Mapped[int] = mapped_column(default=0)
    past_stopped: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    counted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)


class Recipient(Base):
    """One person of a notice's audience. The pair is unique: nobody gets it twice."""

    __tablename__ = "recipients"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    read_at: Mapped[datetime | None]
