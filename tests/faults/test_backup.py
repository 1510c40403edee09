"""A backup taken while the bot works, and what a product restored from it says."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import bot.outbox
from storage.models import Inbox, Outbox
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, queue, rows, running, settled, states

CHATS = range(300, 330)


async def _backup(data: Path, target: Path) -> int:
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    command = (sys.executable, "-m", "bot", "backup", str(target))
    environment = foreign | {"LINLI_DATA_DIR": str(data)}
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    return await child.wait()


def _outbox(file: Path) -> dict[int, str]:
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(copy.execute("SELECT id, state FROM outbox"))


async def test_what_was_sent_before_a_backup_under_load_is_not_sent_again_after_restoring_it(
    api: BotApi, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.outbox, "LEASE", timedelta(seconds=2))
    folder, url, knowledge = place
    copy = tmp_path / "restored" / "linli.db"
    async with running(folder, url, knowledge, api, telegram_in_flight=5) as app:
        for chat in CHATS:
            api.user(chat).say(ASKED[0][0])
        await settled(app.database, sent=len(CHATS))
        api.delay = 0.05
        async with app.database.reading() as unit:
            ours = await unit.people.ids_of("telegram", [str(chat) for chat in CHATS])
        await queue(app.database, {int(chat): number for chat, number in ours.items()}, [f"{n}" for n in range(10)])
        assert await _backup(folder, copy.parent) == 0
        await settled(app.database, sent=len(CHATS) * 11)
    then = _outbox(copy)
    unsent = {number for number, state in then.items() if state != "sent"}
    assert len(CHATS) < len(unsent) < len(then)
    api.delay, before = 0.0, len(api.world.sent)
    async with running(copy.parent, f"sqlite:///{copy}", knowledge, api) as app:
        await settled(app.database, sent=len(then))
        after = {
            row.id for row in await rows(app.database, Outbox, Outbox.finished_at.is_not(None)) if row.id in unsent
        }
        assert after == unsent
        assert set(await states(app.database, Inbox)) == {"done"}
    assert len(api.world.sent) - before == len(unsent)
    kept = copy.read_bytes()
    assert await _backup(folder, copy.parent) == 1  # never over another one
    assert copy.read_bytes() == kept
