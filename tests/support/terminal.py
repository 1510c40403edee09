"""A person at the terminal: lines in, printed lines out, buttons pressed by their number."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Final

from bot.channels.terminal import Terminal
from tests.support.resident import PICTURE, Heard, Resident, moment

_CHOICE: Final = re.compile(r"  (\d+)\. (.*)")


class _Paper(io.StringIO):
    """What is printed, message by message."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Heard] = []

    def write(self, text: str) -> int:
        """Each printed message is written at once and ends in an empty line."""
        lines = text.rstrip("\n").split("\n")
        choices = [found[2] for line in lines if (found := _CHOICE.fullmatch(line))]
        words = [line for line in lines if not _CHOICE.fullmatch(line) and not line.startswith("[▣")]
        self.heard.append(Heard("\n".join(words), tuple(choices), text.count("▣")))
        return len(text)


class AtTerminal(Resident):
    """The one person of ``make chat``; pass ``terminal`` to the App."""

    channel = "terminal"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._paper = _Paper()
        self.terminal = Terminal(ask=self._typed.get, out=self._paper)

    @property
    def heard(self) -> Sequence[Heard]:
        """What was printed."""
        return self._paper.heard

    async def say(self, text: str) -> None:
        """Type a line."""
        await self._typed.put(text)

    async def press(self, label: str) -> None:
        """Type the number that stands before the label in what was printed last."""
        await moment(lambda: self._number(label), f"{label}\n{self.last(12)}")
        await self.say(str(self._number(label)))

    async def forge(self, token: str) -> None:
        """Nothing can be forged at a keyboard."""
        raise NotImplementedError(token)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        """Pictures cannot be typed."""
        raise NotImplementedError(PICTURE)

    async def send_location(self, lat: float, lon: float) -> None:
        """Pins cannot be typed."""
        raise NotImplementedError

    def _number(self, label: str) -> int:
        newest = next((one.labels for one in reversed(self.heard) if one.labels), ())
        return newest.index(label) + 1 if label in newest else 0
