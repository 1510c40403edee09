"""The pages of docs/ that are made from code: ``python -m tests.docs.tables`` writes them, tests compare them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.settings import PREFIX, Settings, table
from handlers.permissions import ACTIONS, ROLES
from handlers.rules import Rules

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MADE = "<!-- Made from the code by `.venv/bin/python -m tests.docs.tables`; do not edit. -->"

_SETTINGS = """# Settings

{made}

Everything is set through environment variables; there is no settings file. An unknown `LINLI_` name stops the start and
names the likeliest right one; an empty value means the default. `python -m bot check` prints the values in force, secrets
hidden, with the state of database, data and channels.

## Running

{settings}

## The city's numbers

Numbers differ from city to city; these are the defaults. `domain.md §n` means that section of [domain.md](domain.md).

{rules}
"""

_PERMISSIONS = """# Who may do what

{made}

A role is held in an area (`python -m bot invite ROLE --area CODE`) and counts there and in everything below it in the tree:
sub-district → community → grid → building. A department sees only the cases that name it. The check is made by the action
itself (`handlers/permissions.py`), so a forged or forwarded button gains nothing; a refused attempt is written into the audit
trail. What residents may do with their own reports, proposals and data needs no role and is not listed.

An administrator invites in chat (`/invite role area`), within their own area and for every other role. Administrators are
invited with `python -m bot invite admin` by whoever can run commands on the server; `python -m bot dismiss` ends duties.

{table}
"""


def settings_page() -> str:
    """docs/settings.md."""
    return _SETTINGS.format(made=MADE, settings=_settings(Settings), rules=_settings(Rules))


def permissions_page() -> str:
    """docs/permissions.md."""
    head = ["| action | " + " | ".join(f"`{role}`" for role in ROLES) + " |", "|---" * (len(ROLES) + 1) + "|"]
    rows = [
        f"| `{action}` | " + " | ".join("yes" if role in roles else "–" for role in ROLES) + " |"
        for action, roles in ACTIONS.items()
    ]
    return _PERMISSIONS.format(made=MADE, table="\n".join(head + rows))


PAGES: dict[str, Callable[[], str]] = {"settings.md": settings_page, "permissions.md": permissions_page}


def _settings(owner: type) -> str:
    rows = ["| name | default | what it sets |", "|---|---|---|"]
    for one, of in table():
        if of is owner:
            secret = " Secret: `check` does not show it." if one.metadata.get("secret") else ""
            rows.append(f"| `{PREFIX}{one.name.upper()}` | {_default(one.default)} | {one.metadata['doc']}.{secret} |")
    return "\n".join(rows)


def _default(value: object) -> str:
    if value == "":
        return "(empty)"
    return f"`{int(value)}`" if isinstance(value, bool) else f"`{value}`"


if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), "utf-8")
