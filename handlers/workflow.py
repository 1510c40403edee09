"""The way of a case from its first word to its honest end, written once as data (domain.md §3, docs/adr/0011).

``MOVES`` is the whole of it: chat, desk and jobs move a case through ``step`` and by nothing else, which refuses what is not
possible from where the case stands and appends to a history that only grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from handlers import timers
from handlers.context import Context
from handlers.errors import Refusal
from handlers.messages import say
from storage.models import Case, CaseEvent

NEW: Final = ""
"""Where a case stands before it is submitted."""
WAITING: Final = frozenset({"submitted", "returned", "reopened"})
"""Somebody has to take it on."""
UNDONE: Final = WAITING | {"accepted"}
DONE: Final = frozenset({"finished", "confirmed", "closed"})
"""The handler says that it is done; only ``confirmed`` is the resident's own word, and ``closed`` that there was none."""
STATES: Final = UNDONE | DONE | {"withdrawn", "joined"}

REPORTER: Final = "reporter"
"""Whoever reported it may; no role can."""
RESIDENT: Final = "resident"
"""Whoever reported the same may."""
NOBODY: Final = "nobody"
"""Follows from something else that happened, such as the handler's dismissal, or from time."""
_SPEAKER: Final = -1


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of step: from which states, to which (None: the case stays where it is), who may, and what has to come with it.

    ``who`` is an action of ``handlers.permissions``, or REPORTER (whoever joined, too), RESIDENT or NOBODY. ``needs`` names
    the data without which the step would say nothing; ``words`` is its note.
    """

    sources: frozenset[str]
    target: str | None
    who: str
    needs: frozenset[str] = frozenset()
    onward: bool = False
    """Whether somebody else has the case next, although it stays where it is."""
    promises: bool = False
    """Whether a time is promised with it."""


MOVES: Final[Mapping[str, Move]] = {
    "submit": Move(frozenset({NEW}), "submitted", REPORTER, promises=True),
    "accept": Move(WAITING, "accepted", "case.accept"),
    "return": Move(UNDONE, "returned", "case.return", frozenset({"reason", "to"})),
    "escalate": Move(UNDONE, None, "case.handoff", frozenset({"to"}), onward=True),
    "pass_on": Move(WAITING, None, NOBODY, frozenset({"to"}), onward=True),
    "breach": Move(UNDONE, None, NOBODY),  # the promise is over: a mark, whoever has the case next
    "release": Move(frozenset({"accepted"}), "submitted", NOBODY),
    "finish": Move(frozenset({"accepted"}), "finished", "case.finish", frozenset({"outcome", "words"})),
    "close": Move(frozenset({"finished"}), "closed", NOBODY),
    "confirm": Move(frozenset({"finished", "closed"}), "confirmed", REPORTER),
    "reopen": Move(DONE, "reopened", REPORTER, frozenset({"verdict"}), promises=True),
    "withdraw": Move(WAITING, "withdrawn", REPORTER, frozenset({"words"})),
    "join": Move(WAITING, "joined", REPORTER, frozenset({"into"})),
    "joined_by": Move(UNDONE, None, RESIDENT, frozenset({"ref"})),
    "rate": Move(frozenset({"confirmed"}), None, REPORTER, frozenset({"stars"})),
    "add": Move(UNDONE | DONE, None, REPORTER, frozenset({"words"})),
}
"""Every step a case can take."""


def can(case: Case, name: str) -> bool:
    """Whether the step is possible from where the case stands."""
    return case.state in MOVES[name].sources


def refuse_unless(case: Case, name: str) -> None:
    """Refuse what an old button asks for, and say how the case stands."""
    if not can(case, name):
        raise Refusal("case.already", ref=case.ref, state=say(f"case.state.{case.state}"))


async def step(
    ctx: Context, case: Case, name: str, words: str = "", *, actor: int | None = _SPEAKER, **data: Any
) -> CaseEvent:
    """Move the case and append the step to its history; ``actor`` is the speaker unless another is named, None for time itself.

    Raises Refusal, and changes nothing, where it is not possible from here; ValueError for a step that lacks what it needs.
    """
    refuse_unless(case, name)
    move, given = MOVES[name], {**data, "words": words}
    if missing := sorted(one for one in move.needs if not given.get(one)):
        raise ValueError(f"{name} of {case.ref} lacks {', '.join(missing)}")
    case.state = move.target or case.state
    if case.id is None:
        await ctx.unit.session.flush()
    event = CaseEvent(
        case_id=case.id, at=ctx.now, actor_id=ctx.person.id if actor == _SPEAKER else actor,
        action=name, state=case.state, note=words, data=data,
    )  # fmt: skip
    ctx.unit.cases.record(event)
    await ctx.unit.session.flush()
    if move.target or move.onward:
        await _set_timers(ctx, case, anew=move.promises)
    return event


async def _set_timers(ctx: Context, case: Case, *, anew: bool) -> None:
    """Those of where the case stands now; unless a promise is made ``anew``, those of the promise go on."""
    waits = timers.of_acceptance(case, ctx.now, ctx.rules) if case.state in WAITING else {}
    if case.state in UNDONE and not anew:
        await ctx.unit.cases.set_timers(case.id, waits, (timers.ACCEPT,))
    elif case.state in UNDONE:
        await ctx.unit.cases.set_timers(case.id, {**waits, **timers.of_promise(case, ctx.now, ctx.rules)})
    else:
        asked = timers.of_answer(ctx.now, ctx.rules) if case.state == "finished" else {}
        await ctx.unit.cases.set_timers(case.id, asked)
