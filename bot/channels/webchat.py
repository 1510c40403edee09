"""The built-in web chat as a channel: reads what the page sent, and brings new messages to the pages that are open.

Messages are rows of the conversation, whichever process wrote them, so delivery is reading: after a commit here
(``wake``) and once a second for commits elsewhere, one query asks for what is new in all chats with an open page. Rows
may become visible out of the order of their ids; young ids are therefore read again and dropped by id.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from bot.channels.base import FetchError, Intake, Limits, Outcome, Outgoing, RawUpdate, Sent
from bot.web.backend import ChatMessage
from handlers.messages import Attachment, Incoming, Kind, Location

log = logging.getLogger(__name__)

NAME: Final = "web"
LIMITS: Final = Limits(text=100_000, caption=100_000, photos_with_buttons=10, mailbox=True)
POLL: Final = 1.0  # seconds between looks at what other processes wrote
CHECK: Final = 5.0  # seconds between looks at whether the people of the open pages are still signed in
TRY_AGAIN: Final = 1013
SIGNED_OUT: Final = 4401
"""Codes with which a page is let go: it may come back by itself, or it has nothing to come back to."""
SETTLED: Final = 10.0  # seconds after which no row with a smaller id is expected to turn up any more
BATCH: Final = 200  # messages of one chat in one look
BACKLOG: Final = 1000  # frames a slow page may be behind before it is cut off and has to come back


class Feed(Protocol):
    """The two questions delivery asks of the ``ChatBackend``."""

    async def messages(self, after: Mapping[str, int], limit: int) -> Mapping[str, Sequence[ChatMessage]]:
        """What is newer than the given id in each chat."""
        ...

    async def ended(self, chats: Collection[str]) -> Collection[str]:
        """Those of these chats whose session is over."""
        ...


@dataclass(slots=True, eq=False)
class Listener:
    """One open page: ``frames`` wait for its socket (None: hang up); ``settled`` and ``seen`` are what it was shown."""

    chat: str
    frames: asyncio.Queue[Mapping[str, Any] | None] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    code: int = TRY_AGAIN
    settled: int = 0
    seen: dict[int, float] = field(default_factory=dict)

    def push(self, frame: Mapping[str, Any]) -> None:
        """Queue a frame; a page that does not read them is let go."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.hang_up()

    def hang_up(self, code: int = TRY_AGAIN) -> None:
        """Let go of the page: it comes back by itself and asks for what it missed, unless it is signed out."""
        self.code = code
        while not self.frames.empty():
            self.frames.get_nowait()
        self.frames.put_nowait(None)

    def show(self, messages: Iterable[ChatMessage], now: float) -> None:
        """Push what this page has not yet been shown; ``now`` is the loop's time in seconds."""
        for message in messages:
            if message.id > self.settled and message.id not in self.seen:
                self.push({"type": "message", **message_json(message)})
                self.seen[message.id] = now

    def settle(self, now: float, full: bool) -> None:
        """Move the mark below which nothing new is expected; a full batch moves it too, to get past it."""
        old = [one for one, since in self.seen.items() if full or now - since > SETTLED]
        if old:
            self.settled = max(self.settled, *old)
            self.seen = {one: since for one, since in self.seen.items() if one > self.settled}


