"""What makes forgetting quick: where somebody's matters were mentioned, and which words are still to be blanked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId

SECRET: Final = "SECRET"  # noqa: S105 a mark, no password
"""Stands for a reference where a message holds a secret: its words go soon, for what its body has ``instead``."""


class Mention(Base):
    """A message of ours that names a case, call, proposal or task by its reference, so that no search has to find it."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_message", "message_id"), {"sqlite_with_rowid": False})

    ref: Mapped[str] = mapped_column(String(12), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), primary_key=True, autoincrement=False)


class Blanking(Base):
    """The rest of an erasure that was too long for one transaction; deleted with its last step.

    With ``chat_id`` all words of that chat go, with ``ref`` what others than ``person_id`` were told under it (``staff``: only
    people with duties): wholly, or just ``secret`` in it. ``shown`` says by language what stands there instead. Messages up to
    ``done_id`` are done; those after ``last_id`` (0 while it waits for the end of a call) were written later and stay.
    ``again_at`` is set when all is done and only the last look is due, for what was being written just then.
    """

    __tablename__ = "blankings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"))
    ref: Mapped[str] = mapped_column(String(12), default="")
    staff: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[str] = mapped_column(String(80), default="")
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_id: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int]
    again_at: Mapped[datetime | None]
