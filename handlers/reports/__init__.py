"""Reports (报事): from a resident's words to a case that ends only when the resident says so (domain.md §3)."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Choice, Incoming, Kind, Reply, choice, say
from handlers.reports import forms, resident, staff
from handlers.topic import Answer, Topic, argument, command, intent, kind, phrase, press
from knowledge.understanding import Understanding
from storage.models import Case

topic = Topic("reports", forms=[forms.REPORT, forms.FINISH, forms.RETURN, forms.PHONE, forms.SUPPLEMENT])


@topic.on(command("report"), phrase("report.words"), press("menu.report"))
async def begin(ctx: Context, said: Incoming) -> Answer:
    """Start a report, unless the resident already has as many open as may be."""
    await resident.refuse_if_too_many(ctx)
    return await ctx.start(forms.REPORT, **_kept_photos(ctx))


@topic.on(intent("report"))
async def begin_with_words(ctx: Context, said: Incoming) -> Answer:
    """The words came first: ask only for what they leave open."""
    await resident.refuse_if_too_many(ctx)
    resident.refuse_private(ctx, resident.sure_category(ctx, said.text))
    photos = [one.media_id for one in said.attachments if one.media_id is not None]
    return await ctx.start(
        forms.REPORT, report_words=said.text, **({"report_photos": photos} if photos else _kept_photos(ctx))
    )


@topic.on(press("report.as"))
async def begin_as(ctx: Context, said: Incoming) -> Answer:
    """'Did you mean' answered with a category: go on with the words said before."""
    await resident.refuse_if_too_many(ctx)
    category = argument(said)
    if category not in ctx.catalogue.categories:
        raise NotFound(category[:12])
    words = str(ctx.chat.preset.get("words", ""))
    known = {"report_words": words} if words else {}
    return await ctx.start(forms.REPORT, **known, report_category=category)


@topic.on(intent("emergency"))
async def emergency(ctx: Context, said: Incoming) -> Answer:
    """Life first: whom to call. The bot never claims to have called; it offers to tell the grid worker as well."""
    ctx.chat.preset = {**ctx.chat.preset, "words": said.text}
    found: Understanding = ctx.shelf.understander.understand(said.text)
    danger = found.emergency
    phone, name = (danger.phone, danger.name) if danger else (ctx.rules.emergency_phone, "")
    return Reply(
        (say("emergency.first", name=name, phone=phone), say("emergency.then")),
        (choice("emergency.tell", "emergency.tell", "danger"), choice("menu.human", "human")),
        card=True,
    )


@topic.on(press("emergency.tell"))
async def tell_grid(ctx: Context, said: Incoming) -> Answer:
    """Report the emergency to the grid as well, above all queues."""
    words = str(ctx.chat.preset.get("words", ""))
    return await ctx.start(
        forms.REPORT, **({"report_words": words} if words else {}), report_category="", report_urgency="critical"
    )


@topic.on(command("progress"), phrase("progress.words"), press("menu.progress"), intent("progress"))
async def progress(ctx: Context, said: Incoming) -> Answer:
    """How my reports stand; a number in the words shows that one."""
    ref = resident.reference_in(said.text)
    if ref.startswith("R"):
        return await resident.tell_progress(ctx, await resident.own(ctx, ref))
    status = ctx.shelf.registry.find("press", "proposal.status")
    if ref and status is not None:
        return await status(ctx, replace(said, press=f"proposal.status:{ref}"))
    cases = await ctx.unit.cases.of_person(ctx.person.id)
    if not cases:
        return Reply((say("progress.none"),), (choice("menu.report", "menu.report"),))
    return Reply((say("progress.pick"),), tuple(_line(case) for case in cases))


@topic.on(press("case.see"))
async def see(ctx: Context, said: Incoming) -> Answer:
    """One of my reports in plain language."""
    return await resident.tell_progress(ctx, await resident.own(ctx, argument(said)))


@topic.on(press("case.phone"))
async def leave_phone(ctx: Context, said: Incoming) -> Answer:
    """Leave a number to be called back."""
    await resident.own(ctx, argument(said))
    return await ctx.start(forms.PHONE)


@topic.on(press("case.add"))
async def add_words(ctx: Context, said: Incoming) -> Answer:
    """Add words to one of my reports."""
    case = await resident.own(ctx, argument(said))
    return await ctx.start(forms.SUPPLEMENT, case=case.ref)


@topic.on(press("case.solved"), press("case.partly"), press("case.unsolved"))
async def confirm(ctx: Context, said: Incoming) -> Answer:
    """解决了吗: only the resident can say so."""
    return await resident.confirm(ctx, argument(said), said.press.partition(":")[0].removeprefix("case."))


@topic.on(press("case.rate"))
async def rate(ctx: Context, said: Incoming) -> Answer:
    """One to five stars."""
    stars, _, ref = argument(said).partition(":")
    return await resident.rate(ctx, ref, stars)


@topic.on(command("cases", roles=staff.STAFF), press("cases"))
async def list_cases(ctx: Context, said: Incoming) -> Answer:
    """Staff: what is open in my area, the earliest promise first."""
    return await staff.open_cases(ctx)


@topic.on(press("case.card"))
async def show_card(ctx: Context, said: Incoming) -> Answer:
    """Staff: one case with its buttons and pictures."""
    return await staff.show(ctx, argument(said))


@topic.on(press("case.accept"))
async def accept(ctx: Context, said: Incoming) -> Answer:
    """受理."""
    return await staff.accept(ctx, argument(said))


@topic.on(press("case.return"))
async def send_back(ctx: Context, said: Incoming) -> Answer:
    """退回: a reason is asked for first."""
    case = await staff.workable(ctx, argument(said), "case.return")
    return await ctx.start(forms.RETURN, case=case.ref)


@topic.on(press("case.human"))
async def to_human(ctx: Context, said: Incoming) -> Answer:
    """转人工: the community takes it from here."""
    return await staff.escalate(ctx, argument(said))


@topic.on(press("case.finish"))
async def finish(ctx: Context, said: Incoming) -> Answer:
    """办结: what was done, with a picture where the thing can be seen."""
    case = await staff.workable(ctx, argument(said), "case.finish")
    if case.state != "accepted":
        raise Refusal("case.accept_first", ref=case.ref)
    return await ctx.start(forms.FINISH, case=case.ref)


@topic.on(kind(Kind.PHOTO))
async def bare_photo(ctx: Context, said: Incoming) -> Answer:
    """A picture without words: keep it and ask what it is about."""
    refused = [one.problem for one in said.attachments if one.problem]
    kept = [one.media_id for one in said.attachments if one.media_id is not None]
    if refused and not kept:
        return Reply((say(refused[0]),))
    ctx.chat.preset = {**ctx.chat.preset, "photos": kept}
    return Reply((say("photo.what_for"),), (choice("menu.report", "menu.report"), choice("menu.human", "human")))


def _kept_photos(ctx: Context) -> dict[str, list[int]]:
    kept = ctx.chat.preset.get("photos", [])
    ctx.chat.preset = {key: value for key, value in ctx.chat.preset.items() if key != "photos"}
    return {"report_photos": kept} if kept else {}


def _line(case: Case) -> Choice:
    return choice(
        "progress.line", f"case.see:{case.ref}", ref=case.ref, title=case.title, state=say(f"case.state.{case.state}")
    )
