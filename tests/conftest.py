"""What every end-to-end test may ask for: knowledge compiled once, a fresh database on either system, a running product."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import App, Knowledge, understanding
from bot.settings import Settings
from tests.support.bed import Bed, opened
from tests.support.databases import PostgresTemplate, SqliteTemplate
from tests.support.postgres import NoPostgresError, Postgres

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRESQL = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: needs a PostgreSQL server; -m 'not postgresql' for a quick run")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", ()))
    for reason in sorted({why[2] for why in skipped if isinstance(why, tuple)}):
        terminalreporter.write_line(f"*** NOT TESTED: {reason.removeprefix('Skipped: ')} ***", red=True, bold=True)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of a start with the sample, for all workers and processes of a run; ``knowledge`` fills it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "warm" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def knowledge(warm: Path) -> Knowledge:
    """The sample, compiled once; the first worker does it for the others, too."""
    with (warm.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        compiled = understanding(Settings(data_dir=warm.parent))
    gc.collect()
    gc.freeze()  # as the product does: else every full collection walks through all of it
    gc.set_threshold(10_000, 20, 20)
    return compiled


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> SqliteTemplate:
    """A migrated and seeded file."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"), knowledge[0])


@pytest.fixture(scope="session")
def postgres_template(knowledge: Knowledge) -> Iterator[PostgresTemplate]:
    """A server of our own with a migrated and seeded database. Missing: a loud skip on a desk, a failure where CI=true."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(Postgres())
        except NoPostgresError as error:
            reason = f"{error}; the tests on PostgreSQL have NOT run"
            if os.environ.get("CI", "").lower() in {"1", "true"}:
                pytest.fail(reason)
            pytest.skip(reason)
        yield PostgresTemplate(server, knowledge[0])


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, seeded database; a test that asks for it runs on both systems."""
    template = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_template")
    with template.copy(tmp_path) as url:
        yield url


@pytest_asyncio.fixture
async def bed(database: str, tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[Bed]:
    """The whole product running, with Telegram and the web chat; checked in the end for anything lost."""
    async with opened(tmp_path, database, knowledge) as bed:
        yield bed
        await bed.check()


@pytest_asyncio.fixture
async def app(bed: Bed) -> App:
    """The running App of the bed."""
    return bed.app
