"""What a handler has at hand while it answers one message.

The unit of work, the person, the time, the rules, the knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handlers.errors import NotAllowed, NotCountedError
from handlers.messages import Priority, Reply
from handlers.permissions import may
from handlers.rules import Rules
from handlers.texts import Texts
from handlers.where import full_name
from knowledge.catalogue import Catalogue
from knowledge.gazetteer import Gazetteer
from knowledge.understanding import Understander
from storage.models import Area, Chat, Duty, Person
from storage.unit import Unit

if TYPE_CHECKING:
    from handlers.form import Form
    from handlers.topic import Answer, Registry


@dataclass(frozen=True, slots=True)
class Push:
    """Words for a chat other than (or later than) the one being answered."""

    chat: Chat
    reply: Reply
    priority: Priority = Priority.REPLY


@dataclass(frozen=True, slots=True)
class Shelf:
    """What does not change from message to message."""

    rules: Rules
    texts: Texts
    registry: Registry
    catalogue: Catalogue
    understander: Understander
    gazetteer: Gazetteer
    send_rate: float = 28.0
    """Messages a second the slowest channel sends, to foretell how long a notice takes."""
    address: str = ""
    """Where the web page is opened, for links."""


@dataclass(slots=True)
class Context:
    """One message's surroundings. ``now`` is UTC.

    What is told to others goes to ``pushes`` and is sent after the commit.
    """

    unit: Unit
    chat: Chat
    shelf: Shelf
    now: datetime
    pushes: list[Push] = field(default_factory=list)
    pressed: str = ""
    """The button that typed words stood for, kept with them in the transcript."""
    counted: Mapping[str, int] | None = None
    """People by area as they were counted before the transaction; None where nobody waits for it, and it counts itself."""
    _duties: Sequence[tuple[Duty, Area]] | None = None

    @property
    def person(self) -> Person:
        """Who is speaking."""
        return self.chat.person

    @property
    def rules(self) -> Rules:
        """The city's numbers."""
        return self.shelf.rules

    @property
    def catalogue(self) -> Catalogue:
        """Services, places, categories, departments."""
        return self.shelf.catalogue

    def full_name(self, code: str | None) -> str:
        """An area's name after those above it."""
        return full_name(self.catalogue, code) if code else ""

    def tell(self, chat: Chat | None, reply: Reply, priority: Priority = Priority.REPLY) -> bool:
        """Say something in another chat; False when there is none to reach."""
        if chat is None or chat.unreachable_at is not None:
            return False
        self.pushes.append(Push(chat, reply, priority))
        return True

    async def tell_person(self, person_id: int, reply: Reply, priority: Priority = Priority.REPLY) -> bool:
        """Say something to a person wherever they were last heard."""
        return self.tell(await self.unit.people.chat_of(person_id), reply, priority)

    async def people_in(self, area: Area) -> int:
        """How many people a notice to an area reaches now; raises NotCountedError, since to count many takes time."""
        if self.counted is None:
            return await self.unit.people.count_in(area)
        if area.code not in self.counted:
            raise NotCountedError(area.code)
        return self.counted[area.code]

    async def duties(self) -> Sequence[tuple[Duty, Area]]:
        """The speaker's duties with their areas; read once a message and not at all for residents."""
        if self._duties is None:
            self._duties = await self.unit.staff.duties(self.person.id) if self.person.staff else ()
        return self._duties

    async def may(self, action: str, area: Area | None = None, department: str = "") -> bool:
        """Whether the speaker may take ``action`` in ``area`` (anywhere, when None).

        A department's duty counts only for what names its department.
        """
        for duty, where in await self.duties():
            fits = duty.role != "department" or duty.department == department != "" or area is None
            if may(duty.role, action) and fits and (area is None or where.holds(area)):
                return True
        return False

    async def require(self, action: str, area: Area | None = None, department: str = "", subject: str = "") -> None:
        """Refuse, and have it audited, unless ``may``."""
        if not await self.may(action, area, department):
            raise NotAllowed(action, subject)

    async def audit(self, action: str, subject: str, **detail: Any) -> None:
        """Write a staff action into the trail."""
        self.unit.audit.add(self.now, self.person.id, action, subject, **detail)

    async def start(self, form: Form, **answers: Any) -> Answer:
        """Open a form at its first unanswered question."""
        from handlers.form.engine import start  # noqa: PLC0415 forms know contexts

        return await start(self, form, answers)
