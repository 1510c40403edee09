"""People, the chats through which they are reached, what they consented to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId


class Person(Base):
    """Somebody we talk to. Nothing personal is kept before ``consented_at`` (domain.md §9)."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    language: Mapped[str] = mapped_column(String(8), default="zh_Hans")
    language_chosen: Mapped[bool] = mapped_column(default=False)
    elder: Mapped[bool] = mapped_column(default=False)
    staff: Mapped[bool] = mapped_column(default=False)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    quiet: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Consent(Base):
    """One answer to one question for consent; withdrawn ones stay as a record."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Chat(Base):
    """A person on a channel, with where their conversation stands: a restart or a second process reads it from here.

    ``form``…``revision`` are the open form's position; ``choices`` the tokens and labels last offered, so that a typed
    number works; ``draft`` a cancelled form that may be taken up again; ``preset`` what a door poster's code told.
    """

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("channel", "external"), Index("ix_chats_person_seen", "person_id", "seen_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    external: Mapped[str] = mapped_column(String(64))
    group: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    form: Mapped[str | None] = mapped_column(String(32))
    form_version: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(32), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    choices: Mapped[list[Any]] = mapped_column(default=list)
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    preset: Mapped[dict[str, Any]] = mapped_column(default=dict)
    misses: Mapped[int] = mapped_column(default=0)
    handoff_id: Mapped[int | None]
    unreachable_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class WebSession(Base):
    """A browser's cookie, kept as a hash; deleting the row ends the session at once."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    slot: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
