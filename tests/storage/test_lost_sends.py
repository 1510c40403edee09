"""Sends whose process died: taken back, and given up only when they were in hand again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from storage.engine import Database
from storage.models import Outbox
from storage.repositories.queues import LOST_MOST

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize(("lost_before", "state"), [(0, "queued"), (1, "queued"), (LOST_MOST - 1, "dead")])
async def test_a_send_lost_twice_is_still_sent_and_one_that_is_always_lost_given_up(
    database: str, lost_before: int, state: str
) -> None:
    opened = Database(database)
    async with opened.writing() as unit:
        chat = unit.people.open_chat("telegram", "1", "zh_Hans", NOW)
        await unit.session.flush()
        (message,) = await unit.messages.write(
            [{"chat_id": chat.id, "out": True, "at": NOW, "text": "好", "body": {}, "client": ""}]
        )
        row = {"message_id": message, "chat_id": chat.id, "channel": "telegram", "priority": 1, "state": "sending"}
        await unit.session.execute(
            insert(Outbox), [row | {"uncertain": lost_before, "lease_until": NOW - timedelta(seconds=1)}]
        )
        assert await unit.outbox.release_lost(NOW) == 1
    async with opened.reading() as unit:
        assert await unit.session.scalar(select(Outbox.state).where(Outbox.message_id == message)) == state
    await opened.close()
