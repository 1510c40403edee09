"""The terminal as a channel (``make chat``).

What you type goes through the same inbox, what is said is printed with numbers.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TextIO

from bot.channels.base import FetchError, Intake, Limits, Outcome, Outgoing, RawUpdate, Sent
from handlers.messages import Attachment, Incoming, Kind
from storage.engine import Database
from storage.models import Message

CHAT = "local"
LAST_ANSWERS_SECONDS = 10
Ask = Callable[[], Awaitable[str | None]]


async def from_stdin() -> str | None:
    """One typed line, None at the end of input."""
    line = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n") if line else None


class Terminal:
    """One person at a keyboard. ``ask`` waits for a line; messages are printed as they appear in the transcript."""

    name = "terminal"
    limits = Limits(text=100_000, caption=100_000, photos_with_buttons=10, mailbox=True)
    stores_uploads = False

    def __init__(
        self, database: Database | None = None, ask: Ask = from_stdin, out: TextIO = sys.stdout, chat: str = CHAT
    ) -> None:
        self.database, self._ask, self._out, self._chat = database, ask, out, chat
        self._shown = 0
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something may have been said."""
        self._wake.set()

    def parse(self, update: RawUpdate) -> Incoming | None:
        """A line: a command when it begins with a slash."""
        text = str(update.raw["text"])
        if text.startswith("/"):
            command, _, rest = text[1:].partition(" ")
            return Incoming(self.name, update.chat, update.external_id, Kind.COMMAND, rest.strip(), command.lower())
        return Incoming(self.name, update.chat, update.external_id, Kind.TEXT, text)

    async def run(self, intake: Intake) -> None:
        """Print and read until the input ends and all of it is answered."""
        self._shown = await self._newest()
        printing = asyncio.create_task(self._print())
        try:
            await self._send(intake, "/start")
            while (line := await self._ask()) is not None:
                if line.strip():
                    await self._send(intake, line)
            await self._answered()
        finally:
            printing.cancel()
        await self._show()

    async def send(self, chat: str, message: Outgoing) -> Outcome:
        """Printed from the transcript instead."""
        return Sent()

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """Files cannot be typed."""
        raise FetchError("no files here", gone=True)

    async def _send(self, intake: Intake, line: str) -> None:
        await intake(self.name, [RawUpdate(uuid.uuid4().hex, self._chat, {"text": line})])

    async def _print(self) -> None:
        while True:
            await self._show()
            try:
                async with asyncio.timeout(1):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def _show(self) -> None:
        """Print what is new."""
        for message in await self._new():
            if message.id > self._shown and message.out:
                self._out.write("\n".join(lines_of(message)) + "\n\n")
                self._out.flush()
            self._shown = max(self._shown, message.id)

    async def _answered(self) -> None:
        """Wait, at most so long, until nothing that was typed is still to be handled: input may come from a pipe."""
        assert self.database is not None
        for _ in range(LAST_ANSWERS_SECONDS * 20):
            async with self.database.reading() as unit:
                if (self.name, self._chat) not in await unit.inbox.waiting():
                    return
            await asyncio.sleep(0.05)

    async def _newest(self) -> int:
        """The last message of an earlier evening: what was said then is not said again."""
        assert self.database is not None
        async with self.database.reading() as unit:
            chat = await unit.people.find_chat(self.name, self._chat)
            last = await unit.messages.last(chat.id, 1) if chat else ()
            return last[0].id if last else 0

    async def _new(self) -> Sequence[Message]:
        assert self.database is not None
        async with self.database.reading() as unit:
            chat = await unit.people.find_chat(self.name, self._chat)
            return await unit.messages.since({chat.id: self._shown}) if chat else []


def lines_of(message: Message) -> list[str]:
    """A message as printed: the words, its pictures counted, its choices numbered."""
    lines = [message.text] if message.text else []
    if photos := message.body.get("photos"):
        lines.append("[" + "▣ " * len(photos) + "]")
    return lines + [f"  {number}. {label}" for number, (label, *_) in enumerate(message.body.get("buttons", []), 1)]
