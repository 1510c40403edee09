"""Tells Telegram which commands to show to whom, and remembers the bot's name for deep links."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from handlers.context import Shelf
from storage.engine import Database

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

log = logging.getLogger("linli.introduce")

LOOK_SECONDS = 30.0
MOST_COMMANDS = 100
_CODES = {"": "zh_Hans", "en": "en"}


async def introduce(telegram: TelegramChannel, database: Database, shelf: Shelf) -> None:
    """Until cancelled: the residents' commands for all, each member of staff's own as duties begin and end."""
    while not (name := await telegram.username()):  # noqa: ASYNC110 it is the network that is waited for
        await asyncio.sleep(LOOK_SECONDS)
    async with database.writing() as unit:
        await unit.facts.put("telegram", {"username": name})
    known: dict[str, frozenset[str]] = {}
    while True:
        try:
            await _show(telegram, database, shelf, known)
        except Exception:
            log.exception("commands not set")
        await asyncio.sleep(LOOK_SECONDS)


async def _show(telegram: TelegramChannel, database: Database, shelf: Shelf, known: dict[str, frozenset[str]]) -> None:
    async with database.reading() as unit:
        held = {"": frozenset[str](), **await unit.staff.roles_by_chat(telegram.name)}
    for chat, roles in held.items():
        if known.get(chat) != roles and await telegram.set_commands(_commands(shelf, roles), chat):
            known[chat] = roles


def _commands(shelf: Shelf, roles: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    names = shelf.registry.commands_for(roles)[:MOST_COMMANDS]
    return {
        code: [(name, shelf.texts.word(language, f"command.{name}")) for name in names]
        for code, language in _CODES.items()
    }
