"""Reports (报事): from a resident's words to a case that ends only when the resident says so (domain.md §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from handlers import kept
from handlers.casework import kept_off, title_in
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.form import Read
from handlers.kept import Asked
from handlers.messages import Choice, Incoming, Kind, Reply, choice, say
from handlers.pictures import pictures, refusals
from handlers.reports import adding, emergency, enough, forms, joining, resident, spoken, staff, urgent, verdict
from handlers.reports.outcome import CLOSING
from handlers.topic import Answer, Topic, among, answer, argument, command, intent, kind, opening, phrase, press
from handlers.workflow import can, refuse_unless
from storage.models import Case, Proposal

PROPOSALS: Final = 3
"""Of one's own proposals, so many are listed, the newest first."""

topic = Topic("reports", forms=[forms.REPORT, forms.FINISH, forms.RETURN, forms.PHONE, forms.SUPPLEMENT, urgent.TELL])


@topic.on(command("report"), phrase("report.words"), press("menu.report"), press("report.begin"))
async def begin(ctx: Context, said: Incoming) -> Answer:
    """Start a report, unless the resident already has as many open as may be."""
    await resident.refuse_if_too_many(ctx)
    return await _start(ctx, Asked())


@topic.on(intent("report"))
async def begin_with_words(ctx: Context, said: Incoming) -> Answer:
    """The words came first: ask only for what they leave open."""
    await resident.refuse_if_too_many(ctx)
    resident.refuse_private(ctx, resident.sure_category(ctx, said.text))
    begun = await _start(ctx, Asked(said.text, tuple(pictures(said))))
    return _with_refusals(said, begun)


@topic.on(press("case.another"))
async def begin_another(ctx: Context, said: Incoming) -> Answer:
    """Not the finished report, but a new one: go on with the words that were asked about."""
    await resident.refuse_if_too_many(ctx)
    return await _start(ctx, kept.recall(ctx, argument(said)))


@topic.on(press("report.as"))
async def begin_as(ctx: Context, said: Incoming) -> Answer:
    """'Did you mean' answered with a category (or with none): go on with the words the question was about."""
    await resident.refuse_if_too_many(ctx)
    category, _, question = argument(said).partition(":")
    asked = kept.recall(ctx, question)
    if not category:
        return await _start(ctx, asked)
    if category not in ctx.catalogue.categories:
        raise NotFound(category[:12])
    resident.refuse_private(ctx, category)
    name = ctx.catalogue.categories[category].name
    words = asked.words if name in asked.words else "：".join(filter(None, (name, asked.words)))
    if not asked.photos and ctx.shelf.understander.danger(name):  # a danger to life, of which the words did not tell
        return await emergency.told(ctx, replace(said, kind=Kind.TEXT, text=words))
    return await _start(ctx, asked, report_category=category)


topic.on(intent("emergency"))(emergency.told)
topic.on(intent("emergency.stay"))(emergency.beside_despair)
topic.on(answer("emergency.tell"), answer("emergency.tell_private"))(emergency.asked_by_name)
topic.on(press("emergency.tell"))(emergency.tell)
topic.on(intent("emergency.more"))(emergency.beside_offer)


@topic.on(command("progress"), phrase("progress.words"), press("menu.progress"), intent("progress"))
async def progress(ctx: Context, said: Incoming) -> Answer:
    """How my reports and proposals stand; a number in the words shows that one."""
    ref = resident.reference_in(said.text)
    if ref.startswith("R"):
        case = await ctx.unit.cases.find(ref)
        if ctx.person.staff and case is not None and case.reporter_id != ctx.person.id:
            return await staff.show(ctx, ref)
        mine = await resident.own(ctx, ref)
        return await adding.added_to(ctx, mine, said.text) or await resident.tell_progress(ctx, mine)
    status = ctx.shelf.registry.find("press", "proposal.status")
    if ref and status is not None:
        return await status(ctx, replace(said, press=f"proposal.status:{ref}"))
    cases = await ctx.unit.cases.of_person(ctx.person.id)
    proposals = [one for one in await ctx.unit.proposals.by_author(ctx.person.id) if one.state != "withdrawn"]
    if not cases and not proposals:
        return Reply((say("progress.none"),), (choice("menu.report", "menu.report"),))
    if len(cases) == 1 and not proposals and not kept_off(ctx, cases[0], ctx.chat):
        return await resident.tell_progress(ctx, await resident.own(ctx, cases[0].ref))
    question = "progress.pick_both" if cases and proposals else "progress.pick" if cases else "progress.pick_proposal"
    newest = proposals[: -PROPOSALS - 1 : -1]
    return Reply((say(question),), (*(_line(ctx, case) for case in cases), *map(_proposed, newest)))


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
    """Add words to one of my reports: those said to 要补充什么吗 (None when they are something else), or else ask for them."""
    case = await resident.own(ctx, argument(said))
    refuse_unless(case, "add")
    if said.text:
        return await adding.invited(ctx, case, said.text)
    return await ctx.start(forms.SUPPLEMENT, case=case.ref)