class WebChat:
    """The channel ``web``. Its ``run`` is the delivery loop of this process's open pages."""

    name: str = NAME
    limits: Limits = LIMITS
    stores_uploads: bool = True

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._listeners: dict[str, set[Listener]] = {}
        self._woken: set[str] = set()
        self._all = False
        self._checked = 0.0
        self._event = asyncio.Event()

    def parse(self, update: RawUpdate) -> Incoming | None:
        """Read what the page's frame became; raises KeyError or ValueError for a malformed one."""
        raw = update.raw
        text = str(raw.get("text", ""))
        shape = _SHAPES[raw["type"]]
        kind, extra = shape(raw, text)
        return Incoming(
            channel=self.name,
            chat=update.chat,
            external_id=update.external_id,
            kind=kind,
            language=str(raw.get("lang", "")),
            **extra,
        )

    async def run(self, intake: Intake) -> None:
        """Deliver until cancelled; what pages send goes to the inbox from their sockets, not from here."""
        now = asyncio.get_running_loop().time
        due = 0.0  # when all pages are looked after again, however often some of them are in between
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._event.wait()
            chats = None if self._all or now() >= due else frozenset(self._woken)
            due = now() + POLL if chats is None else due
            self._event.clear()
            self._woken.clear()
            self._all = False
            well = await self._tried(self.deliver(chats), "web chat delivery failed")
            if chats is None and self._listeners and now() - self._checked >= CHECK:
                self._checked = now()
                well &= await self._tried(self.let_go(), "signed-out pages not let go")
            if not well:
                await asyncio.sleep(POLL)

    async def _tried(self, work: Awaitable[None], failure: str) -> bool:
        """Whether it went well: the database may be away for a moment, and one trouble does not keep the other from its turn."""
        try:
            await work
        except Exception:
            log.exception(failure)
            return False
        return True

    async def deliver(self, chats: Collection[str] | None = None) -> None:
        """Bring what is new to the open pages of ``chats`` (None for all), in as few questions as the batch allows."""
        marks = {
            chat: min(listener.settled for listener in listeners)
            for chat, listeners in self._listeners.items()
            if chats is None or chat in chats
        }
        while marks:
            found = await self._feed.messages(marks, BATCH)
            now = asyncio.get_running_loop().time()
            full = {chat: self._show(chat, rows, now) for chat, rows in found.items()}
            marks = {chat: mark for chat, mark in full.items() if mark is not None}

    async def let_go(self) -> None:
        """Hang up on the pages of people whose session expired or was ended."""
        for chat in await self._feed.ended(list(self._listeners)):
            for listener in self._listeners.get(chat, ()):
                listener.hang_up(SIGNED_OUT)

    def _show(self, chat: str, rows: Sequence[ChatMessage], now: float) -> int | None:
        """Show rows to the chat's pages; the id to go on from when there may be more."""
        for listener in self._listeners.get(chat, ()):
            listener.show(rows, now)
            listener.settle(now, full=len(rows) >= BATCH)
        return rows[-1].id if len(rows) >= BATCH else None

    async def send(self, chat: str, message: Outgoing) -> Outcome:
        """The message is already a row of the conversation; this only makes the open pages look now."""
        self.wake((chat,))
        return Sent()

    def wake(self, chats: Collection[str] | None = None) -> None:
        """Call after a commit that wrote messages: to ``chats`` if known, to anybody otherwise. Cheap."""
        if chats is None:
            self._all = True
        else:
            self._woken.update(chat for chat in chats if chat in self._listeners)
        if self._all or self._woken:
            self._event.set()

    def attach(self, listener: Listener) -> None:
        """Deliver to this page from now on."""
        self._listeners.setdefault(listener.chat, set()).add(listener)

    def detach(self, listener: Listener) -> None:
        """The page is gone; harmless when it never was attached."""
        listeners = self._listeners.get(listener.chat)
        if listeners is not None:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[listener.chat]

    def hang_up(self) -> None:
        """Let go of all pages, when this process is about to stop."""
        for listener in [one for listeners in self._listeners.values() for one in listeners]:
            listener.hang_up()

    @property
    def open_pages(self) -> int:
        """How many pages are connected to this process (for the metrics)."""
        return sum(len(listeners) for listeners in self._listeners.values())

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """Pictures are kept when they are uploaded, so there is never anything to fetch."""
        raise FetchError("web chat pictures are stored at upload", gone=True)


def message_json(message: ChatMessage) -> dict[str, Any]:
    """A message as the page reads it."""
    return {
        "id": message.id,
        "out": message.out,
        "at": message.at.isoformat(),
        "text": message.text,
        "card": message.card,
        "buttons": [{"label": b.label, "token": b.token, "style": b.style} for b in message.buttons],
        "photos": list(message.photos),
        "recordings": [{"name": one.name, "mime": one.mime} for one in message.recordings],
        "location": list(message.location) if message.location else None,
        "client": message.client.rpartition(":")[2],
        "press": message.press,
    }


def _words(raw: Mapping[str, Any], text: str) -> tuple[Kind, dict[str, Any]]:
    if not text.startswith("/"):
        return Kind.TEXT, {"text": text}
    command, _, rest = text[1:].partition(" ")
    return Kind.COMMAND, {"command": command.lower(), "text": rest.strip()}


def _press(raw: Mapping[str, Any], text: str) -> tuple[Kind, dict[str, Any]]:
    return Kind.PRESS, {"press": str(raw["token"]), "label": str(raw.get("label", ""))}


def _place(raw: Mapping[str, Any], text: str) -> tuple[Kind, dict[str, Any]]:
    lat, lon = float(raw["lat"]), float(raw["lon"])
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("not a place on earth")
    return Kind.LOCATION, {"location": Location(lat, lon)}


def _picture(raw: Mapping[str, Any], text: str) -> tuple[Kind, dict[str, Any]]:
    attachment = Attachment(Kind.PHOTO, remote=str(raw["media"]), mime="image/jpeg")
    return Kind.PHOTO, {"text": text, "attachments": (attachment,)}


_SHAPES: Final = {"text": _words, "press": _press, "location": _place, "photo": _picture}
