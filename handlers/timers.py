"""When a case is looked at by itself (docs/adr/0012); ``handlers.reports.ringing`` says what happens then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from handlers.rules import Rules
from handlers.worktime import due, is_open, next_opening
from storage.models import Case

ACCEPT: Final = "accept"
HALF: Final = "half"
MOST: Final = "most"
DUE: Final = "due"
REMIND: Final = "remind"
ANSWER: Final = "answer"

Rings = Mapping[str, datetime]
"""Kind of timer → when it rings."""


def of_acceptance(case: Case, now: datetime, rules: Rules) -> Rings:
    """By when somebody has to take the case on."""
    limit = {"urgent": rules.accept_urgent, "critical": rules.accept_critical}.get(case.urgency, rules.accept_limit)
    return {ACCEPT: due(limit, now, rules)}


def of_promise(case: Case, now: datetime, rules: Rules) -> Rings:
    """Of a promise made now: on the way to it, in an ordinary case while the office is open, and when it is over."""
    found = {DUE: case.due_at}
    for kind, share in ((HALF, rules.warn_half), (MOST, rules.warn_most)):
        at = now + (case.due_at - now) * share / 100
        found[kind] = at if case.urgency != "normal" or is_open(at, rules) else next_opening(at, rules)
    return {kind: at for kind, at in found.items() if at <= case.due_at}


def of_answer(now: datetime, rules: Rules) -> Rings:
    """When the resident is asked once more, and when their answer is waited for no longer."""
    return {REMIND: now + timedelta(days=rules.remind_days), ANSWER: now + timedelta(days=rules.answer_days)}
