"""The resident's side of a case: making it, following it, and the last word on whether it is solved."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from handlers.casework import card, file_case, filed, hand_on, record
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Choice, Reply, choice, say
from handlers.topic import Answer
from handlers.worktime import told
from storage.models import Case
from storage.repositories.base import ALPHABET

RIVAL = 0.75
"""From this share of the best category's score on, the second best is asked about."""
_REFERENCE = re.compile(rf"(?<![A-Z0-9])[PR](?=[A-Z]*[2-9])[{ALPHABET}]{{4,8}}(?![A-Z0-9])")


def reference_in(text: str) -> str:
    """The number of a report (R…) or a proposal (P…) in somebody's words, or nothing."""
    found = _REFERENCE.search(text.upper())
    return found[0] if found else ""


def sure_category(ctx: Context, words: str) -> str:
    """The category when the words leave no doubt, else an empty string: 漏水 alone may be the roof or the flat above."""
    meant = ctx.shelf.understander.understand(words)
    rival = max((one.score for one in meant.alternatives if one.intent == "report"), default=0.0)
    clear = meant.intent == "report" and meant.sure and rival < RIVAL * meant.score
    return meant.entry_id or "" if clear else ""


def likely_categories(ctx: Context, words: str) -> list[tuple[str, str]]:
    """(id, name) of the categories the words may mean, likeliest first."""
    meant = ctx.shelf.understander.understand(words)
    found = [(meant.intent, meant.entry_id, meant.entry_name)] + [
        (one.intent, one.entry_id, one.entry_name) for one in meant.alternatives
    ]
    return [(entry, str(name)) for kind, entry, name in found if kind == "report" and entry]


async def refuse_if_too_many(ctx: Context) -> None:
    """Refuse when the resident has as many open reports as rules.open_reports allows."""
    if await ctx.unit.cases.open_of_person(ctx.person.id) >= ctx.rules.open_reports:
        raise Refusal(
            "report.too_many",
            choice("menu.progress", "menu.progress"),
            choice("menu.human", "human"),
            count=ctx.rules.open_reports,
        )


def refuse_private(ctx: Context, category: str) -> None:
    """Refuse a private matter on a channel the city keeps such matters off (rules.private_off)."""
    found = ctx.catalogue.categories.get(category)
    if found is not None and found.private and ctx.chat.channel in ctx.rules.private_off.split(","):
        raise Refusal(
            "report.private_elsewhere",
            choice("menu.human", "human"),
            phone=ctx.rules.office_phone,
            emergency=ctx.rules.emergency_phone,
        )


