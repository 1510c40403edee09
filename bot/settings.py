"""The one reader of the environment.

One table of fields gives the parser, ``check``'s listing and the documentation.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from handlers.rules import Rules
from handlers.texts import LANGUAGES
from handlers.worktime import LIMIT
from knowledge.catalogue import DATA

PREFIX = "LINLI_"
_PASSED_OVER = frozenset({"rules"})
_DATABASES = ("sqlite:", "sqlite+", "postgresql:", "postgresql+", "postgres:")
_LIMITS = ("accept_again", "accept_limit", "accept_urgent", "accept_critical", "other_limit")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_MAY_BE_ZERO = frozenset({"http_port", "metrics_port", "reopen_days", "reopen_times", "returns"})
_LEAST = {"keep_audit_days": 183}
"""Where the law sets a minimum; by the whole name."""
_MOST = {"port": 65_535, "days": 36_500, "hours": 876_000, "minutes": 525_600}
"""By the last word of a setting's name; dates beyond a hundred years cannot be reckoned with."""


class SettingsError(Exception):
    """The environment cannot be used; the message is a sentence a line."""


def setting(default: Any, doc: str, *, secret: bool = False) -> Any:
    """A field with its explanation; a secret's value is never shown."""
    return field(default=default, metadata={"doc": doc, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Rates are per second, times seconds unless named otherwise."""

    data_dir: Path = setting(Path("var"), "folder of the database, pictures and caches")
    database_url: str = setting(
        "", "database; empty is SQLite in the data folder; postgresql://user:pass@host/name", secret=True
    )
    http_host: str = setting("127.0.0.1", "address the web chat listens on")
    http_port: int = setting(8080, "port of the web chat")
    metrics_port: int = setting(9464, "loopback port of /metrics; 0 turns it off")
    public_url: str = setting(
        "", "address residents open, such as https://linli.example; empty is the listening address"
    )
    telegram_token: str = setting("", "token from @BotFather; empty leaves Telegram off", secret=True)
    telegram_api_url: str = setting("https://api.telegram.org", "base of the Bot API")
    telegram_webhook_url: str = setting("", "public https address for updates; empty asks for them (long polling)")
    telegram_webhook_secret: str = setting("", "secret Telegram sends with each webhook call", secret=True)
    telegram_rate: float = setting(28.0, "messages a second the whole bot sends")
    telegram_chat_rate: float = setting(1.0, "messages a second to one chat")
    telegram_in_flight: int = setting(30, "messages being sent at the same time")
    lang: str = setting(
        "zh_Hans", "language until a person's own is known, and of the page until chosen: zh_Hans, zh_Hant, en"
    )
    knowledge_dir: str = setting("", "folder of services, places and categories; empty is the sample's")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    sqlite_durable: bool = setting(True, "wait for the disk at each commit, so that a power cut loses nothing")
    flood_burst: int = setting(20, "messages one chat may send at once before it is asked to wait")
    flood_rate: float = setting(1.0, "messages a second one chat is served after that")
    dead_after: int = setting(3, "failed attempts after which an update is set aside for staff")
    send_attempts: int = setting(8, "failed attempts after which a message is given up and an alarm raised")
    session_days: int = setting(365, "days after which a resident's browser is a stranger again")
    session_idle_days: int = setting(180, "days without a word after which it is one")
    staff_session_hours: int = setting(720, "hours after which staff have to sign in on the web again")
    staff_idle_hours: int = setting(72, "hours without a word or a press after which they have to")
    keep_updates_days: int = setting(7, "days handled updates are remembered, to recognise redeliveries")
    keep_failed_days: int = setting(30, "days updates that could not be handled are kept for whoever looks into it")
    keep_messages_days: int = setting(180, "days conversations, open forms and calls for a person are kept")
    keep_remarks_days: int = setting(
        180, "days messages nobody understood and complaints about cards are kept for staff"
    )
    keep_records_days: int = setting(
        1095, "days the words and pictures of finished reports and decided proposals are kept; their figures stay"
    )
    keep_people_days: int = setting(
        730, "days without a word after which name, phone and area of whoever cannot be reached any more are deleted"
    )
    keep_audit_days: int = setting(
        1095, "days the audit trail of what staff did and read is kept; at least 183, six months by law (domain.md §9)"
    )
    rules: Rules = field(default_factory=Rules)

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'linli.db'}"

    @property
    def knowledge(self) -> Path:
        """Where services, places and categories lie."""
        return Path(self.knowledge_dir) if self.knowledge_dir else DATA

    @property
    def base_url(self) -> str:
        """Where residents open the web chat, without a slash at the end."""
        return (self.public_url or f"http://{self.http_host}:{self.http_port}").rstrip("/")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the web chat."""
        return self.http_host in ("127.0.0.1", "::1", "localhost") and not self.public_url


def load(environ: Mapping[str, str]) -> Settings:
    """Read the environment; raises SettingsError that names every unknown name (with the likely one) and bad value."""
    known = {PREFIX + one.name.upper(): one for one, _ in table()}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            problems.append(f"{name} is not a setting" + (f"; did you mean {close[0]}?" if close else "."))
        elif name in known and text != "":
            _parse(known[name], name, text, values, problems)
    _check(values, problems)
    if problems:
        raise SettingsError("\n".join(problems))
    of_rules = {one.name: values.pop(one.name) for one in fields(Rules) if one.name in values}
    return Settings(**values, rules=Rules(**of_rules))


def table() -> Iterator[tuple[Field[Any], type]]:
    """Every setting with the class it belongs to, in the order shown."""
    for owner in (Settings, Rules):
        yield from ((one, owner) for one in fields(owner) if one.name not in _PASSED_OVER)


def effective(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(name, value, explanation) of every setting; secrets are hidden."""
    for one, owner in table():
        value = getattr(settings if owner is Settings else settings.rules, one.name)
        shown = "••••••" if one.metadata.get("secret") and value else str(int(value) if isinstance(value, bool) else value)
        yield PREFIX + one.name.upper(), shown, one.metadata["doc"]


def _parse(one: Field[Any], name: str, text: str, values: dict[str, Any], problems: list[str]) -> None:
    wanted: Any = type(one.default)
    try:
        if wanted is bool:
            values[one.name] = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                text.lower()
            ]
        else:
            values[one.name] = wanted(text)
    except (ValueError, KeyError):
        words = {int: "a whole number", float: "a number", bool: "1 or 0"}.get(wanted, "text")
        problems.append(f"{name}={text!r} should be {words}.")


def _check(values: Mapping[str, Any], problems: list[str]) -> None:
    if values.get("lang", "zh_Hans") not in LANGUAGES:
        problems.append(f"LINLI_LANG should be one of {', '.join(LANGUAGES)}.")
    for name in ("public_url", "telegram_api_url", "telegram_webhook_url"):
        url = values.get(name, "")
        if url and urlsplit(url).scheme not in ("http", "https"):
            problems.append(f"LINLI_{name.upper()} should begin with http:// or https://.")
    if values.get("log_level", "INFO") not in _LOG_LEVELS:
        problems.append(f"LINLI_LOG_LEVEL should be one of {', '.join(_LOG_LEVELS)}.")
    if not re.fullmatch(r"(\d+:[A-Za-z0-9_-]+)?", values.get("telegram_token", "")):
        problems.append(
            "LINLI_TELEGRAM_TOKEN should be digits, a colon, and letters, as @BotFather shows it (123456789:AA...)."
        )
    if not values.get("database_url", "sqlite:").startswith(_DATABASES):
        problems.append(
            "LINLI_DATABASE_URL should begin with sqlite:/// or postgresql://; no other database is possible."
        )
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", values.get("telegram_webhook_secret", "")):
        problems.append(
            "LINLI_TELEGRAM_WEBHOOK_SECRET may have letters A-Z a-z, digits, _ and - only, at most 256 (Bot API)."
        )
    problems += filter(None, (_size(name, value) for name, value in values.items() if type(value) in (int, float)))
    problems += _times(values)
    if values.get("telegram_webhook_url") and not values.get("telegram_webhook_secret"):
        problems.append("LINLI_TELEGRAM_WEBHOOK_SECRET is needed with a webhook, so that nobody else can post updates.")


def _times(values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with limits, days and times of day."""
    usual = Rules()
    for name in _LIMITS:
        if not LIMIT.fullmatch(values.get(name, "1h")):
            yield f"LINLI_{name.upper()} should be a time limit such as 30m, 4h, 2d, 8wh or 3wd."
    if values.get("answer_days", usual.answer_days) <= values.get("remind_days", usual.remind_days):
        yield "LINLI_ANSWER_DAYS should be more than LINLI_REMIND_DAYS."
    if not 0 < values.get("warn_half", usual.warn_half) < values.get("warn_most", usual.warn_most) < 100:
        yield "LINLI_WARN_HALF should be less than LINLI_WARN_MOST, and both between 1 and 99."
    if values.get("answer_days", usual.answer_days) >= values.get("reopen_days", usual.reopen_days):
        yield "LINLI_ANSWER_DAYS should be less than LINLI_REOPEN_DAYS, so that who is told that it closes may still object."
    hours = {name: values.get(name, getattr(usual, name)) for name in ("day_start", "day_end")}
    for name, hour in hours.items():
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", hour):
            yield f"LINLI_{name.upper()} should be a time such as 08:30."
    if hours["day_start"].zfill(5) >= hours["day_end"].zfill(5):
        yield "LINLI_DAY_START should be before LINLI_DAY_END."


def _size(name: str, value: float) -> str:
    """What is wrong with a number, "" if nothing."""
    least = 0 if name in _MAY_BE_ZERO else _LEAST.get(name, 1)
    most = _MOST.get(name.rpartition("_")[2], math.inf)
    if isinstance(value, float):
        return "" if 0 < value < math.inf else f"{PREFIX}{name.upper()} should be more than 0."
    if least <= value <= most:
        return ""
    return (
        f"{PREFIX}{name.upper()} should be {least} or more."
        if value < least
        else f"{PREFIX}{name.upper()} should be at most {most}."
    )
