"""Who works where: duties, the one-time invites that grant them, and the audit trail of what staff did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class Duty(Base):
    """A role a person holds in an area (and, for departments, which one) until it is ended."""

    __tablename__ = "duties"
    __table_args__ = (Index("ix_duties_area_role", "area_code", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    department: Mapped[str] = mapped_column(String(32), default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Invite(Base):
    """A single-use code that makes whoever redeems it staff; only its hash is kept here.

    One that names a person in ``used_by`` before it is used is a link by which that person signs in again.
    """

    __tablename__ = "invites"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    department: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    link_expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Audit(Base):
    """One line of the trail. ``hash`` covers the line and the hash before it, so a changed or missing line shows."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hash: Mapped[str] = mapped_column(String(64))


class Fact(Base):
    """A single remembered value, such as the bot's user name or the head of the audit chain."""

    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
