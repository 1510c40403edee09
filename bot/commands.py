"""What the commands do. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import shutil
import signal
import sqlite3
import sys
from collections.abc import Coroutine
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bot import log
from bot.app import App
from bot.channels.terminal import Terminal
from bot.invites import make_invite
from bot.seed import seed
from bot.settings import Settings, effective
from knowledge.catalogue import CatalogueError, load
from knowledge.understanding import Understander, as_json
from storage.engine import Database, DatabaseError
from storage.migrate import NewerDatabaseError, is_newest, migrate, newest, revision

_M_ARENA_MAX = -8
"""mallopt's name for the greatest number of heaps (malloc.h)."""
FAILURES = (CatalogueError, DatabaseError, OSError)
"""What may end any command, each with a sentence by ``told``."""


def told(error: Exception) -> str:
    """What went wrong, for whoever typed the command."""
    if isinstance(error, (CatalogueError, NewerDatabaseError)):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror}); LINLI_DATA_DIR sets the data folder."
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return f"The database cannot be used: {log.scrub(first)}"


def _loop(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 not on every system

        return int(uvloop.run(main))
    except ImportError:
        return asyncio.run(main)


# -- running -----------------------------------------------------------------------------------------------------------


def run(settings: Settings, *, welcome: bool) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    log.set_up(settings.log_level)
    _share_one_heap()
    return _loop(_run(settings, welcome))


async def _run(settings: Settings, welcome: bool) -> int:
    app = App(settings)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await app.start()
        _spare_the_collector()
        return await _served(app, stop, welcome)
    finally:
        await app.close()


async def _served(app: App, stop: asyncio.Event, welcome: bool) -> int:
    try:
        async with app.serving():
            log.note("ready", port=app.port, database=app.settings.database.partition(":")[0])
            if welcome:
                await _welcome(app)
            await stop.wait()
    except OSError as error:
        where = f"{app.settings.http_host}:{app.settings.http_port}"
        print(f"{where} cannot be used ({error.strerror}). Set LINLI_HTTP_PORT to another port.", file=sys.stderr)
        return 1
    return 0


def _spare_the_collector() -> None:
    """What start built stays for good: the garbage collector need not walk over the knowledge again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _share_one_heap() -> None:
    """One heap for all threads, where the C library keeps one for each: what one gives back another uses, 7 MB in all."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


async def _welcome(app: App) -> None:
    invited = (
        await make_invite(app.database, app.settings, app.clock.now(), "community", "S1-C1", "") if app.sample else None
    )
    print(f"\n  Resident chat   {app.settings.base_url}")
    if invited is not None:
        print(f"  Staff sign-in   {invited.web_link}   (once, within {app.settings.rules.link_minutes} minutes)")
    if not app.settings.telegram_token:
        print("  Telegram        talk to @BotFather, then: LINLI_TELEGRAM_TOKEN=<token> make run")
    print("\n  Stop with Ctrl-C.\n", flush=True)


def chat(settings: Settings) -> int:
    """Chat in this terminal, with everything but the web page and Telegram."""
    log.set_up("ERROR")
    print("Type a message and press Enter. Ctrl-D ends. What you write goes into the same database as the web chat.\n")
    with suppress(KeyboardInterrupt):
        return _loop(_chat(settings))
    return 0


async def _chat(settings: Settings) -> int:
    terminal = Terminal()
    app = App(replace(settings, telegram_token="", metrics_port=0), terminal=terminal)
    try:
        await app.start()
        async with app.serving():
            await app.terminal_closed()
    finally:
        await app.close()
    return 0


# -- the database ------------------------------------------------------------------------------------------------------


async def prepare(settings: Settings, *, seeding: bool) -> int:
    """Migrate, and load the areas."""
    database = Database(settings.database)
    try:
        await migrate(database)
        print(f"database at revision {newest()}")
        if seeding:
            catalogue = load(settings.knowledge)
            async with database.writing() as unit:
                added = await seed(unit, catalogue, datetime.now(UTC))
            print(f"{added} areas loaded" if added else "areas are loaded already; nothing changed")
    finally:
        await database.close()
    return 0


async def check(settings: Settings) -> int:
    """Print every setting and the state of everything; 1 when something is wrong."""
    for name, value, doc in effective(settings):
        print(f"{name}={value:<24}  # {doc}")
    print()
    problems = [*await _check_database(settings), *_check_knowledge(settings)]
    print(f"telegram: {'on' if settings.telegram_token else 'off (no LINLI_TELEGRAM_TOKEN)'}")
    print(f"web chat: {settings.base_url}")
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    return 1 if problems else 0


async def _check_database(settings: Settings) -> list[str]:
    database = Database(settings.database)
    try:
        at = await revision(database)
        kind = "SQLite" if database.sqlite else "PostgreSQL"
        print(f"database: {kind}, revision {at or 'none yet'}, newest {newest()}")
        if not is_newest(at):
            return ["the database is not at the newest revision; run `python -m bot migrate`"]
        return await _check_audit(database)
    except (DatabaseError, OSError) as error:
        return [told(error)]
    finally:
        await database.close()


async def _check_audit(database: Database) -> list[str]:
    async with database.reading() as unit:
        broken = await unit.audit.broken_at()
        print(f"audit: {await unit.audit.count()} entries, {'whole' if broken is None else 'not whole'}")
    if broken is None:
        return []
    where = f"entry {broken} does not fit the chain" if broken else "the last entries are missing"
    return [f"audit: {where}; somebody changed the trail outside the product"]


def _check_knowledge(settings: Settings) -> list[str]:
    try:
        found = load(settings.knowledge)
    except CatalogueError as error:
        return list(error.problems)
    counts = f"{len(found.services)} services, {len(found.places)} places, {len(found.categories)} categories"
    print(f"knowledge: {counts}, {len(found.areas)} areas")
    return []


async def backup(settings: Settings, folder: str) -> int:
    """A consistent copy while the bot runs: the database by SQLite's own backup, then the pictures."""
    database = Database(settings.database)
    if not database.sqlite:
        print("PostgreSQL has its own tools: use pg_dump, and copy the media folder.", file=sys.stderr)
        return 1
    source = Path(str(database.url.database))
    if not await asyncio.to_thread(source.exists):
        print(f"there is no database at {source} yet", file=sys.stderr)
        return 1
    target = Path(folder) if folder else settings.data_dir / "backups" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        await asyncio.to_thread(_copy, source, settings.data_dir / "media", target)
    except FileExistsError:
        print(
            f"{target} is there already; name a folder that is not, so that no backup is overwritten", file=sys.stderr
        )
        return 1
    print(target)
    return 0


def _copy(source: Path, media: Path, target: Path) -> None:
    target.mkdir(parents=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target / "linli.db")) as copy:
        live.backup(copy)
    if media.exists():
        shutil.copytree(media, target / "media")


# -- words --------------------------------------------------------------------------------------------------------------


def ask(settings: Settings, text: str | None, *, as_json: bool) -> int:
    """Say how a message is understood; needs no database."""
    understander = Understander.build(load(settings.knowledge), settings.data_dir / "cache")
    lines = [text] if text is not None else (line.rstrip("\n") for line in sys.stdin)
    for line in lines:
        found = as_json_line(understander, line)
        print(orjson.dumps(found).decode() if as_json or text is None else _explained(found), flush=text is None)
    return 0


def as_json_line(understander: Understander, line: str) -> dict[str, Any]:
    """The contract of ``ask``."""
    return as_json(understander.understand(line))


def _explained(found: dict[str, Any]) -> str:
    entry = found["entry"]
    head = f"{found['intent']}" + (f" · {entry['name']} ({entry['id']})" if entry else "") + f"  {found['score']}"
    others = [f"  or {one['intent']} · {one['name'] or ''} {one['score']}" for one in found["alternatives"]]
    return "\n".join([head, *(f"  {why}" for why in found["why"]), *others])
