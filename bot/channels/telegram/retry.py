"""How long to wait before trying again, and calls that are tried until they work."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.request import ThrottledError

LONGEST = 60.0
"""Seconds between two tries at most; also the pause after a refused token, which only the operator can mend."""

_log = logging.getLogger(__name__)


def pause(failures: int) -> float:
    """Give the seconds to wait after ``failures`` in a row: 0.5, 1, 2 … 60, less up to a third by chance."""
    return min(LONGEST, 0.25 * 2.0 ** min(failures, 12)) * random.uniform(0.67, 1.0)  # noqa: S311  not a secret


async def until_done(what: str, call: Callable[[], Awaitable[object]]) -> None:
    """Repeat ``call`` until Telegram carries it out; ``what`` names it in the log."""
    failures = 0
    while True:
        try:
            await call()
        except TelegramError as error:
            failures += 1
            _log.warning("%s failed (%s); trying again", what, type(error).__name__)
            await asyncio.sleep(_wait(error, failures))
        else:
            return


def _wait(error: TelegramError, failures: int) -> float:
    if isinstance(error, ThrottledError):
        return error.seconds
    return LONGEST if isinstance(error, InvalidToken) else pause(failures)
