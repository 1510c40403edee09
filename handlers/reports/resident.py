"""The resident's side of a case: making it, following it, and the last word on whether it is solved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.casework import (
    Handed,
    beyond_limits,
    card,
    file_case,
    hand_on,
    kept_off,
    pass_voices,
    promised,
    show_to,
    standing,
    title_in,
    whose_turn,
)
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Choice, Reply, Say, choice, say
from handlers.topic import Answer
from handlers.workflow import DONE, UNDONE, can, step
from handlers.worktime import told
from knowledge.references import references
from storage.models import Case

RIVAL = 0.75
"""From this share of the best category's score on, the second best is asked about."""


def reference_in(text: str) -> str:
    """The number of a report (R…) or a proposal (P…) in somebody's words, or nothing."""
    return next(iter(references(text, "PR")), "")


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
    if found is not None and found.private and ctx.chat.channel in ctx.rules.private_channels:
        raise Refusal(
            "report.private_elsewhere",
            choice("menu.human", "human"),
            phone=ctx.rules.office_phone,
            emergency=ctx.rules.emergency_phone,
        )


async def open_case(ctx: Context, answers: dict[str, Any]) -> Case:
    """Open the case of a report, with what was said into the microphone."""
    refuse_private(ctx, str(answers.get("report_category", "")))
    category = ctx.catalogue.categories.get(str(answers.get("report_category", "")))
    known: dict[str, Any] = {"subject": "other", "title": answers["report_words"].split("\n")[0][:20]}
    if category is not None:
        known = {
            "subject": category.id,
            "title": category.label,
            "urgency": category.urgency,
            "suggested": category.department,
            "private": category.private,
        }
    if urgency := answers.get("report_urgency"):
        known["urgency"] = urgency
    photos = answers.get("report_photos") or []
    case = await file_case(
        ctx, kind="report", words=answers["report_words"], place=answers["report_place"], photos=photos, **known
    )
    await pass_voices(ctx, case, answers.get("voices", ()))
    return case


async def own(ctx: Context, ref: str, *, lock: bool = False, alone: bool = False) -> Case:
    """One of the speaker's cases, or one that theirs was joined to unless it must be theirs ``alone``.

    Anybody else's is as if it did not exist, a private one refused where it is kept off.
    """
    case = await ctx.unit.cases.find(ref[:12], lock=lock)
    if case is None:
        raise NotFound(ref[:12])
    if case.reporter_id != ctx.person.id and (alone or not await ctx.unit.cases.joined_by(case.id, ctx.person.id)):
        raise NotFound(ref[:12])
    if kept_off(ctx, case, ctx.chat):
        raise Refusal("case.own_elsewhere", choice("menu.human", "human"), ref=case.ref, phone=ctx.rules.office_phone)
    return case


def elsewhere(ctx: Context, case: Case) -> Reply:
    """What is said of somebody's own private case in a chat where nothing more may be."""
    return Reply((say("case.own_elsewhere", ref=case.ref, phone=ctx.rules.office_phone),))


async def tell_progress(ctx: Context, case: Case) -> Reply:
    """Where a report stands, in plain language, with what its owner can do about it."""
    if case.state == "joined" and (other := await ctx.unit.cases.get(case.joined_id or 0)) is not None:
        told_of = await tell_progress(ctx, other)
        return replace(told_of, lines=(say("join.into", mine=case.ref, ref=other.ref), *told_of.lines))
    history = await ctx.unit.cases.history(case.id)
    steps = tuple(say("progress.step", at=told(one.at), what=say(f"progress.did.{one.action}")) for one in history)
    words = next((one.note for one in reversed(history) if one.action == "finish"), "")
    lines = (say("progress.head", ref=case.ref, title=case.title, state=say(f"case.state.{case.state}")), *steps[-6:])
    if case.state in UNDONE:
        lines += (say("case.promise", due=told(case.due_at)),)
    elif words:
        lines += (say("progress.said", words=words),)
    return Reply(lines, _asks(case), card=True)


