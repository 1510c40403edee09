"""The interface every channel fills: parse what came in, send what goes out, fetch files.

A channel does no routing and keeps no state of a conversation. What it receives it hands over raw to the inbox
(``Intake``), which commits before the channel may acknowledge; ``parse`` runs later, one update at a time, so that one
update nobody can read cannot hold up the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from handlers.messages import Attachment, Incoming


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as it came: ``chat`` orders it, ``external_id`` makes a redelivery recognisable, ``raw`` is JSON."""

    external_id: str
    chat: str
    raw: Mapping[str, Any]


Intake = Callable[[str, Sequence[RawUpdate]], Awaitable[None]]
"""``await intake(channel_name, updates)`` returns once the updates are committed; only then acknowledge them."""


@dataclass(frozen=True, slots=True)
class Button:
    """A finished button: label in the reader's language, token as the channel returns it on a press."""

    label: str
    token: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A cleaned picture on our own disk, or a voice message when ``mime`` says so."""

    media_id: int
    path: Path
    mime: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready to send, within the channel's limits (``render.split`` saw to that)."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    photos: tuple[Photo, ...] = ()
    location: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Delivered."""


@dataclass(frozen=True, slots=True)
class Wait:
    """429: nothing was sent; the whole channel waits ``seconds``; not counted as an attempt."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was sent and it may work later (5xx, connection refused): back off and count the attempt."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request went out and no answer came: it may have been delivered. Tried again all the same."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Blocked, deactivated, chat not found: never again to this chat until the person writes."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The channel will never take this message (malformed): dead, with an alarm."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group became a super-group: send to ``chat`` from now on."""

    chat: str


Outcome = Sent | Wait | Failed | Uncertain | Unreachable | Rejected | Moved


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold; lengths in UTF-16 code units.

    Telegram's albums take no buttons, a single photo does.
    """

    text: int = 4096
    caption: int = 1024
    photos: int = 10
    photos_with_buttons: int = 1
    mailbox: bool = False
    """Whether the channel's people read the transcript themselves (the web page), so that nothing is put into the outbox."""


class Channel(Protocol):
    """A way to reach people."""

    name: str
    limits: Limits
    stores_uploads: bool
    """Whether pictures are in our own store before the message arrives (then ``remote`` is their name)."""

    def parse(self, update: RawUpdate) -> Incoming | None:
        """Read one raw update; None for what concerns nobody. May raise on a malformed one.

        The caller counts and sets aside.
        """
        ...

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled, handing everything to ``intake``; survives network trouble by itself."""
        ...

    async def send(self, chat: str, message: Outgoing) -> Outcome:
        """Try once to deliver. Never raises for network or API trouble: says what happened."""
        ...

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """Download a file of at most ``limit`` bytes; raises ``FetchError`` (retryable or not)."""
        ...


@dataclass(slots=True)
class FetchError(Exception):
    """A file could not be fetched; ``gone`` means trying again is pointless."""

    reason: str
    gone: bool = False
