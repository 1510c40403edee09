"""What Telegram remembers: the bot, chats and their messages, files, and everything that was said, in order."""

from __future__ import annotations

import asyncio
import io
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image

from tests.fakes.botapi.errors import ApiError, Json, bad_request
from tests.fakes.botapi.faults import REFUSALS

State = Literal["open", "blocked", "deactivated", "kicked"]
What = Literal["message", "edit", "delete", "press", "answer"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said or done in a chat. `message` is what it looked like at that moment; `at` is Unix time."""

    chat: int
    by_bot: bool
    what: What
    message: Json
    at: float
    text: str
    """Text or caption; the data of a press; the notice of an answered press."""

    @property
    def message_id(self) -> int:
        return int(self.message.get("message_id", 0))

    @property
    def buttons(self) -> list[Json]:
        """The inline buttons, row after row."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def labels(self) -> list[str]:
        """What is written on the inline buttons."""
        return [button["text"] for button in self.buttons]

    def __str__(self) -> str:
        who = "bot" if self.by_bot else "person"
        media = next((key for key in _MEDIA if key in self.message), "")
        return f"{who} {self.what} {media}#{self.message_id}: {self.text!r} {self.labels or ''}".rstrip()


_MEDIA = ("photo", "document", "voice", "location", "contact", "sticker", "poll", "video", "audio")


@dataclass(slots=True)
class Chat:
    """One conversation with its messages. `keyboard` is the reply keyboard that is shown now."""

    info: Json
    state: State = "open"
    migrated_to: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    last_id: int = 0
    log: list[Line] = field(default_factory=list)
    keyboard: Json | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> int:
        return int(self.info["id"])

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def note(self, line: Line) -> None:
        """Write down what happened and wake whoever waits for it."""
        self.log.append(line)
        self.news.set()

    def check_open(self) -> None:
        """Raise what Telegram answers when nothing can be sent here."""
        if self.migrated_to:
            what = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, what, migrate_to_chat_id=self.migrated_to)
        if self.state != "open":
            raise ApiError(*REFUSALS[self.state])


@dataclass(slots=True)
class Stored:
    """A file on the server. `size` in bytes is what is claimed: it may be more than is kept in `data`."""

    file_id: str
    unique_id: str
    path: str
    data: bytes
    size: int
    kind: str
    name: str
    mime: str
    width: int = 0
    height: int = 0

    def file(self) -> Json:
        """The `File` object that getFile answers."""
        file = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        return {**file, "file_path": self.path}


_EXTENSIONS = {"photo": "jpg", "voice": "oga", "video": "mp4", "sticker": "webp", "animation": "mp4", "audio": "mp3"}


class World:
    """The state behind the API. All in one event loop; nothing here waits."""

    def __init__(self, token: str, username: str, any_chat: bool) -> None:
        self.me = _bot_user(token, username)
        self.any_chat = any_chat
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Stored] = {}
        self.sent: list[Line] = []
        self.presses: dict[str, tuple[float, int]] = {}
        self.answered: set[str] = set()
        self.settings: Json = {}
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """A number that was not given out before (files, albums, queries)."""
        return next(self._numbers)

    def open_private(self, chat_id: int, first_name: str, **more: str) -> Chat:
        """The private chat with this person, opened if it is new."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat({"id": chat_id, "type": "private", "first_name": first_name, **more})
        return self.chats[chat_id]

    def open_group(self, chat_id: int, title: str) -> Chat:
        """The group or supergroup (ids below -10^12) with this id, opened if it is new."""
        kind = "supergroup" if chat_id <= -(10**12) else "group"
        return self.chats.setdefault(chat_id, Chat({"id": chat_id, "type": kind, "title": title}))

    def chat(self, chat_id: int | str) -> Chat:
        """The chat with this id or @username. Raises 400 "chat not found"."""
        if isinstance(chat_id, str):
            named = [chat for chat in self.chats.values() if f"@{chat.info.get('username')}" == chat_id]
            if named:
                return named[0]
            raise bad_request("chat not found")
        found = self.chats.get(chat_id)
        if found is None:
            if not self.any_chat or chat_id <= 0:
                raise bad_request("chat not found" if chat_id else "chat_id is empty")
            found = self.open_private(chat_id, f"P{chat_id}")
        return found

    def say(self, chat: Chat, by: Json, content: Json, *, by_bot: bool) -> Json:
        """Put a message into the chat, with the next id, and write it down."""
        now = time.time()
        message = {"message_id": chat.next_id(), "from": by, "chat": chat.info, "date": int(now), **content}
        chat.messages[message["message_id"]] = message
        self._note(chat, by_bot, "message", message, now)
        return message

    def change(self, chat: Chat, message: Json, *, by_bot: bool) -> Json:
        """Replace a message by its edited form."""
        now = time.time()
        message["edit_date"] = int(now)
        chat.messages[message["message_id"]] = message
        self._note(chat, by_bot, "edit", message, now)
        return message

    def _note(self, chat: Chat, by_bot: bool, what: What, message: Json, now: float) -> None:
        text = message.get("text") or message.get("caption") or ""
        line = Line(chat.id, by_bot, what, message, now, text)
        if by_bot and what == "message":
            self.sent.append(line)
        chat.note(line)

    def remark(self, chat: Chat, by_bot: bool, what: What, message: Json, text: str) -> None:
        """Write down something that is not a message: a deletion, a press, an answer to it."""
        chat.note(Line(chat.id, by_bot, what, message, time.time(), text))

    def store(self, data: bytes, kind: str, *, name: str = "", mime: str = "", size: int | None = None) -> Stored:
        """Keep a file and give it its ids and path."""
        number = self.number()
        ending = name.rpartition(".")[2] if "." in name else _EXTENSIONS.get(kind, "bin")
        file = Stored(
            f"AgACAgUAAxkBAAI{number:08d}{kind}", f"AQAD{number:08d}", f"{kind}s/file_{number}.{ending}", data,
            len(data) if size is None else size, kind, name or f"file_{number}.{ending}", mime,
        )  # fmt: skip
        if kind in ("photo", "sticker", "video", "animation"):
            file.width, file.height = image_size(data) or (1280, 960)
        self.files[file.file_id] = file
        return file

    def file(self, file_id: str) -> Stored | None:
        """The file with this id; the smaller sizes of a photo are its id and a letter, and lead to the same bytes."""
        return self.files.get(file_id) or self.files.get(file_id[:-1])

    def file_at(self, path: str) -> Stored | None:
        """The file with this path, as getFile gave it."""
        return next((file for file in self.files.values() if file.path == path), None)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of an image, read from its header; None if it is no image or absurdly large."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _bot_user(token: str, username: str) -> Json:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    more: dict[str, Any] = dict.fromkeys((*abilities, "can_connect_to_business", "has_main_web_app"), False)
    more["can_join_groups"] = True
    return {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Bot", "username": username, **more}
