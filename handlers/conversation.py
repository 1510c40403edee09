"""From one incoming message to replies.

The order in ``_route`` is the whole of routing, told in docs/architecture.md: what works in every state comes first
(domain.md §8), an open question before free understanding.
"""

from __future__ import annotations

from dataclasses import replace

from handlers import choices, danger, kept, labels, numbers
from handlers.choices import every
from handlers.context import Context
from handlers.errors import NotAllowed, Refusal, Stale
from handlers.form import engine, standing
from handlers.form.photos import keep_caption
from handlers.menu import entry_typed
from handlers.messages import Incoming, Kind, Reply, Say, choice, say
from handlers.texts import plain
from handlers.topic import Answer

LABEL = 40
"""Characters up to which words may be a label of the menu."""


async def respond(ctx: Context, said: Incoming) -> list[Reply]:
    """All replies to one message, an over-long one being cut with a notice.

    Raises Refusal, whose reply the caller sends after undoing what the handler wrote; a stale button is answered here,
    with the open question asked again.
    """
    said, cut = _clean(ctx, said)
    asked, misses = standing.position(ctx), ctx.chat.misses
    try:
        replies = _listed(await _route(ctx, said))
    except Stale as stale:
        replies = [stale.reply if standing.current(ctx) else _way_on(ctx, stale.reply)]
    if ctx.chat.misses == misses:
        ctx.chat.misses = 0  # no miss: whatever it was, it was understood
    if replies and asked is not None and standing.position(ctx) == asked and not standing.is_question(ctx, replies[-1]):
        replies.append(await engine.ask(ctx))  # something else was done in the middle of a form, which goes on
    choices.use(ctx.chat, ctx.pressed)
    if standing.current(ctx) is None:
        choices.end_form(ctx.chat)
    if cut and replies:
        replies[0] = _with_line(replies[0], say("common.cut", limit=ctx.rules.text_limit))
    return replies


async def refused(ctx: Context, refusal: Refusal) -> list[Reply]:
    """What is said after a refusal whose writes were undone.

    An attempt without the right to it is audited, and a form that could not be finished is closed with its answers
    kept.
    """
    if isinstance(refusal, NotAllowed):
        ctx.unit.audit.add(ctx.now, ctx.person.id, "refused", refusal.subject, wanted=refusal.action)
    if refusal.final:
        standing.put_aside(ctx)
    ctx.chat.misses = 0  # what is refused was understood
    return [refusal.reply]


async def _route(ctx: Context, said: Incoming) -> Answer:
    if said.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
        return await _call(ctx, "kind", said.kind.value, said)
    if ctx.chat.group:  # other people read there: nothing is answered but how to talk in private
        return Reply((say("common.private_only"),)) if said.kind is Kind.COMMAND else None
    if said.kind is not Kind.PRESS:
        relayed = await _call(ctx, "kind", "relay", said)
        if relayed is not None:
            return relayed
    if ctx.chat.form is not None and standing.current(ctx) is None:
        return await _changed(ctx, said)
    for answers in (_in_doubt, _numbered, _opened):
        if (answer := await answers(ctx, said)) is not None:
            return answer
    said = labels.chosen(ctx, said)
    ctx.pressed = said.press
    if said.kind is Kind.PRESS:
        return await _pressed(ctx, said)
    if (answer := await _global(ctx, said)) is not None:
        return answer
    if standing.current(ctx) is not None and _is_for_form(ctx, said):
        return await _in_form(ctx, said)
    if (answer := await _beside_question(ctx, said)) is not None:
        return answer
    worded = said.kind in (Kind.TEXT, Kind.PHOTO) and said.text.strip()
    if worded or (said.kind is not Kind.VOICE and danger.found(ctx, said)):
        return await _understood(ctx, said)
    return [*danger.first(ctx, said), *_listed(await _call(ctx, "kind", said.kind.value, said))]


async def _changed(ctx: Context, said: Incoming) -> Answer:
    """An open form that is another one by now begins anew; what was said is heard where it answers the same question."""
    step = ctx.chat.step
    told = _listed(await engine.renew(ctx))
    everywhere = said.kind is Kind.COMMAND or ctx.shelf.registry.phrased(plain(said.text)) is not None
    if everywhere or standing.current(ctx) is None or (ctx.chat.step == step and said.kind is not Kind.PRESS):
        first, *others = _listed(await _route(ctx, said)) or [Reply(())]
        return [_with_line(first, told[0].lines[0]), *others]
    return [*danger.first(ctx, said), *told]