def _asks(case: Case) -> tuple[Choice, ...]:
    if can(case, "confirm"):
        return solved_choices(case)
    if case.state == "confirmed":
        return (choice("case.unsolved", f"case.unsolved:{case.ref}"),)
    if case.state == "withdrawn":
        return (choice("menu.report", "menu.report"),)
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
    if not can(case, "reopen"):
        raise Refusal("case.not_finished", ref=case.ref, state=say(f"case.state.{case.state}"))
    if verdict == "solved":
        if can(case, "confirm"):
            await step(ctx, case, "confirm")
        return Reply(
            (say("rate.ask", ref=case.ref),),
            tuple(choice(f"rate.{stars}", f"case.rate:{stars}:{case.ref}") for stars in range(1, 6)),
            question=True,
        )
    if case.state == "confirmed":
        return _sure(ctx, case)
    return await _reopen(ctx, case, verdict)


def _sure(ctx: Context, case: Case) -> Reply:
    """A button of long ago may be pressed by mistake: what was solved is opened again only on a second word."""
    why_not = closed_for_good(ctx, case)
    if why_not is not None:
        raise Refusal(why_not, *_instead(), ref=case.ref, days=ctx.rules.reopen_days)
    again = choice("case.reopen_yes", f"case.reopen:{case.ref}", "primary")
    return Reply((say("case.reopen_sure", ref=case.ref, title=case.title),), (again, choice("case.reopen_no", "menu")))


async def reopen_confirmed(ctx: Context, ref: str) -> Answer:
    """Open a report again that its owner had confirmed as solved."""
    case = await own(ctx, ref, lock=True)
    if case.state != "confirmed":
        raise Refusal("case.not_finished", ref=case.ref, state=say(f"case.state.{case.state}"))
    return await _reopen(ctx, case, "unsolved")


async def _reopen(ctx: Context, case: Case, verdict: str, words: str = "", photos: tuple[int, ...] = ()) -> Reply:
    """Back to whoever handled it, or beyond the limit up to the sub-district. The stars given before no longer count."""
    why_not = closed_for_good(ctx, case)
    if why_not is not None:
        raise Refusal(why_not, *_instead(), ref=case.ref, days=ctx.rules.reopen_days)
    stars, case.rating = case.rating, None
    case.reopened += 1
    case.outcome, case.due_at = "", promised(ctx, case.subject, case.urgency)
    await step(ctx, case, "reopen", verdict=verdict, stars=stars)
    shown = _added(case, words, photos) if words else await _back(ctx, case, verdict)
    handed = await _bring_back(ctx, case, shown)
    lines = (_reopened(ctx, case, handed), say("case.promise", due=told(case.due_at)), say("case.anything_to_add"))
    return Reply(lines, (choice("case.add", f"case.add:{case.ref}"),))


async def _back(ctx: Context, case: Case, verdict: str) -> Reply:
    """The card of a reopened case: what the resident said, and what had been done."""
    done = [event.note for event in await ctx.unit.cases.history(case.id) if event.action == "finish" and event.note]
    photos = tuple(one.id for one in await ctx.unit.media.of_case(case.id) if one.kind != "voice")
    before = (say("case.back.done", words=done[-1]),) if done else ()
    return card(case, photos, (say(f"case.back.{verdict}", ref=case.ref), *before))


def closed_for_good(ctx: Context, case: Case) -> str | None:
    """The sentence that says why a finished case cannot be opened again, None when it can."""
    if case.finished_at is not None and ctx.now - case.finished_at > timedelta(days=ctx.rules.reopen_days):
        return "case.too_late"
    return "case.too_often" if case.reopened > ctx.rules.reopen_times else None


def _instead() -> tuple[Choice, ...]:
    return choice("menu.report", "menu.report"), choice("menu.human", "human")


async def _bring_back(ctx: Context, case: Case, shown: Reply) -> Handed:
    """Show a case to who handled it, while they hold that office; otherwise to whose turn it is."""
    role = await standing(ctx, case.handler_id, case)
    chat = await ctx.unit.people.chat_of(case.handler_id) if role and case.handler_id is not None else None
    if not beyond_limits(ctx, case) and chat is not None and await show_to(ctx, chat, case, shown):
        return Handed(role, [chat])
    handed = await hand_on(ctx, case, shown=shown)
    if chat is not None and chat not in handed.chats:
        ctx.tell(chat, Reply((say("case.told.taken_up", ref=case.ref),)))
    return handed


