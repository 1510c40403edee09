"""From rows and cases to what pages show: finished words in the reader's language, names of files, no ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from bot.channels.base import Button
from bot.web.backend import ChatMessage, Desk, DeskCase, DeskList, DeskRow, DeskStep, Recording
from bot.web.others import Others
from handlers.casework import moves
from handlers.reports.desk import Step, View
from handlers.texts import Texts
from handlers.workflow import UNDONE
from handlers.worktime import left, told
from storage.models import Area, Case, Duty, Media, Message

VOICE: Final = "voice"


def message(row: Message, files: Mapping[int, Media]) -> ChatMessage:
    """One line of the conversation; files that are gone are left out."""
    pin = row.body.get("location")
    photos, recordings = _files(files[number] for number in row.body.get("photos", []) if number in files)
    return ChatMessage(
        id=row.id, out=row.out, at=row.at, text=row.text, card=bool(row.body.get("card")),
        buttons=tuple(Button(*entry) for entry in row.body.get("buttons", [])), photos=photos, recordings=recordings,
        location=(pin[0], pin[1]) if pin else None, client=row.client, press=str(row.body.get("press", "")),
    )  # fmt: skip


def _files(found: Iterable[Media]) -> tuple[tuple[str, ...], tuple[Recording, ...]]:
    all_ = list(found)
    return (
        tuple(one.name for one in all_ if one.kind != VOICE),
        tuple(Recording(one.name, one.mime) for one in all_ if one.kind == VOICE),
    )


@dataclass(frozen=True, slots=True)
class DeskWords:
    """Says a desk's rows and cases in one language, as things stand ``now``; a stamp is of what one ``reader`` was shown."""

    texts: Texts
    language: str
    now: datetime
    reader: str

    def desk(
        self, duties: Sequence[tuple[Duty, Area]], cases: Sequence[Case], limit: int, others: Iterable[Others]
    ) -> Desk:
        """The desk of who holds these duties; of ``cases`` at most ``limit`` are shown."""
        roles = dict.fromkeys(self._word(f"role.{duty.role}") for duty, _ in duties)
        areas = dict.fromkeys(area.name for _, area in duties)
        rows = tuple(self.row(one) for one in cases[:limit])
        lists = tuple(
            DeskList(self._word(one.heading), tuple(self.texts.say(self.language, line) for line in one.lines))
            for one in others
        )
        desk = Desk(" · ".join(roles), " · ".join(areas), rows, more=len(cases) > limit, others=lists)
        return replace(desk, stamp=self._stamp(desk))

    def row(self, case: Case) -> DeskRow:
        """One line of the table."""
        due, level = self._due(case)
        urgency = self._word(f"desk.urgency.{case.urgency}") if case.urgency != "normal" else ""
        return DeskRow(case.ref, case.title, case.place, self._word(f"case.state.{case.state}"), due, level, urgency)

    def case(self, view: View) -> DeskCase:
        """A case in full."""
        case = view.case
        photos, recordings = _files(view.files)
        shown = DeskCase(
            self.row(case), case.words, self._at(case.due_at), case.private, view.phone, view.handler,
            (case.lat, case.lon) if case.lat is not None and case.lon is not None else None,
            photos, recordings, tuple(self._step(one) for one in view.steps), movable=bool(moves(case)),
        )  # fmt: skip
        return replace(shown, stamp=self._stamp(shown))

    def _step(self, step: Step) -> DeskStep:
        who = self.texts.say(self.language, step.who)
        photos, recordings = _files(step.files)
        what = self.texts.say(self.language, step.what)
        by = " ".join(filter(None, (who, step.name)))
        return DeskStep(self._at(step.at), by, what, step.words, photos, recordings)

    def _at(self, instant: datetime) -> str:
        """``周六 11-28 17:30``, as the chat has it."""
        return self.texts.say(self.language, told(instant, self.now))

    def _due(self, case: Case) -> tuple[str, str]:
        """How long is left to answer; nothing is pressing once the case is finished."""
        if case.state not in UNDONE:
            return self._word("desk.answered"), ""
        key, amount, level = left(case.due_at, self.now)
        return self._word(key, amount=amount), level

    def _word(self, key: str, **params: object) -> str:
        return self.texts.word(self.language, key, **params)

    def _stamp(self, shown: Desk | DeskCase) -> str:
        return sha256(repr((self.reader, shown)).encode()).hexdigest()[:16]
