"""A person on Telegram, through the Bot API's stand-in."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.botapi import Line, User
from tests.support.resident import Heard, Resident, moment


class OnTelegram(Resident):
    """Talks in a private chat with the bot; ``user`` is for what only Telegram has."""

    channel = "telegram"

    def __init__(self, name: str, user: User) -> None:
        super().__init__(name)
        self.user = user

    @property
    def heard(self) -> Sequence[Heard]:
        """What the bot said here."""
        return [_heard(line) for line in self.user.heard]

    async def say(self, text: str) -> None:
        """Write words."""
        self.user.say(text)

    async def press(self, label: str) -> None:
        """Press the newest inline button with this label."""
        await moment(lambda: any(label in line.labels for line in self.user.heard), f"{label}\n{self.last(12)}")
        self.user.press(label)

    async def forge(self, token: str) -> None:
        """Press a button that is not there."""
        nothing_yet = {"message_id": 1, "date": 0, "chat": self.user.chat.info}  # as for a message too old to be shown
        self.user.forge(token, None if self.user.heard else nothing_yet)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        """Send a picture."""
        self.user.send_photo(data, caption)

    async def send_location(self, lat: float, lon: float) -> None:
        """Send a pin."""
        self.user.send_location(lat, lon)


def _heard(line: Line) -> Heard:
    text = line.text
    if pin := line.message.get("location"):
        text = f"（位置 {pin['latitude']},{pin['longitude']}）{text}"
    return Heard(text, tuple(line.labels), int("photo" in line.message))
