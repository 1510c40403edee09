"""The command line: ``python -m bot run | migrate | seed | check | invite | staff | dismiss | …``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from bot.settings import Settings, SettingsError, load

COMMANDS = {
    "run": "receive, answer and send, until stopped",
    "migrate": "bring the database to the newest form",
    "seed": "load the areas (the sample's, unless LINLI_KNOWLEDGE_DIR says otherwise) into an empty database",
    "check": "show the effective settings and the state of database, data and channels",
    "invite": "make a one-time invitation for a member of staff",
    "staff": "list who is on duty: where, as what, and on which channels",
    "dismiss": "end somebody's duties and web sessions at once",
    "signin": "make a one-time web sign-in link for somebody on duty",
    "chat": "chat in this terminal",
    "ask": "say how a message would be understood",
    "backup": "write a consistent copy of the SQLite database and the pictures",
}


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = argparse.ArgumentParser(prog="python -m bot", description="Linli, the assistant of a residential community")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()}
    made["run"].add_argument("--welcome", action="store_true", help="print where to chat and a staff sign-in link")
    invite = made["invite"]
    invite.add_argument("role", help="grid_worker, grid_leader, community, street, department or admin")
    invite.add_argument("--area", required=True, metavar="CODE", help="area the role is for, such as S1-C1-G1")
    invite.add_argument("--department", default="", metavar="CODE", help="which department, for the role department")
    invite.add_argument("--json", action="store_true", help="print one JSON object")
    made["staff"].add_argument("--json", action="store_true", help="print one JSON list")
    made["dismiss"].add_argument("person", help="number or name, as `staff` lists them")
    made["dismiss"].add_argument("--role", default="", help="only the duties of this role")
    made["dismiss"].add_argument("--area", default="", metavar="CODE", help="only the duties in exactly this area")
    made["signin"].add_argument("person", help="number or name, as `staff` lists them")
    made["ask"].add_argument("text", nargs="?", help="the message; without it, one a line from standard input")
    made["ask"].add_argument("--json", action="store_true", help="print one JSON object a message")
    made["backup"].add_argument("folder", nargs="?", default="", help="where to; default: backups in the data folder")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 2 for wrong use, 1 for failure."""
    given = parser().parse_args(arguments)
    try:
        settings = load(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from bot import commands  # noqa: PLC0415 it loads everything, so only once the settings are known to be good

    try:
        return _command(given, settings)
    except BrokenPipeError:  # whoever read along, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except commands.FAILURES as error:
        print(commands.told(error), file=sys.stderr)
        return 1


def _command(given: argparse.Namespace, settings: Settings) -> int:
    from bot import commands, staff_commands  # noqa: PLC0415 see main

    match given.command:
        case "ask":
            return commands.ask(settings, given.text, as_json=given.json)
        case "run":
            return commands.run(settings, welcome=given.welcome)
        case "chat":
            return commands.chat(settings)
        case "invite":
            return asyncio.run(
                staff_commands.invite(settings, given.role, given.area, given.department, as_json=given.json)
            )
        case "staff":
            return asyncio.run(staff_commands.staff(settings, as_json=given.json))
        case "dismiss":
            return asyncio.run(staff_commands.sign_off(settings, given.person, given.role, given.area))
        case "signin":
            return asyncio.run(staff_commands.sign_in(settings, given.person))
        case "backup":
            return asyncio.run(commands.backup(settings, given.folder))
        case "check":
            return asyncio.run(commands.check(settings))
        case "seed":
            return asyncio.run(commands.prepare(settings, seeding=True))
    return asyncio.run(commands.prepare(settings, seeding=False))


if __name__ == "__main__":
    sys.exit(main())
