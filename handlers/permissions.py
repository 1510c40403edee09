"""Role × action: who may do what, asked by the actions themselves so that chat and console agree.

A duty counts where its area holds the subject's area. Departments additionally see only what they were called to.
"""

from __future__ import annotations

from typing import Final

GRID: Final = frozenset({"grid_worker", "grid_leader"})
DESK: Final = frozenset({"community", "street"})
ROLES: Final = ("grid_worker", "grid_leader", "community", "street", "department", "admin")

ACTIONS: Final[dict[str, frozenset[str]]] = {
    "case.list": GRID | DESK | {"department"},
    "case.read": GRID | DESK | {"department"},
    "case.read_private": DESK,
    "case.read_conduct": frozenset({"street"}),
    "case.accept": GRID | DESK | {"department"},
    "case.return": GRID | DESK | {"department"},
    "case.finish": GRID | DESK | {"department"},
    "case.handoff": GRID | DESK | {"department"},
    "handoff.take": DESK,
    "proposal.decide": DESK,
    "task.post": GRID | DESK,
    "task.list": GRID | DESK,
    "notice.send": DESK,
    "notice.read_counts": DESK,
    "invite": frozenset({"admin"}),
}
"""Which roles may take an action; the table in docs is made from this one."""


def may(role: str, action: str) -> bool:
    """Whether the role as such may take the action; raises KeyError for an unknown action."""
    return role in ACTIONS[action]
