"""Scripted people: they write, press buttons and send files to the bot, and wait for what it says."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.botapi.entities import detect
from tests.fakes.botapi.errors import Json
from tests.fakes.botapi.media import shown
from tests.fakes.botapi.sending import poll_object
from tests.fakes.botapi.world import Chat, Line

if TYPE_CHECKING:
    from tests.fakes.botapi.server import BotApi

Wanted = str | re.Pattern[str] | Callable[[Line], bool]


class User:
    """A person in one chat, private or a group. What they do is queued at once (no await); only `expect` waits."""

    def __init__(self, api: BotApi, person: Json, chat: Chat) -> None:
        self.api = api
        self.person = person
        self.chat = chat
        self._read = 0

    @classmethod
    def in_private(
        cls, api: BotApi, user_id: int, first_name: str, language_code: str = "zh-hans", **more: str
    ) -> User:
        """A person in the private chat with the bot, which counts as started."""
        named = {"first_name": first_name, **more}
        person = {"id": user_id, "is_bot": False, **named, "language_code": language_code}
        return cls(api, person, api.world.open_private(user_id, **named))

    def within(self, chat: Chat) -> User:
        """The same person in a group."""
        return User(self.api, self.person, chat)

    @property
    def id(self) -> int:
        return int(self.person["id"])

    @property
    def log(self) -> list[Line]:
        """Everything said and done in this chat, both ways, in order."""
        return self.chat.log

    @property
    def heard(self) -> list[Line]:
        """What the bot said here, edits included."""
        return [line for line in self.log if line.by_bot and line.what in ("message", "edit")]

    @property
    def answers(self) -> list[str]:
        """The notices shown on presses; "" for a silent answer."""
        return [line.text for line in self.log if line.what == "answer"]

    # What people do ------------------------------------------------------------------------------------------------

    def say(self, text: str, *, reply_to: Line | None = None) -> Json:
        """Write a text. Answers the message."""
        content: Json = {"text": text}
        if found := detect(text):
            content["entities"] = found
        if reply_to is not None:
            content["reply_to_message"] = reply_to.message
        return self._send(content)

    def command(self, name: str, argument: str = "") -> Json:
        """Write /name, with an argument as a deep link gives it."""
        return self.say(f"/{name} {argument}".rstrip())

    def start(self, payload: str = "") -> Json:
        """Open the bot, as by t.me/bot?start=payload."""
        return self.command("start", payload)

    def send_photo(
        self, data: bytes, caption: str = "", *, spoiler: bool = False, size: tuple[int, int] | None = None
    ) -> Json:
        """Send a picture; `size` (width, height) if it should claim another than it has."""
        return self._send(self._photo(data, caption, spoiler, size))

    def send_album(self, pictures: Sequence[bytes], caption: str = "") -> list[Json]:
        """Send 2–10 pictures as an album: as many updates, the caption with the first."""
        group = {"media_group_id": str(self.api.world.number())}
        captions = [caption] + [""] * len(pictures)
        return [
            self._send({**self._photo(data, text), **group}) for data, text in zip(pictures, captions, strict=False)
        ]

    def send_document(
        self,
        data: bytes,
        name: str = "file.pdf",
        mime: str = "application/pdf",
        caption: str = "",
        *,
        size: int | None = None,
    ) -> Json:
        """Send a file; `size` in bytes if it should claim to be larger than it is."""
        file = self.api.world.store(data, "document", name=name, mime=mime, size=size)
        return self._send({**shown(file, "document"), **_caption(caption)})

    def send_voice(self, data: bytes = b"OggS", seconds: int = 3) -> Json:
        """Send a voice message."""
        voice = shown(self.api.world.store(data, "voice", mime="audio/ogg"), "voice")["voice"]
        return self._send({"voice": {**voice, "duration": seconds}})

    def send_sticker(self, emoji: str = "🙂") -> Json:
        """Send a sticker."""
        sticker = shown(self.api.world.store(b"RIFF", "sticker"), "sticker")["sticker"]
        return self._send({"sticker": {**sticker, "width": 512, "height": 512, "emoji": emoji}})

    def send_poll(self, question: str = "?", options: Sequence[str] = ("A", "B")) -> Json:
        """Send a poll."""
        return self._send({"poll": poll_object(self.api.world, question, list(options), {})})

    def send_location(self, latitude: float, longitude: float, *, accuracy: float | None = None) -> Json:
        """Send a pin, in degrees (WGS 84) and metres."""
        more = {} if accuracy is None else {"horizontal_accuracy": accuracy}
        return self._send({"location": {"latitude": latitude, "longitude": longitude, **more}})

    def send_contact(self, phone: str = "13800138000", *, own: bool = True, first_name: str = "") -> Json:
        """Send a contact: one's own, as the request_contact button does, or somebody else's."""
        name = self.person["first_name"] if own else (first_name or "P")
        contact: Json = {"phone_number": phone, "first_name": name}
        if own:
            contact["user_id"] = self.id
        return self._send({"contact": contact})

    def forward(self, text: str, *, author: User | None = None, hidden_name: str = "") -> Json:
        """Forward a text of somebody else; of a person who hides the account if `hidden_name` is given."""
        origin: Json = {"type": "hidden_user", "sender_user_name": hidden_name or "P", "date": int(time.time())}
        if author is not None:
            origin = {"type": "user", "sender_user": author.person, "date": int(time.time())}
        return self._send({"text": text, "forward_origin": origin})

    def edit(self, message: Json, text: str) -> Json:
        """Change a text written before."""
        changed = {key: value for key, value in message.items() if key != "entities"} | {"text": text}
        if found := detect(text):
            changed["entities"] = found
        self.api.updates.push("edited_message", self.api.world.change(self.chat, changed, by_bot=False))
        return changed

    def press(self, button: str, message: Line | None = None) -> str:
        """Press a button by its label or data: of `message`, or of the latest message that has it.

        A key of the reply keyboard writes its text, or sends one's contact. Answers the id of the press, or "".
        Raises LookupError naming the buttons there are.
        """
        messages = list(self.chat.messages.values()) if message is None else [self.chat.messages[message.message_id]]
        for shown_now in reversed(messages):
            for one in _buttons(shown_now):
                if button in (one["text"], one.get("callback_data")):
                    return self._press(one, shown_now)
        if message is None and self._press_key(button):
            return ""
        raise LookupError(
            f"no button {button!r}; there are {[b['text'] for m in messages for b in _buttons(m)]}\n{self}"
        )

    def forge(self, data: str, message: Line | Json | None = None) -> str:
        """Press a button that is not there (any more): `data` on a message, by default on the bot's latest."""
        shown_now = message.message if isinstance(message, Line) else message or self.heard[-1].message
        return self._query({"data": data, "message": shown_now}, data)

    def block(self) -> None:
        """Block the bot: it is told, and can't send here any more."""
        self._membership("blocked", "member", "kicked")

    def unblock(self) -> None:
        """Let the bot in again."""
        self._membership("open", "kicked", "member")

    def deactivate(self) -> None:
        """Delete the account: the bot is not told, and finds out when it sends."""
        self.chat.state = "deactivated"

    def remove_bot(self) -> None:
        """Throw the bot out of the group."""
        self._membership("kicked", "member", "kicked")

    def upgrade(self, new_id: int) -> None:
        """Make the group a supergroup with a new id; sending to the old one is refused with migrate_to_chat_id."""
        self.api.world.open_group(new_id, self.chat.info["title"])
        self._send({"migrate_to_chat_id": new_id})
        self.chat.migrated_to = new_id

    # What people see -----------------------------------------------------------------------------------------------

    async def expect(self, wanted: Wanted = "", timeout: float = 5.0) -> Line:
        """The next message or edit of the bot that contains the text, matches the pattern, or satisfies the predicate.

        Messages before it count as read. Raises AssertionError with the conversation after `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while True:
            self.chat.news.clear()
            for index in range(self._read, len(self.log)):
                line = self.log[index]
                if line.by_bot and line.what in ("message", "edit") and _fits(line, wanted):
                    self._read = index + 1
                    return line
            try:
                async with asyncio.timeout(end - time.monotonic()):
                    await self.chat.news.wait()
            except TimeoutError:
                raise AssertionError(f"{wanted!r} did not come within {timeout} s\n{self}") from None

    async def expect_answer(self, wanted: str = "", timeout: float = 5.0) -> str:
        """The notice of an answered press that contains the text; also one that was shown before."""
        end = time.monotonic() + timeout
        while not (found := [text for text in self.answers if wanted in text]):
            if time.monotonic() > end:
                raise AssertionError(f"no notice {wanted!r} within {timeout} s\n{self}")
            await asyncio.sleep(0.01)
        return found[-1]

    async def expect_nothing(self, seconds: float = 0.3) -> None:
        """Wait, and fail if the bot says anything meanwhile that was not read before."""
        await asyncio.sleep(seconds)
        unread = [line for line in self.log[self._read :] if line.by_bot and line.what in ("message", "edit")]
        if unread:
            raise AssertionError(f"unexpected: {[str(line) for line in unread]}")

    def catch_up(self) -> None:
        """Count all that was said so far as read."""
        self._read = len(self.log)

    def __str__(self) -> str:
        return "\n".join(str(line) for line in self.log[-30:])

    # Inside --------------------------------------------------------------------------------------------------------

    def _send(self, content: Json) -> Json:
        message = self.api.world.say(self.chat, self.person, content, by_bot=False)
        self.api.updates.push("message", message)
        return message

    def _photo(self, data: bytes, caption: str, spoiler: bool = False, size: tuple[int, int] | None = None) -> Json:
        file = self.api.world.store(data, "photo", mime="image/jpeg")
        if size is not None:
            file.width, file.height = size
        return {**shown(file, "photo"), **_caption(caption), **({"has_media_spoiler": True} if spoiler else {})}

    def _press(self, button: Json, message: Json) -> str:
        if "callback_data" not in button:
            raise LookupError(f"the button {button['text']!r} opens {button.get('url', button)}")
        return self._query({"data": button["callback_data"], "message": message}, button["callback_data"])

    def _press_key(self, label: str) -> bool:
        for key in (key for row in (self.chat.keyboard or {}).get("keyboard", ()) for key in row):
            if key == label or (isinstance(key, dict) and key["text"] == label):
                if isinstance(key, dict) and key.get("request_contact"):
                    self.send_contact()
                else:
                    self.say(label)
                return True
        return False

    def _query(self, content: Json, data: str) -> str:
        query = str(4_000_000_000_000 + self.api.world.number())
        instance = str(self.chat.id * 7919)
        self.api.world.presses[query] = (time.monotonic(), self.chat.id)
        self.api.world.remark(self.chat, False, "press", content["message"], data)
        self.api.updates.push(
            "callback_query", {"id": query, "from": self.person, "chat_instance": instance, **content}
        )
        return query

    def _membership(self, state: Any, old: str, new: str) -> None:
        self.chat.state = state
        was, now = (self._bot_as(status) for status in (old, new))
        change = {"chat": self.chat.info, "from": self.person, "date": int(time.time())}
        self.api.updates.push("my_chat_member", {**change, "old_chat_member": was, "new_chat_member": now})

    def _bot_as(self, status: str) -> Json:
        return {"status": status, "user": self.api.world.me, **({"until_date": 0} if status == "kicked" else {})}


def _caption(text: str) -> Json:
    return {"caption": text} if text else {}


def _buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _fits(line: Line, wanted: Wanted) -> bool:
    if isinstance(wanted, str):
        return wanted in line.text
    return wanted.search(line.text) is not None if isinstance(wanted, re.Pattern) else wanted(line)
