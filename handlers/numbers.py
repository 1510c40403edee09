"""A number typed after something was pushed: it answers what was shown last, and the answer says what it was taken for.

Where the open question of a form could take the same number, which of the two is meant is asked instead.
"""

from __future__ import annotations

from handlers.choices import Shown, asked, pushed
from handlers.context import Context
from handlers.form import standing
from handlers.form.engine import TYPED
from handlers.messages import Choice, Incoming, Kind, Reply, Say, say
from knowledge.numerals import ordinal
from knowledge.references import leading


def of_pushed(ctx: Context, said: Incoming) -> Shown | None:
    """The pushed choice that a typed number stands for."""
    shown = pushed(ctx.chat)
    number = ordinal(said.text.strip().lower()) if said.kind is Kind.TEXT and shown else None
    return shown[number - 1] if number is not None and 0 < number <= len(shown) else None


def which(ctx: Context, said: Incoming, meant: Shown) -> Reply | None:
    """The question which of two is meant; None where the open form cannot take the number."""
    number = ordinal(said.text.strip().lower())
    if number is None or not standing.may_take_number(ctx, number):
        return None
    own = [] if standing.takes_numbers_literally(ctx) else asked(ctx.chat)
    if number <= len(own):
        other = Choice(say("form.shown", label=own[number - 1].label), own[number - 1].token)
    else:
        key = f"form.step.{ctx.chat.step}"
        named = say("form.typed", name=say(key), number=number) if ctx.shelf.texts.has(key) else number
        other = Choice(say("form.shown", label=named), f"f:{ctx.chat.revision}:{TYPED}{number}")
    return Reply((say("form.which_meant", number=number),), (Choice(_named(meant), meant.token), other))


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
