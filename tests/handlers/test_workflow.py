"""Whatever anybody presses, in whatever order: a case moves as the table says, and its history only grows."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import Knowledge
from handlers.permissions import ACTIONS, ROLES
from handlers.rules import Rules
from handlers.workflow import DONE, MOVES, NEW, NOBODY, REPORTER, RESIDENT, STATES, UNDONE, WAITING
from storage.engine import Database
from storage.models import Case, CaseEvent
from storage.repositories import cases
from tests.handlers.harness import Town, reference, shelf_of

STAFF = {"王": ("grid_worker", "S1-C1-G1"), "李": ("community", "S1-C1"), "赵": ("street", "S1")}
OUTSIDE = {"外": ("grid_worker", "S1-C2-G1"), "管": ("admin", "S1")}
PRESSES = ("accept", "return", "human", "finish", "solved", "partly", "unsolved", "reopen", "rate:5", "withdraw")
BY_ACTION = {"accept": "accept", "return": "return", "escalate": "human", "finish": "finish"}
"""The buttons of the moves that a role may make."""


def reached(without: str = "", start: str = NEW) -> set[str]:
    """The states a case can come to, with one move forbidden."""
    found = {start}
    while True:
        more = {
            move.target
            for name, move in MOVES.items()
            if name != without and move.target is not None and not found.isdisjoint(move.sources)
        }
        if more <= found:
            return found
        found |= more


def test_every_state_is_reached_and_none_is_done_unless_it_was_finished() -> None:
    assert reached() == STATES | {NEW}
    assert reached(without="finish").isdisjoint(DONE)
    assert "confirmed" not in reached(without="confirm")
    assert all(not DONE.isdisjoint(reached(start=state)) for state in UNDONE)  # nothing is stuck
    assert all(reached(start=state) >= WAITING - {"submitted"} for state in DONE)  # nor closed for ever


def test_the_table_names_known_states_and_actions() -> None:
    for move in MOVES.values():
        assert move.sources <= STATES | {NEW}
        assert move.target is None or move.target in STATES
        assert move.who in {*ACTIONS, REPORTER, RESIDENT, NOBODY}
    assert set(cases.UNDONE) == UNDONE
    assert set(cases.OVER) == STATES - UNDONE


def test_nothing_else_moves_a_case() -> None:
    for path in (*Path("handlers").rglob("*.py"), *Path("bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            named = [one for target in targets for one in ast.walk(target) if isinstance(one, ast.Attribute)]
            moved = [one for one in named if one.attr == "state" and ast.unparse(one.value) == "case"]
            assert not moved or path.name == "workflow.py", path


class Snapshot(NamedTuple):
    """A case with its history as it is kept."""

    state: str
    outcome: str
    events: tuple[tuple[object, ...], ...]


async def snapshot(town: Town, ref: str) -> Snapshot:
    case = next(one for one in await town.all(Case) if one.ref == ref)
    events = [one for one in await town.all(CaseEvent) if one.case_id == case.id]
    return Snapshot(
        case.state,
        case.outcome,
        tuple((one.id, one.at, one.actor_id, one.action, one.state, one.note, str(one.data)) for one in events),
    )


People = dict[str, int]
"""Who lives in the town, by their ids."""


async def settled(town: Town) -> People:
    await town.settle()
    ids = {who: await town.serves(who, role, area) for who, (role, area) in (STAFF | OUTSIDE).items()}
    return ids | {who: await town.moves_in(who) for who in ("周", "吴")}


async def does(town: Town, who: str, what: str, ref: str) -> None:
    """One press, with what the form it may open asks for."""
    if what in ("add", "withdraw"):
        await town.says(who, f"{ref} 灯还在闪" if what == "add" else f"撤销{ref}")
        return
    await town.presses(who, f"case.{what}:{ref}")
    if what == "return":
        await town.says(who, "其他原因")
        await town.says(who, "跳过")
    elif what == "finish":
        for words in ("已解决", "换了灯泡", "跳过"):
            await town.says(who, words)
    if (await town.chat(who)).form is not None:
        await town.says(who, "取消")


def holds(now: Snapshot, before: Snapshot, people: People) -> None:
    """What is true of every case at every time."""
    assert now.events[: len(before.events)] == before.events, "history is only added to"
    assert (now.state == before.state) or len(now.events) > len(before.events), "no move without a step"
    assert now.state == now.events[-1][4]
    for (*_, came, _, _), (_, _, actor, action, state, note, data) in pairwise(((0,) * 4 + (NEW, "", ""), *now.events)):
        move = MOVES[str(action)]
        assert came in move.sources
        assert state == (move.target or came)
        assert all(need in data for need in move.needs - {"words"})
        assert note or "words" not in move.needs
        allowed = {people["周"]} if move.who == REPORTER else {people[one] for one in STAFF}
        assert actor in allowed
    if now.state in DONE:
        assert now.outcome


@pytest.fixture
def town_of_walks(tmp_path: Path, knowledge: Knowledge) -> Iterator[tuple[asyncio.Runner, Town, People]]:
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{tmp_path / 'town.db'}", durable=False)
        town = Town(database, shelf_of(knowledge, Rules(open_reports=1000)))
        yield runner, town, runner.run(settled(town))
        runner.run(database.close())


def test_any_presses_in_any_order_keep_every_case_honest(
    town_of_walks: tuple[asyncio.Runner, Town, People],
) -> None:
    runner, town, people = town_of_walks
    deeds = st.tuples(st.sampled_from([*STAFF, *OUTSIDE, "周", "周", "吴"]), st.sampled_from([*PRESSES, "add"]))

    async def walk(steps: list[tuple[str, str]]) -> None:
        for words in ("3栋2单元楼道灯坏了", "跳过"):
            await town.says("周", words)
        ref = reference(await town.says("周", "提交"), "R")
        before = await snapshot(town, ref)
        holds(before, before, people)
        for who, what in steps:
            await does(town, who, what, ref)
            now = await snapshot(town, ref)
            holds(now, before, people)
            before = now

    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(st.lists(deeds, min_size=4, max_size=14))
    def walks(steps: list[tuple[str, str]]) -> None:
        runner.run(walk([("王", "accept"), ("王", "finish"), *steps] if len(steps) % 2 else steps))

    walks()


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_meets_every_move_with_a_yes_or_an_audited_no(town: Town, role: str) -> None:
    await town.moves_in("周")
    await town.serves("谁", role, "S1-C1")
    for name, button in BY_ACTION.items():
        for words in ("3栋2单元楼道灯坏了", "跳过"):
            await town.says("周", words)
        ref = reference(await town.says("周", "提交"), "R")
        await town.presses("谁", f"case.accept:{ref}")
        before = await snapshot(town, ref)
        await does(town, "谁", button, ref)
        allowed = role in ACTIONS[MOVES[name].who] and role != "department"  # which was not called
        assert (("refused", ref) in await town.audited()) is not allowed
        assert allowed or await snapshot(town, ref) == before


