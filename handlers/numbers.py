"""What a typed number means: a choice of what was shown last; of something pushed, the answer says what it was taken for.

Where the open question could take the same number, which of the two is meant is asked instead. The same number
once more right away is one message that was sent twice, and what takes something back is asked about once (domain.md §8).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from handlers.choices import Shown, asked, every, pushed
from handlers.context import Context
from handlers.form import standing
from handlers.form.engine import TYPED
from handlers.messages import Choice, Incoming, Kind, Reply, Say, choice, say
from knowledge.numerals import ordinal
from knowledge.references import leading

TWICE: Final = timedelta(seconds=3)
"""How long the same number again is the same message: nobody has read the next question by then."""
_ACTS: Final = ("case.", "proposal.", "task.", "notice.")
"""Beginnings of the buttons that do something; through menus and forms one may type as fast as one likes."""
_TAKES_BACK: Final = ("task.withdraw", "notice.cancel")
"""Buttons below an answer that undo what it tells of."""
_KEPT: Final = "number"
"""Under which the number that was typed last stands in ``Chat.preset``, with when, and the choice it was taken for."""


def sent_twice(ctx: Context, said: Incoming) -> Reply | None:
    """What a number did that was typed a moment ago, with what can be chosen now; None for any other message."""
    last, typed = ctx.chat.preset.get(_KEPT), said.text.strip()
    if last is None or last["typed"] != typed or datetime.fromisoformat(last["at"]) < ctx.now - TWICE:
        return None
    told = say("form.twice_as", number=typed, label=_named(Shown(*last["shown"])))
    still = tuple(Choice(say("form.shown", label=one.label), one.token) for one in every(ctx.chat))
    return Reply((told, say("form.twice_next")) if still else (told,), still)


def remember(ctx: Context, said: Incoming, meant: Shown | None = None) -> None:
    """Keep which number was typed just now and what it did; anything else that is said ends this."""
    preset = {key: value for key, value in ctx.chat.preset.items() if key != _KEPT}
    if meant is not None and meant.token.startswith(_ACTS):
        preset[_KEPT] = {"typed": said.text.strip(), "at": ctx.now.isoformat(), "shown": list(meant)}
    if preset != ctx.chat.preset:
        ctx.chat.preset = preset


def sure(ctx: Context, said: Incoming, meant: Shown) -> Reply | None:
    """Whether the bare number really means to take something back; None where it takes back nothing, or was asked."""
    leave = choice("form.leave", "leave")
    asked_already = leave.token in [one.token for one in every(ctx.chat)]
    if meant.token.partition(":")[0] not in _TAKES_BACK or asked_already:
        return None
    others = (leave, Choice(_named(meant), meant.token, "danger"))
    return Reply((taken(said, meant), say("form.sure")), others)


def of_asked(ctx: Context, said: Incoming) -> Shown | None:
    """The choice of the last question that a typed number stands for, unless the number itself is the answer."""
    number, own = None if standing.takes_numbers_literally(ctx) else _number(said), asked(ctx.chat)
    return own[number - 1] if number is not None and 0 < number <= len(own) else None


def _number(said: Incoming) -> int | None:
    return ordinal(said.text.strip().lower()) if said.kind is Kind.TEXT else None


def of_pushed(ctx: Context, said: Incoming) -> Shown | None:
    """The pushed choice that a typed number stands for."""
    shown, number = pushed(ctx.chat), _number(said)
    return shown[number - 1] if number is not None and 0 < number <= len(shown) else None


def which(ctx: Context, said: Incoming, meant: Shown) -> Reply | None:
    """The question which of two is meant; None where the open question cannot take the number."""
    number = _number(said)
    if number is None or not standing.may_take_number(ctx, number):
        return None
    own = [] if standing.takes_numbers_literally(ctx) else asked(ctx.chat)
    if number <= len(own):
        other = Choice(say("form.shown", label=own[number - 1].label), own[number - 1].token)
        return Reply((say("form.which_meant", number=number),), (Choice(_named(meant), meant.token), other))
    return which_of(ctx, str(number), meant)


def which_of(ctx: Context, typed: str, meant: Shown) -> Reply:
    """The question whether this choice is meant by what was typed, or an answer to the open question."""
    key = f"form.step.{ctx.chat.step}"
    named = say("form.typed", name=say(key), number=typed) if ctx.shelf.texts.has(key) else typed
    other = Choice(say("form.shown", label=named), f"f:{ctx.chat.revision}:{TYPED}{typed}")
    return Reply((say("form.which_meant", number=typed),), (Choice(_named(meant), meant.token), other))


def taken(said: Incoming, meant: Shown) -> Say:
    """What the number was taken for."""
    return say("form.taken_for", number=said.text.strip(), label=_named(meant))


def _named(meant: Shown) -> Say:
    """The label, with the case or proposal it is about: the words it stood under have gone by."""
    ref = leading(meant.token.partition(":")[2])
    return (
        say("form.shown_of", label=meant.label, ref=ref)
        if ref and ref not in meant.label
        else say("form.shown", label=meant.label)
    )
