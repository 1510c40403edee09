"""Somebody who talks to the product, on whichever channel: the same few deeds everywhere.

What they heard is kept as text, buttons after it in square brackets, so that one expectation reads the same on all channels.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 10.0
"""Seconds to wait for words; a quick machine needs a few hundredths of one."""

PICTURE: Final = "（照片）"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message to this person."""

    text: str
    labels: tuple[str, ...] = ()
    photos: int = 0

    def __str__(self) -> str:
        buttons = " ".join(f"[{label}]" for label in self.labels)
        return "\n".join(filter(None, (PICTURE * self.photos, self.text, buttons)))


class Resident(ABC):
    """A person with one chat. Deeds return once they are under way; ``expect`` waits for what is said to them."""

    channel: str

    def __init__(self, name: str) -> None:
        self.name = name
        self._message, self._offset = 0, 0

    @property
    @abstractmethod
    def heard(self) -> Sequence[Heard]:
        """Everything said to them so far."""

    @abstractmethod
    async def say(self, text: str) -> None:
        """Write words; what begins with a slash is a command."""

    @abstractmethod
    async def press(self, label: str) -> None:
        """Press the newest button with this label; raises LookupError when there is none within a moment."""

    @abstractmethod
    async def forge(self, token: str) -> None:
        """Send a press of a button that was never offered."""

    @abstractmethod
    async def send_photo(self, data: bytes, caption: str = "") -> None:
        """Send a picture."""

    @abstractmethod
    async def send_location(self, lat: float, lon: float) -> None:
        """Send a pin, WGS-84 degrees."""

    async def join(self, code: str) -> None:
        """Become staff with an invite's code (``inv_…``)."""
        await self.say(f"/start {code}")

    async def leave(self) -> None:  # noqa: B027 only the page has something to close
        """Close what was opened."""

    async def expect(self, wanted: str | re.Pattern[str], timeout: float = PATIENCE) -> re.Match[str]:
        """The next place where ``wanted`` occurs, in what was said after the last expectation met.

        It may lie further down in the same message. Raises AssertionError with the conversation's end.
        """
        pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
        end = asyncio.get_running_loop().time() + timeout
        while (found := self._find(pattern)) is None:
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(
                    f"{self.name} ({self.channel}) was never told {pattern.pattern!r}, but:\n{self.last(12)}"
                )
            await asyncio.sleep(0.01)
        return found

    def catch_up(self) -> None:
        """Count everything said so far as heard."""
        self._message, self._offset = len(self.heard), 0

    def unheard(self) -> list[str]:
        """What was said after the last expectation met."""
        return [str(one) for one in self.heard[self._message :]]

    def last(self, count: int) -> str:
        """The end of what was said to them, for a failure's report."""
        return "\n".join(f"  {line}" for one in self.heard[-count:] for line in str(one).splitlines())

    def _find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        for index in range(self._message, len(self.heard)):
            found = pattern.search(str(self.heard[index]), self._offset if index == self._message else 0)
            if found is not None:
                self._message, self._offset = index, found.end()
                return found
        return None


async def moment(ready: object, wanted: str, timeout: float = PATIENCE) -> None:
    """Wait until ``ready()`` is true; raises LookupError naming what was wanted."""
    assert callable(ready)
    end = asyncio.get_running_loop().time() + timeout
    while not ready():
        if asyncio.get_running_loop().time() > end:
            raise LookupError(wanted)
        await asyncio.sleep(0.01)