@topic.on(press("case.solved"), press("case.partly"), press("case.unsolved"))
async def confirm(ctx: Context, said: Incoming) -> Answer:
    """解决了吗: only the resident can say so."""
    return await resident.confirm(ctx, argument(said), said.press.partition(":")[0].removeprefix("case."))


@topic.on(press("case.join"))
async def join(ctx: Context, said: Incoming) -> Answer:
    """是同一件事, under the receipt of a report."""
    mine, _, ref = argument(said).partition(":")
    return await joining.join(ctx, mine, ref)


@topic.on(press("case.apart"))
async def apart(ctx: Context, said: Incoming) -> Answer:
    """不是, under the receipt of a report."""
    return await joining.apart(ctx, argument(said))


@topic.on(press("case.reopen"))
async def reopen(ctx: Context, said: Incoming) -> Answer:
    """确认重新打开, for a report that was confirmed as solved before."""
    return await resident.reopen_confirmed(ctx, argument(said))


@topic.on(press("case.rate"))
async def rate(ctx: Context, said: Incoming) -> Answer:
    """One to five stars."""
    stars, _, ref = argument(said).partition(":")
    return await resident.rate(ctx, ref, stars)


@topic.on(command("cases", roles=staff.STAFF), press("cases"))
async def list_cases(ctx: Context, said: Incoming) -> Answer:
    """Staff: what is open in my area, the earliest promise first, and its next pages."""
    return await staff.open_cases(ctx, argument(said))


@topic.on(answer("case.list_words"))
async def list_cases_said(ctx: Context, said: Incoming) -> Answer:
    """今天有什么要办的, of those who have cases to work on; None for everybody else."""
    return await staff.open_cases(ctx) if await ctx.may("case.list") else None


@topic.on(press("case.card"))
async def show_card(ctx: Context, said: Incoming) -> Answer:
    """Staff: one case with its buttons and pictures."""
    return await staff.show(ctx, argument(said))


@topic.on(press("case.accept"))
async def accept(ctx: Context, said: Incoming) -> Answer:
    """受理."""
    return await staff.accept(ctx, argument(said).partition(":")[0])


@topic.on(opening("case.accept_words"), phrase("case.accept_words"))
async def accept_said(ctx: Context, said: Incoming) -> Answer:
    """受理 typed, with or without a number; None for whoever may not: they mean something else."""
    return await spoken.case_meant(ctx, "accept", said, lambda ref, _: staff.accept(ctx, ref))


@topic.on(press("case.return"))
async def send_back(ctx: Context, said: Incoming) -> Answer:
    """退回: a reason is asked for first; it may have been said already."""
    ref, _, question = argument(said).partition(":")
    return await _return(ctx, ref, spoken.parted(ctx, "return", kept.recall(ctx, question).words)[1])


@topic.on(opening("case.return_words"), phrase("case.return_words"))
async def send_back_said(ctx: Context, said: Incoming) -> Answer:
    """退回 typed, with or without a number and why; None for whoever may not: they mean something else."""
    return await spoken.case_meant(ctx, "return", said, lambda ref, words: _return(ctx, ref, words))


@topic.on(press("case.human"))
async def to_human(ctx: Context, said: Incoming) -> Answer:
    """转人工: the community takes it from here."""
    return await staff.escalate(ctx, argument(said))


@topic.on(press("case.finish"))
async def finish(ctx: Context, said: Incoming) -> Answer:
    """办结: what was done, with a picture where the thing can be seen; some of it may have been said already."""
    ref, _, question = argument(said).partition(":")
    asked = kept.recall(ctx, question)
    return await _finish(ctx, ref, replace(said, text=asked.words), asked.photos)


@topic.on(opening("case.finish_words"), phrase("case.finish_words"))
async def finish_said(ctx: Context, said: Incoming) -> Answer:
    """办结 typed, with or without a number and what was done; None for whoever may not: they mean something else."""
    return await spoken.case_meant(ctx, "finish", said, _finishing(ctx, said))


@topic.on(opening("case.done_words"), answer("case.done_words"))
async def done_said(ctx: Context, said: Incoming) -> Answer:
    """修好了 of who has a case in hand begins 办结; None for everybody else: they mean something else."""
    return await spoken.done(ctx, said, _finishing(ctx, said))


@topic.on(opening("case.there_words"), answer("case.there_words"))
async def there_said(ctx: Context, said: Incoming) -> Answer:
    """我到现场了 of who has a case in hand: its card, with what can be done now."""
    return await spoken.there(ctx, said)