def _is_for_form(ctx: Context, said: Incoming) -> bool:
    """A voice only where the form hands it on: elsewhere it goes to a person at once."""
    return said.kind is not Kind.EDITED and (said.kind is not Kind.VOICE or standing.takes_voices(ctx))


async def _in_doubt(ctx: Context, said: Incoming) -> Answer:
    """The question which of two open questions a short word answers."""
    return labels.which(ctx, said)


async def _numbered(ctx: Context, said: Incoming) -> Answer:
    """The answer to a bare number that was sent twice or stands for a choice; of a pushed one, it names that first."""
    if (again := numbers.sent_twice(ctx, said)) is not None:
        return again
    numbers.remember(ctx, said)
    pushed = numbers.of_pushed(ctx, said)
    meant = pushed or numbers.of_asked(ctx, said)
    if meant is None:
        return None
    doubt = (numbers.which(ctx, said, pushed) if pushed else None) or numbers.sure(ctx, said, meant)
    if doubt is not None:
        return doubt
    numbers.remember(ctx, said, meant)
    ctx.pressed = meant.token
    replies = _listed(await _pressed(ctx, replace(said, kind=Kind.PRESS, press=meant.token, text="")))
    if pushed is None:
        return replies
    first, *others = replies or [Reply(())]
    return [_with_line(first, numbers.taken(said, meant)), *others]


async def _pressed(ctx: Context, said: Incoming) -> Answer:
    if said.press.startswith("f:"):
        bare = engine.unstamp(ctx, said)
        if bare is None:
            raise Stale
        return (
            await engine.hear(ctx, bare) if bare.press != "cancel" else await _call(ctx, "phrase", "words.cancel", said)
        )
    name = said.press.partition(":")[0]
    handler = ctx.shelf.registry.find("press", name)
    if handler is None:
        raise Stale
    return await handler(ctx, said)


async def _global(ctx: Context, said: Incoming) -> Answer:
    """Commands and exact phrases; most of them work in every state."""
    if said.kind is Kind.COMMAND:
        handler = ctx.shelf.registry.find("command", said.command)
        return await handler(ctx, said) if handler else await _call(ctx, "command", "menu", said)
    if said.kind is not Kind.TEXT:
        return None
    handler = ctx.shelf.registry.phrased(plain(said.text))
    if handler and (answer := await handler(ctx, said)) is not None:
        return answer
    return await _of_menu(ctx, said)


async def _of_menu(ctx: Context, said: Incoming) -> Answer:
    """A typed label of the speaker's own menu does what its button does, where no free words are asked for."""
    token = "" if len(said.text) > LABEL or standing.wants_words(ctx) else await entry_typed(ctx, said.text)
    return await _pressed(ctx, replace(said, kind=Kind.PRESS, press=token, text="")) if token else None


async def _opened(ctx: Context, said: Incoming) -> Answer:
    """Words that begin with what a topic listens to, where no free words are asked for."""
    if said.kind not in (Kind.TEXT, Kind.PHOTO) or standing.wants_words(ctx):
        return None
    handler = ctx.shelf.registry.opened(said.text)
    return await handler(ctx, said) if handler else None


async def _beside_question(ctx: Context, said: Incoming) -> Answer:
    """What is said to an open question outside any form and is none of its answers.

    To the offer to tell of a danger: its place, a picture, more of it. To 解决了吗: whatever does not tell.
    """
    offer = next((one.token for one in every(ctx.chat) if one.token.startswith("emergency.tell:")), "")
    if kept.despairs(ctx, recently=True) and said.kind is Kind.TEXT and not danger.found(ctx, said):
        return await _call(ctx, "intent", "emergency.stay", said)
    if not offer and said.text.strip():
        return await _call(ctx, "intent", "case.verdict", said)
    if not offer or said.kind not in (Kind.TEXT, Kind.PHOTO, Kind.LOCATION) or danger.found(ctx, said):
        return None
    return await _call(ctx, "intent", "emergency.more", replace(said, press=offer))


async def _understood(ctx: Context, said: Incoming) -> Answer:
    meant = ctx.shelf.understander.understand(said.text)
    name = meant.intent if meant.sure or meant.intent in ("emergency", "none") else "unsure"
    if name in ("none", "unsure", "report", "progress", "emergency") and (invited := _invited(ctx, said)):
        added = await _call(ctx, "press", "case.add", replace(said, press=invited))
        if added is not None:
            ctx.pressed = invited
            return [*danger.first(ctx, said), *_listed(added)]
    return await _call(ctx, "intent", name, said)


