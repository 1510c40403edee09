"""From one notice to everybody's chats; a step writes recipients, messages, outbox rows and cursor in one transaction.

A step that is undone leaves nothing; a step done twice finds its people written already (domain.md §6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers.context import Shelf
from handlers.messages import Priority, say
from handlers.notices.views import words
from storage.models import Notice
from storage.unit import Unit

Addressed = Sequence[tuple[int, int, str, str]]
"""(person, chat, channel, language)."""


async def fan_out(unit: Unit, shelf: Shelf, now: datetime, queued_channels: frozenset[str], chunk: int = 500) -> int:
    """Write the next ``chunk`` people of the notices that are going out; returns how many were written.

    Chats on ``queued_channels`` get an outbox row; elsewhere a message is delivered by being written. A notice with
    nobody left, or past its expiry, becomes ``sent``. The caller commits, and calls again while the result is not 0.
    """
    notices = await unit.notices.sending()
    written = 0
    for notice in notices:
        people = await unit.notices.audience(notice, max(1, chunk // len(notices))) if notice.expires_at > now else ()
        if people:
            await _write(unit, shelf, now, notice, people, queued=queued_channels)
            notice.cursor = people[-1][0]
        else:
            notice.state = "sent"
        written += len(people)
    await unit.session.flush()
    return written


async def _write(
    unit: Unit, shelf: Shelf, now: datetime, notice: Notice, people: Addressed, *, queued: frozenset[str]
) -> None:
    told = {}
    for language in {person[3] for person in people}:
        await shelf.texts.warm(language)
        told[language] = _told(shelf, notice, language)
    rows = [
        {"notice_id": notice.id, "person_id": person, "chat_id": chat, "channel": channel}
        for person, chat, channel, _ in people
    ]
    messages = [
        {"chat_id": chat, "out": True, "at": now, "notice_id": notice.id, **told[language]}
        for _, chat, _, language in people
    ]
    outbox = {"priority": int(Priority.NOTICE), "expires_at": notice.expires_at}
    await unit.notices.deliver(rows, messages, queued, outbox)


def _told(shelf: Shelf, notice: Notice, language: str) -> dict[str, Any]:
    """The words in one language, with the 已读 button."""
    text = shelf.texts.say(language, words(notice.text, notice.area))
    label = shelf.texts.say(language, say("notices.read"))
    return {"text": text, "body": {"buttons": [[label, f"notice.read:{notice.ref}", ""]], "card": True}}