topic.on(*(answer(key) for keys in verdict.KEYS.values() for key in keys))(verdict.said_alone)
topic.on(press("case.still"))(verdict.still)
topic.on(among("words.still"))(verdict.about_finished)
topic.on(intent("case.verdict"))(verdict.beside)
topic.on(intent("case.remark"))(adding.remark)
topic.on(press("case.remark"))(adding.remarked)
topic.on(answer("case.unseen_words"), answer("case.vague_words"))(verdict.unclear)
topic.on(answer("case.place_words"), opening("case.place_words"))(adding.to_place)

# behind what staff say of a case in hand, since 已经修好了 may be either
topic.on(among("case.enough_words"))(enough.said_among)
topic.on(answer("case.withdraw_words"))(enough.withdrawn)
topic.on(opening("case.withdraw_words"), opening("case.cancel_words"))(enough.withdrawn_by_number)
topic.on(press("case.enough"))(enough.chosen)


@topic.on(kind(Kind.PHOTO))
async def bare_photo(ctx: Context, said: Incoming) -> Answer:
    """Pictures without words: keep them for a while, beside those sent just before, and ask what they are about."""
    count, told = kept.add_photos(ctx, said)
    if not pictures(said):
        return Reply(told)
    many = (say("photo.together", count=count),) if count > 1 else ()
    return Reply(
        (*told, say("photo.what_for"), *many), (choice("menu.report", "report.begin"), choice("menu.human", "human"))
    )


def _finishing(ctx: Context, said: Incoming) -> Callable[[str, str], Awaitable[Answer]]:
    """Begins the closing form of the case that is meant."""

    async def begun(ref: str, _: str) -> Answer:
        return _with_refusals(said, await _finish(ctx, ref, said, tuple(pictures(said))))

    return begun


async def _return(ctx: Context, ref: str, words: str) -> Answer:
    """The form that sends a case back, with the reason that came already."""
    case = await staff.workable(ctx, ref, "case.return")
    refuse_unless(case, "return")
    reason = next((one for one in forms.RETURN_REASONS if ctx.shelf.texts.hears(f"return.{one}", words)), "")
    known = {"return_reason": reason} if reason else {"return_words": words} if words else {}
    return await ctx.start(forms.RETURN, case=case.ref, **known)


async def _finish(ctx: Context, ref: str, said: Incoming, photos: tuple[int, ...]) -> Answer:
    """The closing form of a case, with the words and pictures that came already, and the outcome where they tell it."""
    case = await staff.workable(ctx, ref, "case.finish")
    if can(case, "accept"):
        raise Refusal("case.accept_first", choice("case.do.accept", f"case.accept:{case.ref}", "primary"), ref=case.ref)
    refuse_unless(case, "finish")
    read = await CLOSING.read(ctx, replace(said, text=spoken.parted(ctx, "finish", said.text)[1]), {})
    known: dict[str, object] = {"finish_words": read.value} if isinstance(read, Read) else {}
    outcome = spoken.outcome(ctx, said.text)
    if outcome and not photos:  # with everything known nothing would be asked before it is finished
        known["outcome"] = outcome
    if photos:
        known["finish_photos"] = list(photos[: ctx.rules.photos_per_report])
    begun = await ctx.start(forms.FINISH, case=case.ref, **known)
    if outcome and "finish_words" not in known and isinstance(begun, Reply):
        return replace(begun, lines=(say("finish.about_case", ref=case.ref, title=case.title), *begun.lines))
    return begun


def _with_refusals(said: Incoming, begun: Answer) -> Answer:
    """A form's first question, after what has to be said about pictures that could not be taken."""
    told = refusals(said)
    return [Reply(told), begun] if told and isinstance(begun, Reply) else begun


async def _start(ctx: Context, asked: Asked, **known: object) -> Answer:
    """The form with what was said already, with the pictures that wait for it, and with the place that was told just before."""
    photos = [*kept.take_photos(ctx), *asked.photos][: ctx.rules.photos_per_report]
    words = {"report_words": asked.words} if asked.words else {}
    here = kept.here(ctx)
    at_building = here is not None and ctx.catalogue.areas[here["area"]].kind == "building"
    place = {"report_place": {**here, **forms.KEPT}} if here and at_building else {}
    return await ctx.start(forms.REPORT, **place, **words, **({"report_photos": photos} if photos else {}), **known)


def _proposed(proposal: Proposal) -> Choice:
    """A proposal of the speaker's own, in a line."""
    title, state = proposal.what[:20] or say("proposals.gone"), say(f"progress.proposal.{proposal.state}")
    return choice("progress.line", f"proposal.status:{proposal.ref}", ref=proposal.ref, title=title, state=state)


def _line(ctx: Context, case: Case) -> Choice:
    title, state = title_in(ctx, case, ctx.chat), say(f"case.state.{case.state}")
    return choice("progress.line", f"case.see:{case.ref}", ref=case.ref, title=title, state=state)
