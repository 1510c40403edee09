"""How long a browser's session is good for. The server decides it at every request; the cookie may say what it likes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings import Settings
from storage.models import Chat


@dataclass(frozen=True, slots=True)
class Span:
    """``whole`` counts from signing in, ``idle`` from the last thing its owner said or pressed."""

    whole: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Staff's sessions show other people's data, so theirs are shorter."""

    resident: Span
    staff: Span

    @classmethod
    def of(cls, settings: Settings) -> Lifetimes:
        """As the city set them."""
        return cls(
            Span(timedelta(days=settings.session_days), timedelta(days=settings.session_idle_days)),
            Span(timedelta(hours=settings.staff_session_hours), timedelta(hours=settings.staff_idle_hours)),
        )

    def over(self, chat: Chat, since: datetime, now: datetime) -> bool:
        """Whether a session of this chat, begun at ``since``, has ended."""
        span = self.staff if chat.person.staff else self.resident
        return now - since >= span.whole or now - max(since, chat.seen_at) >= span.idle
