"""Structured logs, a JSON object a line, in which no message text, name, phone, address or token ever stands.

Code logs an event name and plain figures; whatever slips into an exception's text is scrubbed here as a last resort.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

_SECRETS = (
    (re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{10,}"), "<token>"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "<phone>"),
    (re.compile(r"(?<=//)[^/@\s:]+:[^/@\s]+(?=@)"), "<login>"),
    (re.compile(r"[\u3400-\u9fff][\u3400-\u9fff，。！？、0-9]*"), "<words>"),
)
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName", "asctime"}


def scrub(text: str) -> str:
    """The text without tokens, phones.

    Logins and Chinese words (people's words are the only Chinese that could get there).
    """
    for pattern, mark in _SECRETS:
        text = pattern.sub(mark, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the figures given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": scrub(record.getMessage()),
        }
        line |= {key: scrub(str(value)) for key, value in record.__dict__.items() if key not in _USUAL}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])[-8:]]
            line["why"] = scrub(str(record.exc_info[1]))[:300]
        return orjson.dumps(line).decode()


def note(event: str, **figures: object) -> None:
    """Log something worth knowing about the whole process."""
    logging.getLogger("linli").info(event, extra=figures)


def set_up(level: str) -> None:
    """Send all logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("aiohttp.access", "httpx", "httpcore", "telegram", "jieba", "alembic", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
