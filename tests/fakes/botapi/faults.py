"""Faults on order: what the stand-in does wrong, to which calls and how often; and the police that watches the rates."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.botapi.errors import ApiError

Kind = Literal[
    "too_many",  # 429 with retry_after
    "server_error",  # 500
    "bad_gateway",  # 502 with an HTML body, as the front servers send it
    "unauthorized",  # 401
    "blocked",  # 403 bot was blocked by the user
    "deactivated",  # 403 user is deactivated
    "kicked",  # 403 bot was kicked
    "chat_not_found",  # 400
    "migrated",  # 400 with migrate_to_chat_id
    "garbage",  # 200 and a body that is not JSON
    "lost_answer",  # the call takes effect, the answer never comes
    "half_open",  # accepted, no effect, no answer
    "reset",  # no effect, the connection is closed
    "delay",  # takes effect, answers late
]


@dataclass(slots=True)
class Fault:
    """One thing going wrong: `times` calls (-1: always) of `method` (None: any) to `chat` (None: any)."""

    kind: Kind
    method: str | None = None
    chat: int | None = None
    times: int = 1
    retry_after: int = 1
    seconds: float = 0.05
    migrate_to: int = 0
    after: int = 0
    """Matching calls that go well first."""

    def takes(self, method: str, chat: int | None) -> bool:
        """Whether this call is one of those; counts `after` and `times` down."""
        if self.times == 0 or self.method not in (None, method) or self.chat not in (None, chat):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= self.times > 0
        return True

    def error(self) -> ApiError | None:
        """The refusal of the kinds that refuse; None for those that do something else."""
        if self.kind == "too_many":
            what = f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, what, retry_after=self.retry_after)
        if self.kind == "migrated":
            what = "Bad Request: group chat was upgraded to a supergroup chat"
            return ApiError(400, what, migrate_to_chat_id=self.migrate_to)
        known = REFUSALS.get(self.kind)
        return ApiError(*known) if known else None


REFUSALS: dict[str, tuple[int, str]] = {
    "server_error": (500, "Internal Server Error"),
    "unauthorized": (401, "Unauthorized"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "kicked": (403, "Forbidden: bot was kicked from the group chat"),
    "chat_not_found": (400, "Bad Request: chat not found"),
}


class Faults:
    """The faults still to come, oldest first; each call takes at most one."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that this call meets, if any."""
        for fault in self.waiting:
            if fault.takes(method, chat):
                if fault.times == 0:
                    self.waiting.remove(fault)
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Breach:
    """A message sent too fast: `count` messages within the window for `chat` (None: the whole bot)."""

    chat: int | None
    count: int
    at: float


@dataclass(frozen=True, slots=True)
class Early:
    """A message sent before the retry_after of a 429 was over: `late` seconds after that 429 was answered."""

    chat: int | None
    late: float
    left: float


@dataclass
class Police:
    """Watches the rates of messages: `bot` a second over all chats, `chat` a second in one chat (None: not watched).

    An album counts as one. Windows are a second less `slack`, since the network moves messages closer together. With
    `answers` a breach is refused by 429; otherwise it is recorded only.
    """

    bot: int | None = None
    chat: int | None = None
    slack: float = 0.05
    answers: bool = False
    breaches: list[Breach] = field(default_factory=list)
    early: list[Early] = field(default_factory=list)
    _all: deque[float] = field(default_factory=deque)
    _chats: defaultdict[int | None, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _told_at: float = 0.0
    _until: float = 0.0

    def told_to_wait(self, seconds: float) -> None:
        """A 429 was answered: from now on messages within `seconds` are early."""
        self._told_at = time.monotonic()
        self._until = self._told_at + seconds

    def see(self, chat: int | None) -> None:
        """Note a message to `chat`. Raises 429 on a breach if `answers`."""
        now = time.monotonic()
        if now < self._until:
            self.early.append(Early(chat, now - self._told_at, self._until - now))
        over = self.chat is not None and self._over(self._chats[chat], self.chat, now, chat)
        over |= self.bot is not None and self._over(self._all, self.bot, now, None)
        if over and self.answers:
            self.told_to_wait(1)
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)

    def _over(self, sent: deque[float], limit: int, now: float, chat: int | None) -> bool:
        while sent and sent[0] <= now - (1 - self.slack):
            sent.popleft()
        sent.append(now)
        if len(sent) <= limit:
            return False
        self.breaches.append(Breach(chat, len(sent), now))
        if self.answers:
            sent.pop()
        return True
