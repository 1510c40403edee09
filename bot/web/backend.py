"""What the web chat needs from the rest of the product, and nothing more.

The pages and the socket know neither the database nor the topics: they talk to a ``ChatBackend``. Everything it hands
out is finished (sentences in the reader's language, names of pictures, plain rows), so the web room only shows it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.channels.base import Button, Photo, RawUpdate


@dataclass(frozen=True, slots=True)
class ChatSession:
    """Who is behind a cookie.

    ``language`` is that of the page, ``name`` heads it (the community), ``title`` says as whom one chats, if not as a
    resident. ``kept`` is off while nothing was said: then the chat exists only in the cookie, and ``open_chat`` makes it one.
    """

    chat: str
    token: str
    language: str
    name: str
    title: str = ""
    elder: bool = False
    staff: bool = False
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """Something spoken, under a random name; ``mime`` is the type it plays as."""

    name: str
    mime: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One line of the conversation; ``out`` means said by Linli; ``client`` is the id the page gave to its own words.

    ``press`` is the token of the button these words were. Ids grow, but rows may become visible out of order; ``at`` is aware.
    """

    id: int
    out: bool
    at: datetime
    text: str = ""
    card: bool = False
    buttons: tuple[Button, ...] = ()
    photos: tuple[str, ...] = ()
    recordings: tuple[Recording, ...] = ()
    location: tuple[float, float] | None = None
    client: str = ""
    press: str = ""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A picture cleaned and kept under a random name."""

    name: str


@dataclass(frozen=True, slots=True)
class PhotoRefused:
    """A picture we do not take; ``key`` names the sentence that says why, ``status`` is the answer's."""

    key: str
    status: int = 422


Body = Callable[[], Awaitable[bytes | None]]
"""Reads what is being uploaded, None when it is too large."""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One open case as words. ``level`` colours ``due``: "", "good", "warning" or "urgent"; the words say it too.

    ``urgency`` is a word, "" for the ordinary.
    """

    number: str
    category: str
    place: str
    stage: str
    due: str
    level: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class DeskList:
    """Something else than cases, as a sentence each, to read here and deal with in the chat."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of one member of staff: whose it is, for which areas, and the open cases, most urgent first.

    ``more`` means that there are more than these. ``stamp`` changes with anything that is shown.
    """

    person: str
    area: str
    rows: tuple[DeskRow, ...]
    more: bool = False
    others: tuple[DeskList, ...] = ()
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class DeskStep:
    """One step of a case as words: when (local time), who, what, and what they wrote or sent with it."""

    at: str
    who: str
    what: str
    words: str = ""
    photos: tuple[str, ...] = ()
    recordings: tuple[Recording, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskCase:
    """One case in full: its row, the resident's words, files and place, who handles it, and every step, oldest first.

    ``movable``: something can be done with it in the chat.
    """

    row: DeskRow
    words: str
    promised: str
    private: bool = False
    phone: str = ""
    handler: str = ""
    location: tuple[float, float] | None = None
    photos: tuple[str, ...] = ()
    recordings: tuple[Recording, ...] = ()
    steps: tuple[DeskStep, ...] = ()
    stamp: str = ""
    movable: bool = True


class ChatBackend(Protocol):
    """The web chat's side of the product. Writing methods return after the commit, and raise when nothing was kept."""

    async def find_chat(self, token: str, slot: str, language: str) -> ChatSession | None:
        """The chat behind a cookie; for a token under which nothing was said an empty one; None for an ended token.

        Never writes, so that people who only look, and programs, leave no trace.
        """
        ...

    async def ended(self, chats: Collection[str]) -> Collection[str]:
        """Those of these chats whose session is over: it expired, or its owner was dismissed."""
        ...

    async def open_chat(self, token: str, slot: str, language: str) -> ChatSession:
        """The chat behind ``token``, made now if it is not kept yet; under a new random token when that one has ended."""
        ...

    async def history(self, chat: str, before: int | None, limit: int, characters: int) -> Sequence[ChatMessage]:
        """The newest ``limit`` messages (older than the id ``before``, when given), oldest first.

        Fewer where they hold more than ``characters``: then it ends with the message that goes beyond.
        """
        ...

    async def messages(self, after: Mapping[str, int], limit: int) -> Mapping[str, Sequence[ChatMessage]]:
        """For each chat what has a greater id than its entry, oldest first, at most ``limit`` a chat; one query.

        Chats without anything may be missing from the answer.
        """
        ...

    async def accept(self, chat: str, update: RawUpdate) -> None:
        """Keep what a person sent; returns once it is committed. A repeated ``external_id`` has no effect."""
        ...

    async def store_photo(self, chat: str, read: Body) -> StoredPhoto | PhotoRefused:
        """Check, clean and keep an uploaded picture (any bytes) that belongs to ``chat``; it is read once there is room."""
        ...

    async def photo(self, chat: str, name: str) -> Photo | None:
        """A kept picture or recording this chat may see; None when there is none or it is somebody else's.

        ``name`` is hostile.
        """
        ...

    async def play(self, part: str, chat: str) -> bool:
        """Make ``chat`` one of the sample's parts (resident, grid, volunteer, desk); False outside the sample."""
        ...

    async def redeem(self, code: str, slot: str, language: str) -> ChatSession | None:
        """Use a one-time sign-in code: a session with a token never seen before, None if used, expired or unknown.

        The token must be new even when the person already has a chat, so that a planted cookie gains nothing.
        """
        ...

    async def set_language(self, chat: str, language: str) -> None:
        """Follow the language chosen on the page: zh_Hans, zh_Hant or en."""
        ...

    async def set_elder(self, chat: str, on: bool) -> None:
        """Remember the large view."""
        ...

    async def desk_version(self, chat: str) -> str:
        """Changes with every step of a case, with this person's duties, and once a minute for all else; cheap to ask for.

        "" for who is not staff.
        """
        ...

    async def desk(self, chat: str, language: str, seen: str = "") -> Desk | None:
        """The open cases this chat's person may see; None for who is not staff.

        That they were shown is audited, unless ``seen`` is the stamp of the same rows, which are not shown again then.
        """
        ...

    async def case(self, chat: str, language: str, ref: str, seen: str = "") -> DeskCase | None:
        """One case, if this chat's person may see it, audited like ``desk``; None if not, or if there is none.

        ``ref`` is hostile.
        """
        ...

    async def problems(self) -> Sequence[str]:
        """Why the product cannot work now, a short English phrase each (for /readyz); empty when ready."""
        ...