def _invited(ctx: Context, said: Incoming) -> str:
    """The button under 要补充什么吗, where that was asked last: what is said next may be the words to add, once.

    Of a danger reported just before, whatever is said for a while, but for another danger or one elsewhere.
    """
    tokens, told = [one.token for one in every(ctx.chat)], danger.found(ctx, said)
    if len(tokens) == 1 and tokens[0].startswith("case.add:") and told is None:
        return tokens[0]
    bare = any(ctx.shelf.texts.hears(key, said.text) for key in ("words.skip", "words.no", "words.yes"))
    elsewhere = told is not None and bool(ctx.shelf.gazetteer.locate(said.text))
    ref = "" if bare or elsewhere else kept.danger(ctx, told.id if told else "")
    return f"case.add:{ref}" if ref else ""


async def _call(ctx: Context, sort: str, name: str, said: Incoming) -> Answer:
    handler = ctx.shelf.registry.find(sort, name)
    return await handler(ctx, said) if handler else None


async def _in_form(ctx: Context, said: Incoming) -> Answer:
    """An answer to the open question, unless it is something else: danger, or a question of another kind.

    For danger the form is put aside: what is answered next is whether the grid worker is to be told.
    """
    first = [] if _is_number_asked_for(ctx, said) else danger.first(ctx, said)
    form = standing.current(ctx)
    if first and said.kind is Kind.TEXT and form is not None and not (form.for_danger or form.tells):
        return await _danger_first(ctx, said, first)
    if first and not standing.wants_words(ctx) and not ctx.shelf.gazetteer.locate(said.text):
        if said.kind is not Kind.PHOTO:
            return first
        keep_caption(ctx, said)
        said = replace(said, text="")
    aside = await _asked_aside(ctx, said)
    return [*first, *_listed(aside if aside is not None else await engine.hear(ctx, said))]


async def _danger_first(ctx: Context, said: Incoming, first: list[Reply]) -> Answer:
    """Words that are an answer are kept as one before the form is put aside; a refusal of them is told with the danger."""
    heard: list[Reply] = []
    if standing.wants_words(ctx):
        try:
            heard = _listed(await engine.hear(ctx, said))
        except Refusal as refusal:
            refusal.reply = replace(refusal.reply, lines=(*first[0].lines, *refusal.reply.lines))
            raise
    aside = standing.put_aside(ctx) and bool(ctx.chat.draft)
    told = _listed(await _call(ctx, "intent", "emergency", said))
    if not aside:
        return [*heard, *told]
    way_back = choice("form.resume", "resume")
    return [*told[:-1], replace(told[-1], choices=(*told[-1].choices, way_back))]


def _is_number_asked_for(ctx: Context, said: Incoming) -> bool:
    """Whether a bare 120 is what the open question wants, and not the number to call."""
    return standing.takes_numbers_literally(ctx) and said.text.strip().isdecimal()


async def _asked_aside(ctx: Context, said: Incoming) -> Answer:
    """In the middle of a form, a question that is surely about something else, where the form asked for no free words."""
    lost = ctx.shelf.texts.hears("words.unknown", said.text)  # 什么意思 asks about the question itself
    if said.kind is not Kind.TEXT or lost or standing.wants_words(ctx) or ctx.shelf.gazetteer.locate(said.text):
        return None
    if standing.is_time_asked_for(ctx, said.text):
        return None
    meant = ctx.shelf.understander.understand(said.text)
    about_else = meant.intent in ("notice", "progress") or (meant.intent == "service" and meant.entry_id is not None)
    return await _call(ctx, "intent", meant.intent, said) if meant.sure and about_else else None


def _way_on(ctx: Context, told: Reply) -> Reply:
    """What is said about a button that has passed, with what can be done instead while no question is open."""
    resume = (choice("form.resume", "resume"),) if ctx.chat.draft else ()
    return replace(told, choices=(*resume, choice("words.menu_button", "menu")))


def _clean(ctx: Context, said: Incoming) -> tuple[Incoming, bool]:
    limit = ctx.rules.text_limit
    return (replace(said, text=said.text[:limit]), True) if len(said.text) > limit else (said, False)


def _with_line(reply: Reply, line: Say) -> Reply:
    return replace(reply, lines=(line, *reply.lines))


def _listed(answer: Answer) -> list[Reply]:
    if answer is None:
        return []
    return [answer] if isinstance(answer, Reply) else list(answer)