async def submit(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Open the case and give the number and the promised time."""
    await refuse_if_too_many(ctx)
    refuse_private(ctx, str(answers.get("report_category", "")))
    category = ctx.catalogue.categories.get(str(answers.get("report_category", "")))
    known: dict[str, Any] = {"subject": "other", "title": answers["report_words"][:20]}
    if category is not None:
        known = {
            "subject": category.id,
            "title": category.label,
            "urgency": category.urgency,
            "department": category.department,
            "private": category.private,
            "limit": category.limit,
        }
    if urgency := answers.get("report_urgency"):
        known["urgency"] = urgency
    photos = answers.get("report_photos") or []
    case = await file_case(
        ctx, kind="report", words=answers["report_words"], place=answers["report_place"], photos=photos, **known
    )
    return filed(ctx, case)


async def own(ctx: Context, ref: str, *, lock: bool = False) -> Case:
    """One of the speaker's cases; anybody else's is as if it did not exist."""
    case = await ctx.unit.cases.find(ref[:12], lock=lock)
    if case is None or case.reporter_id != ctx.person.id:
        raise NotFound(ref[:12])
    return case


async def tell_progress(ctx: Context, case: Case) -> Reply:
    """Where a report stands, in plain language, with what its owner can do about it."""
    steps = tuple(
        say("progress.step", at=told(event.at), what=say(f"progress.did.{event.action}"))
        for event in await ctx.unit.cases.history(case.id)
    )
    words = next(
        (event.note for event in reversed(await ctx.unit.cases.history(case.id)) if event.action == "finish"), ""
    )
    lines = (say("progress.head", ref=case.ref, title=case.title, state=say(f"case.state.{case.state}")), *steps[-6:])
    if case.state not in ("finished", "confirmed"):
        lines += (say("case.promise", due=told(case.due_at)),)
    elif words:
        lines += (say("progress.said", words=words),)
    return Reply(lines, _asks(case), card=True)


def _asks(case: Case) -> tuple[Choice, ...]:
    if case.state == "finished":
        return solved_choices(case)
    if case.state == "confirmed":
        return (choice("case.unsolved", f"case.unsolved:{case.ref}"),)
    return (choice("case.add", f"case.add:{case.ref}"), choice("menu.human", "human"))


def solved_choices(case: Case) -> tuple[Choice, ...]:
    """解决了 / 部分 / 没解决."""
    return tuple(
        choice(f"case.{one}", f"case.{one}:{case.ref}", style)
        for one, style in (("solved", "primary"), ("partly", ""), ("unsolved", ""))
    )


async def confirm(ctx: Context, ref: str, verdict: str) -> Answer:
    """The resident's word on a finished case; anything but 解决了 reopens it."""
    case = await own(ctx, ref, lock=True)
    if case.state not in ("finished", "confirmed"):
        raise Refusal("case.not_finished", ref=case.ref, state=say(f"case.state.{case.state}"))
    if verdict == "solved":
        if case.state == "finished":
            case.state = "confirmed"
            await record(ctx, case, "confirm")
        return Reply(
            (say("rate.ask", ref=case.ref),),
            tuple(choice(f"rate.{stars}", f"case.rate:{stars}:{case.ref}") for stars in range(1, 6)),
        )
    return await _reopen(ctx, case, verdict)


async def _reopen(ctx: Context, case: Case, verdict: str) -> Answer:
    if case.finished_at is not None and ctx.now - case.finished_at > timedelta(days=ctx.rules.reopen_days):
        raise Refusal(
            "case.too_late",
            choice("menu.report", "menu.report"),
            choice("menu.human", "human"),
            days=ctx.rules.reopen_days,
        )
    case.reopened += 1
    case.state, case.outcome = "reopened", ""
    await record(ctx, case, "reopen", verdict=verdict)
    exhausted = case.reopened > ctx.rules.reopen_times
    await hand_on(ctx, case, above=("grid_worker", "grid_leader", "community") if exhausted else ())
    return Reply(
        (say("case.reopened_street" if exhausted else "case.reopened", ref=case.ref),),
        (choice("case.add", f"case.add:{case.ref}"),),
    )


async def rate(ctx: Context, ref: str, stars: str) -> Answer:
    """One to five stars for a case the resident confirmed; a later word replaces the first."""
    case = await own(ctx, ref, lock=True)
    if stars not in ("1", "2", "3", "4", "5") or case.state != "confirmed":
        raise Refusal("case.not_finished", ref=case.ref, state=say(f"case.state.{case.state}"))
    case.rating = int(stars)
    await record(ctx, case, "rate", stars=int(stars))
    return Reply((say("rate.thanks"),))


async def keep_phone(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Remember the resident's number."""
    ctx.person.phone = answers["phone"]
    return Reply((say("phone.kept"),))


async def supplement(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Words added to a case reach whoever handles it."""
    case = await own(ctx, str(answers["case"]), lock=True)
    await record(ctx, case, "add", answers["supplement"])
    told_one = case.handler_id is not None and await ctx.tell_person(
        case.handler_id, _added(case, answers["supplement"])
    )
    if not told_one:
        await hand_on(ctx, case)
    return Reply((say("supplement.kept", ref=case.ref),))


def _added(case: Case, words: str) -> Reply:
    shown = card(case)
    return Reply((say("supplement.came", ref=case.ref, words=words), *shown.lines), shown.choices, card=True)
