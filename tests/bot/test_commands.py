"""What ends a command is told in one sentence with a status, never as a traceback."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import log
from bot.__main__ import main
from tests.support.databases import SqliteTemplate

SERVING = (["run"], ["chat"])
OTHERS = (["migrate"], ["seed"], ["check"], ["invite", "admin", "--area", "S1"], ["dismiss", "1"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(log, "set_up", lambda level: None)
    monkeypatch.setenv("LINLI_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("command", [*SERVING, *OTHERS], ids=lambda command: command[0])
def test_a_database_of_a_newer_release_is_left_as_it_is(
    command: list[str], folder: Path, sqlite_template: SqliteTemplate, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    with sqlite_template.copy(folder), closing(sqlite3.connect(folder / "linli.db")) as database:
        with database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        before = list(database.iterdump())
        assert main(command) == 1
        assert list(database.iterdump()) == before
    told = capsys.readouterr().err
    assert "made by a newer release" in told
    assert "9999" in told
    assert "Install that release, or restore the backup" in told
    assert "migrate" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize("command", [*SERVING, *OTHERS, ["staff"]], ids=lambda command: command[0])
def test_a_data_folder_that_cannot_be_made_is_named(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("a file where the folder should be")
    assert main(command) == 1
    assert f"{folder} cannot be used" in capsys.readouterr().err


def test_a_sign_in_link_comes_with_what_to_do_with_it_and_after_it(
    folder: Path, sqlite_template: SqliteTemplate, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    with sqlite_template.copy(folder):
        assert main(["staff", "--json"]) == 0
        someone = json.loads(capsys.readouterr().out)[0]
        assert main(["signin", str(someone["person"])]) == 0
    told = capsys.readouterr()
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/signin/\S+\n", told.out)
    assert f"For {someone['name']} alone" in told.err
    assert "run this command again for a new one" in told.err
