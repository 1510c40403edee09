"""The commands about staff: invite, list, dismiss, sign in again. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from bot.app import App
from bot.invites import Invited, InviteError, make_invite, make_link
from bot.settings import Settings
from bot.staff import OnDuty, StaffError, dismiss, find, on_duty
from storage.engine import Database
from storage.migrate import migrate


async def invite(settings: Settings, role: str, area: str, department: str, *, as_json: bool) -> int:
    """Print a one-time invitation."""
    database = Database(settings.database)
    try:
        await migrate(database)
        invited = await make_invite(database, settings, datetime.now(UTC), role, area, department)
    except InviteError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        await database.close()
    print(orjson.dumps(invited.as_dict()).decode() if as_json else _told(invited))
    return 0


async def staff(settings: Settings, *, as_json: bool) -> int:
    """Print who is on duty."""
    database = Database(settings.database)
    try:
        async with database.reading() as unit:
            found = await on_duty(unit)
    finally:
        await database.close()
    if as_json:
        print(orjson.dumps([one.as_dict() for one in found]).decode())
    else:
        print("\n".join(_line(one) for one in found) or "nobody is on duty")
    return 0


def _line(one: OnDuty) -> str:
    office = f"{one.role} {one.department}".strip()
    channels = ", ".join(one.channels) or "never seen"
    return (
        f"{one.person:>6}  {one.name or '-'}  {office}  {one.area} {one.area_name}  {channels}  since {one.since[:10]}"
    )


async def sign_off(settings: Settings, who: str, role: str, area: str) -> int:
    """End somebody's duties."""
    app = App(replace(settings, telegram_token=""))
    try:
        await app.start()
        name, ended = await dismiss(app.database, app.shelf, app.limits, app.clock.now(), who, role, area)
    except StaffError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        await app.close()
    for duty in ended:
        print(f"ended: {duty.role} {duty.area_code} of {name} ({duty.person_id})")
    return 0


async def sign_in(settings: Settings, who: str) -> int:
    """Print a web sign-in link for somebody on duty."""
    database = Database(settings.database)
    try:
        async with database.writing() as unit:
            person = await find(unit, who)
            issued = await make_link(unit, settings, datetime.now(UTC), person)
    except StaffError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        await database.close()
    print(issued.web(settings.base_url))
    print(
        f"For {person.name or person.id} alone, to open in a browser within {settings.rules.link_minutes} minutes. It works once;"
        " when it was used or is too old, run this command again for a new one.",
        file=sys.stderr,
    )
    return 0


def _told(invited: Invited) -> str:
    return (
        f"In Telegram, send:   {invited.start}\n"
        f"or open:             {invited.telegram_link or '(no bot name known yet: set LINLI_TELEGRAM_TOKEN)'}\n"
        f"On the web, open:    {invited.web_link}"
    )