def _reopened(ctx: Context, case: Case, handed: Handed) -> Say:
    """What happened to a reopened case, and no more than that."""
    if not beyond_limits(ctx, case):
        return say("case.reopened" if handed.chats else "case.reopened_queue", ref=case.ref)
    if handed.role in ("", "street"):
        return say("case.reopened_street" if handed.chats else "case.reopened_street_queue", ref=case.ref)
    return say("case.reopened_desk", ref=case.ref, who=say(f"case.desk.{handed.role}"))


async def rate(ctx: Context, ref: str, stars: str) -> Answer:
    """One to five stars for a case the resident confirmed; a later word replaces the first."""
    case = await own(ctx, ref, lock=True)
    if stars not in ("1", "2", "3", "4", "5") or not can(case, "rate"):
        raise Refusal("case.not_finished", ref=case.ref, state=say(f"case.state.{case.state}"))
    mine = None if case.reporter_id == ctx.person.id else await ctx.unit.cases.joined_by(case.id, ctx.person.id)
    (mine or case).rating = int(stars)
    await step(ctx, case, "rate", stars=int(stars))
    return Reply((say("rate.thanks", stars=stars),))


async def keep_phone(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Remember the resident's number."""
    ctx.person.phone = answers["phone"]
    return Reply((say("phone.kept"),))


async def supplement(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Words added to a case reach whoever handles it; those added to a finished one reopen it, like 没解决."""
    case, words = await own(ctx, str(answers["case"]), lock=True), str(answers.get("supplement") or "")
    photos = tuple(answers.get("supplement_photos") or ())
    if not words and not photos and not answers.get("voices"):
        return await tell_progress(ctx, case)
    words = words or ctx.shelf.texts.word("zh_Hans", "supplement.photos")
    event = await step(ctx, case, "add", words)
    for media in await ctx.unit.media.of(photos):
        if media.chat_id == ctx.chat.id:
            media.case_id, media.event_id = case.id, event.id
    told = await _supplemented(ctx, case, words, photos)
    await pass_voices(ctx, case, answers.get("voices", ()))
    return told


async def _supplemented(ctx: Context, case: Case, words: str, photos: tuple[int, ...]) -> Reply:
    kept = say("supplement.kept", ref=case.ref)
    if case.state not in DONE:
        await bring_to_handler(ctx, case, _added(case, words, photos))
        return Reply((kept,))
    if (why_not := closed_for_good(ctx, case)) is not None:
        await bring_to_handler(ctx, case, _added(case, words, photos))
        return Reply((kept, say(why_not, ref=case.ref, days=ctx.rules.reopen_days)), _instead())
    reopened = await _reopen(ctx, case, "added", words, photos)
    return Reply((kept, *reopened.lines), reopened.choices)


async def no_longer_needed(ctx: Context, case: Case, words: str) -> Reply:
    """不用来了: the words are kept with the case, and whoever handles it hears them; it stays open until they finish it."""
    await step(ctx, case, "add", words)
    told = await bring_to_handler(ctx, case, _added(case, words, ()))
    return Reply(
        (say("case.enough_told" if told else "case.enough_kept", ref=case.ref),),
        (choice("case.see", f"case.see:{case.ref}"),),
    )


async def withdraw(ctx: Context, case: Case, words: str) -> Reply:
    """撤销, before anybody took it on: it ends here, and those who were shown it hear so."""
    shown = (await whose_turn(ctx, case)).chats
    case.finished_at = ctx.now
    await step(ctx, case, "withdraw", words)
    for chat in shown:
        ctx.tell(chat, Reply((say("case.told.withdrawn", ref=case.ref, title=title_in(ctx, case, chat)),)))
    return Reply((say("case.withdrawn", ref=case.ref),), (choice("menu.report", "menu.report"),))


async def bring_to_handler(ctx: Context, case: Case, shown: Reply) -> bool:
    """Show it to who works on the case, else to whose turn it is; False when nobody can be reached."""
    working = await standing(ctx, case.handler_id, case)
    chat = await ctx.unit.people.chat_of(case.handler_id) if working and case.handler_id is not None else None
    if chat is not None and await show_to(ctx, chat, case, shown):
        return True
    return bool((await hand_on(ctx, case, shown=shown)).chats)


def _added(case: Case, words: str, photos: tuple[int, ...]) -> Reply:
    """The card of a case under what its reporter said since."""
    return card(case, photos, (say("supplement.came", ref=case.ref, words=words),))
