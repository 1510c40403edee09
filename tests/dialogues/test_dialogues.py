"""Every transcript of this folder, on every channel on which it can be held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import Knowledge
from tests.conftest import POSTGRESQL, SQLITE
from tests.dialogues.script import Play, Script, read
from tests.support.bed import opened
from tests.support.terminal import AtTerminal

SCRIPTS = [read(path) for path in sorted(Path(__file__).parent.glob("*.txt"))]


def _performances() -> Iterator[Any]:
    for script in SCRIPTS:
        for channel in script.channels:
            for database in (SQLITE, POSTGRESQL) if script.both_databases else (SQLITE,):
                yield pytest.param(
                    script,
                    channel,
                    *database.values,
                    id=f"{script.path.stem}-{channel}-{database.id}",
                    marks=database.marks,
                )


@pytest.mark.parametrize(("script", "channel", "database"), list(_performances()), indirect=["database"])
async def test_dialogue(script: Script, channel: str, database: str, tmp_path: Path, knowledge: Knowledge) -> None:
    """It goes as written, and nothing is lost on the way."""
    terminal = AtTerminal("终端") if channel == "terminal" else None
    async with opened(tmp_path, database, knowledge, terminal=terminal) as bed:
        await Play(script, bed, channel).run()
        await bed.check()


def test_every_transcript_can_be_played_somewhere() -> None:
    assert SCRIPTS
    assert all(script.channels and script.steps for script in SCRIPTS)
