"""The queues: what came in and is not handled yet, what is to go out and is not sent yet, and every message's text.

The two queue tables stay narrow and are claimed through partial indexes; the words live in ``messages``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.people import Chat

_NARROW = {"postgresql_with": {"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.01"}}


def _open(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Inbox(Base):
    """An update as the channel delivered it: ``queued`` until handled (``done``) or given up on (``dead``)."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_queued", "channel", "chat", "id", **_open("state = 'queued'")),
        Index("ix_inbox_dead", "channel", "chat", **_open("state = 'dead'")),
        Index("ix_inbox_received_at", "received_at"),
        _NARROW,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(80))
    chat: Mapped[str] = mapped_column(String(64))
    raw: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(200), default="")


class Message(Base):
    """Something said in a chat, by them or by us; ``body`` holds buttons, photos and the rest of ours."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_chat", "chat_id", "id"),
        Index("ix_messages_notice", "notice_id", "id", **_open("notice_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    out: Mapped[bool]
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)
    client: Mapped[str] = mapped_column(String(80), default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))


class Outbox(Base):
    """A message on its way: queued → sending (committed just before the call) → sent | dead | expired | cancelled."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_queued", "channel", "priority", "id", **_open("state = 'queued'")),
        Index("ix_outbox_sending", "lease_until", **_open("state = 'sending'")),
        Index("ix_outbox_message", "message_id"),
        Index("ix_outbox_chat", "chat_id", "id", **_open("state IN ('queued', 'sending')")),
        Index("ix_outbox_sent", "finished_at", **_open("state = 'sent'")),
        Index("ix_outbox_dead", "id", **_open("state = 'dead'")),
        _NARROW,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    channel: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")

    message: Mapped[Message] = relationship()


class Gate(Base):
    """When a chat may be sent to next: holds one message a second, and waits out a failed send so that order is kept."""

    __tablename__ = "gates"
    __table_args__ = (_NARROW,)

    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), primary_key=True, autoincrement=False)
    next_at: Mapped[datetime]

    chat: Mapped[Chat] = relationship()


class Rate(Base):
    """When a whole channel may send next; a 429 moves it for all processes."""

    __tablename__ = "rates"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    next_at: Mapped[datetime]
