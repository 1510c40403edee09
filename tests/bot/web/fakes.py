"""A chat backend in memory, which answers like the real one but by a script the test writes."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.base import Button, Photo, RawUpdate
from bot.channels.webchat import WebChat
from bot.web.backend import Body, ChatMessage, ChatSession, Desk, DeskCase, PhotoRefused, StoredPhoto

Answer = Callable[["MemoryBackend", str, Mapping[str, Any]], None]


@dataclass
class MemoryBackend:
    """Everything a test may want to look at is public."""

    folder: Path
    answer: Answer | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sessions: dict[tuple[str, str], ChatSession] = field(default_factory=dict)
    shown: dict[tuple[str, str], ChatSession] = field(default_factory=dict)
    rows: dict[str, list[ChatMessage]] = field(default_factory=dict)
    accepted: list[RawUpdate] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)
    cases: dict[tuple[str, str], DeskCase] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    photos: dict[str, tuple[str, Photo]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    failing: bool = False
    asked: int = 0
    name: str = "青松社区"
    title: str = ""

    def __post_init__(self) -> None:
        self.ids = itertools.count(1)
        self.webchat = WebChat(self)

    def say(self, chat: str, text: str, *buttons: Button, at: datetime | None = None, **fields: Any) -> ChatMessage:
        """Linli says something; open pages hear at once."""
        row = ChatMessage(next(self.ids), True, at or self.now(), text, buttons=buttons, **fields)
        self.rows.setdefault(chat, []).append(row)
        self.webchat.wake((chat,))
        return row

    def hear(self, chat: str, text: str, at: datetime | None = None, **fields: Any) -> ChatMessage:
        """The person said something earlier."""
        row = ChatMessage(next(self.ids), False, at or self.now(), text, **fields)
        self.rows.setdefault(chat, []).append(row)
        return row

    def session(self, slot: str = "me") -> ChatSession:
        """The only session of a slot, kept or only shown."""
        known = {**self.shown, **self.sessions}
        return next(one for (_, name), one in reversed(known.items()) if name == slot)

    async def find_chat(self, token: str, slot: str, language: str) -> ChatSession | None:
        if token in self.over:
            return None
        blank = ChatSession(f"chat-{token}", token, language, self.name, kept=False)
        return self.sessions.get((token, slot)) or self.shown.setdefault((token, slot), blank)

    async def ended(self, chats: Collection[str]) -> Collection[str]:
        return {one for one in chats if one.removeprefix("chat-") in self.over}

    async def open_chat(self, token: str, slot: str, language: str) -> ChatSession:
        known = self.sessions.get((token, slot))
        return known or self.open(token, slot, language)

    def open(self, token: str, slot: str = "me", language: str = "zh_Hans") -> ChatSession:
        """Something was said under this cookie before."""
        session = ChatSession(f"chat-{token}", token, language, self.name, self.title, staff=bool(self.title))
        self.sessions[token, slot] = session
        return session

    async def history(self, chat: str, before: int | None, limit: int, characters: int) -> Sequence[ChatMessage]:
        rows = [one for one in self.rows.get(chat, ()) if before is None or one.id < before]
        return self._newest(rows, limit, characters)

    def _newest(self, rows: list[ChatMessage], limit: int, characters: int) -> list[ChatMessage]:
        found: list[ChatMessage] = []
        for row in sorted(rows, key=lambda one: one.id, reverse=True)[:limit]:
            if sum(len(one.text) for one in found) >= characters:
                break
            found.insert(0, row)
        return found

    async def messages(self, after: Mapping[str, int], limit: int) -> Mapping[str, Sequence[ChatMessage]]:
        self.asked += 1
        found: dict[str, Sequence[ChatMessage]] = {}
        for chat, mark in after.items():
            rows = sorted((one for one in self.rows.get(chat, ()) if one.id > mark), key=lambda one: one.id)
            found[chat] = rows[:limit]
        return found

    async def accept(self, chat: str, update: RawUpdate) -> None:
        if self.failing:
            raise RuntimeError("the database is away")
        if any(one.external_id == update.external_id for one in self.accepted):
            return
        self.accepted.append(update)
        self._transcribe(chat, update)
        if self.answer:
            self.answer(self, chat, update.raw)
        self.webchat.wake((chat,))

    def _transcribe(self, chat: str, update: RawUpdate) -> None:
        raw = update.raw
        location = (raw["lat"], raw["lon"]) if raw["type"] == "location" else None
        photos = (raw["media"],) if raw["type"] == "photo" else ()
        text = raw.get("label") or raw.get("text", "")
        self.hear(chat, text, client=update.external_id, location=location, photos=photos, press=raw.get("token", ""))

    async def store_photo(self, chat: str, read: Body) -> StoredPhoto | PhotoRefused:
        if (data := await read()) is None:
            return PhotoRefused("web.error.photo_size", 413)
        if data[:2] != b"\xff\xd8":
            return PhotoRefused("web.error.photo_kind")
        name = f"photo{len(self.photos) + 1}.jpg"
        path = self.folder / name
        path.write_bytes(data)
        self.photos[name] = (chat, Photo(len(self.photos) + 1, path))
        return StoredPhoto(name)

    async def photo(self, chat: str, name: str) -> Photo | None:
        owner, photo = self.photos.get(name, ("", None))
        return photo if owner == chat else None

    async def play(self, part: str, chat: str) -> bool:
        self.parts[chat] = part
        return True

    async def redeem(self, code: str, slot: str, language: str) -> ChatSession | None:
        if code not in self.codes:
            return None
        self.codes.remove(code)
        return self.open(f"token-{len(self.sessions):032d}", slot, language)

    async def set_language(self, chat: str, language: str) -> None:
        self._change(chat, language=language)

    async def set_elder(self, chat: str, on: bool) -> None:
        self._change(chat, elder=on)

    def _change(self, chat: str, **fields: Any) -> None:
        for key, session in self.sessions.items():
            if session.chat == chat:
                self.sessions[key] = replace(session, **fields)

    async def desk_version(self, chat: str) -> str:
        return secrets.token_hex(8)  # never the same: what was seen is told by its stamp alone

    async def desk(self, chat: str, language: str, seen: str = "") -> Desk | None:
        return self.desks.get(chat)

    async def case(self, chat: str, language: str, ref: str, seen: str = "") -> DeskCase | None:
        return self.cases.get((chat, ref))

    async def problems(self) -> Sequence[str]:
        return ("database unreachable",) if self.failing else ()
