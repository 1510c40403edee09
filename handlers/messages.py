"""What is said, in words no channel owns.

Channels turn their own updates into ``Incoming``; topics answer with ``Reply``. A ``Reply`` names sentences of the
message catalogues (``Say``) and never holds finished text, so each reader gets it in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What sort of thing came in."""

    TEXT = "text"
    COMMAND = "command"
    PRESS = "press"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    OTHER = "other"
    EDITED = "edited"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class Priority(IntEnum):
    """The outbox sends the lower number first (domain.md §6: emergencies pass all queues)."""

    EMERGENCY = 0
    REPLY = 1
    NOTICE = 2


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the channel announced it; ``media_id`` is set once our own copy is stored.

    ``remote`` is the channel's handle (Telegram's ``file_id``); ``problem`` is a text key that says why the file was
    refused. Sizes are bytes, width and height pixels; 0 means unknown.
    """

    kind: Kind
    remote: str
    size: int = 0
    width: int = 0
    height: int = 0
    mime: str = ""
    media_id: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """A pin, WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared contact card; ``own`` is true only when the channel vouches that it is the sender's own number."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person sent.

    ``chat`` is the channel's own chat id and ``external_id`` the channel's id of this update: together with ``channel``
    they make a redelivered update recognisable. ``press`` is the token of a pressed button: hostile until an action
    checked it.
    """

    channel: str
    chat: str
    external_id: str
    kind: Kind
    text: str = ""
    command: str = ""
    press: str = ""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    language: str = ""
    group: bool = False
    album: str = ""
    label: str = ""  # what the pressed button said, for the transcript alone


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence of the catalogue; a parameter may itself be a ``Say``."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a number to type.

    ``token`` is ``name`` or ``name:arg``, at most 64 bytes of ASCII (the Bot API's limit).
    """

    label: Say
    token: str
    style: str = ""  # "", "primary" or "danger"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell one person: sentences (one a line), choices below them, photos with them."""

    lines: tuple[Say, ...]
    choices: tuple[Choice, ...] = ()
    photos: tuple[int, ...] = ()
    card: bool = False
    location: Location | None = None
    instead: Say | None = None
    """What the transcript keeps in place of words that are secret, some minutes after they were sent or shown."""
    question: bool = False
    """Whether what is typed next answers it: the numbers of earlier choices end here, even when it offers none."""


def say(key: str, /, **params: object) -> Say:
    """Name a sentence of the catalogue."""
    return Say(key, params)


def choice(key: str, token: str, /, style: str = "", **params: object) -> Choice:
    """A choice whose label is the sentence ``key``."""
    return Choice(Say(key, params), token, style)


def reply(key: str, /, *choices: Choice, photos: tuple[int, ...] = (), **params: object) -> Reply:
    """A reply of one sentence, the usual case."""
    return Reply((Say(key, params),), choices, photos)
