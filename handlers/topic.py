"""Topics: what can be said, and which function answers.

A topic is a list of handlers with their triggers. The explicit order in ``handlers.TOPICS`` decides between two that would
both answer; a test makes sure that no trigger is taken twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from handlers.messages import Incoming, Kind, Reply, Say
from handlers.texts import Texts, apart, plain, spoken

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.form import Form

Answer = Reply | Sequence[Reply] | None
Handler = Callable[["Context", Incoming], Awaitable[Answer]]
Keeps = Callable[["Context"], Awaitable[Sequence[Say]]]
"""Says, a line each, what a topic keeps about the speaker."""
Forget = Callable[["Context"], Awaitable[None]]
"""Deletes it (domain.md §9)."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What wakes a handler; ``roles`` limits a command to staff.

    ``sort`` is command, phrase, opening, answer, among, press, intent or kind.
    """

    sort: str
    name: str
    roles: frozenset[str] = frozenset()
    listed: bool = True


def command(name: str, roles: Iterable[str] = (), *, listed: bool = True) -> Trigger:
    """``/name``; its description is the sentence ``command.<name>``. Shown in the menu of whoever has one of ``roles``."""
    return Trigger("command", name, frozenset(roles), listed)


def phrase(key: str) -> Trigger:
    """Exactly one of the words that the sentence ``key`` lists, separated by ``|``, in any catalogue."""
    return Trigger("phrase", key)


def opening(key: str) -> Trigger:
    """Words that go on after one of those that the sentence ``key`` lists; answers None to pass (``Texts.after``)."""
    return Trigger("opening", key)


def answer(key: str) -> Trigger:
    """One of the words that the sentence ``key`` lists (``Texts.hears``), alone or beside a yes, where no free words are asked for.

    Answers None to pass.
    """
    return Trigger("answer", key)


def among(key: str) -> Trigger:
    """Words among which is one that the sentence ``key`` lists, where no free words are asked for; answers None to pass."""
    return Trigger("among", key)


def press(name: str) -> Trigger:
    """A button whose token is ``name`` or ``name:argument``."""
    return Trigger("press", name)


def intent(name: str) -> Trigger:
    """What the message was understood to want (``knowledge.intents``)."""
    return Trigger("intent", name)


def kind(name: Kind) -> Trigger:
    """A message of this kind outside any form."""
    return Trigger("kind", name.value)


def while_held() -> Trigger:
    """Anything said while a person, not the bot, holds the conversation; answers None to pass."""
    return Trigger("kind", "relay")


def argument(said: Incoming) -> str:
    """What follows the colon of a pressed token; hostile text until checked."""
    return said.press.partition(":")[2]


@dataclass(slots=True)
class Topic:
    """One room's handlers and forms, and, where it keeps something about people, how that is shown and deleted."""

    name: str
    handlers: dict[tuple[str, str], Handler] = field(default_factory=dict)
    commands: list[Trigger] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    keeps: Keeps | None = None
    forget: Forget | None = None

    def on(self, *triggers: Trigger) -> Callable[[Handler], Handler]:
        """Register a handler for triggers; the same trigger twice is an error at import."""

        def register(handler: Handler) -> Handler:
            for trigger in triggers:
                self._add(trigger, handler)
            return handler

        return register

    def _add(self, trigger: Trigger, handler: Handler) -> None:
        key = (trigger.sort, trigger.name)
        if key in self.handlers:
            raise ValueError(f"{self.name}: {key} is taken")
        self.handlers[key] = handler
        if trigger.sort == "command":
            self.commands.append(trigger)


def _occurs(texts: Texts, key: str, text: str) -> bool:
    words = plain(text)
    return any(one in words for one in texts.words(key))


_LISTENS: Final[dict[str, Callable[[Texts, str, str], object]]] = {
    "opening": Texts.after,
    "among": _occurs,
}
"""How the triggers of each of these sorts hear words."""


class Registry:
    """All topics, merged once at start."""

    def __init__(self, topics: Sequence[Topic], texts: Texts) -> None:
        self.handlers: dict[tuple[str, str], Handler] = {}
        self.forms: dict[str, Form] = {}
        self.commands: list[Trigger] = []
        self.keeps = [topic.keeps for topic in topics if topic.keeps is not None]
        self.forget = [topic.forget for topic in topics if topic.forget is not None]
        for topic in topics:
            for trigger, handler in topic.handlers.items():
                if self.handlers.setdefault(trigger, handler) is not handler:
                    raise ValueError(f"{topic.name}: {trigger} is taken by another topic")
            self.forms.update({form.name: form for form in topic.forms})
            self.commands += topic.commands
        self._texts = texts
        listening = [(trigger, one) for trigger, one in self.handlers.items() if trigger[0] in ("answer", *_LISTENS)]
        self._listening = [one for _, one in listening]
        self._among = [(at, _LISTENS[sort], key) for at, ((sort, key), _) in enumerate(listening) if sort in _LISTENS]
        self._answers: dict[str, set[int]] = {}
        for at, ((sort, key), _) in enumerate(listening):
            for word in texts.words(key) if sort == "answer" else ():
                self._answers.setdefault(word, set()).add(at)
        self._phrases = {
            word: handler
            for (sort, key), handler in self.handlers.items()
            if sort == "phrase"
            for word in texts.words(key)
        }

    def phrased(self, words: str) -> Handler | None:
        """The handler of exactly these words (lower case, without the space around them)."""
        return self._phrases.get(words)

    def opened(self, text: str) -> Handler | None:
        """The handlers that listen to such words, as one: the first that does not pass answers."""
        heard = self._answered(text) | {at for at, hears, key in self._among if hears(self._texts, key, text)}
        found = [self._listening[at] for at in sorted(heard)]

        async def first(ctx: Context, said: Incoming) -> Answer:
            for handler in found:
                if (told := await handler(ctx, said)) is not None:
                    return told
            return None

        return first if found else None

    def _answered(self, text: str) -> set[int]:
        """The answers that list these words, or a part of them while all others are a yes; by position."""
        found = self._listed(text)
        parts = [] if found else apart(text)
        if len(parts) < 2:
            return found
        each = [(self._listed(part), self._texts.hears("words.yes", part)) for part in parts]
        likely = set[int]().union(*(own for own, _ in each))
        return {at for at in likely if all(agreed or at in own for own, agreed in each)}

    def _listed(self, text: str) -> set[int]:
        return set().union(*(self._answers.get(word, ()) for word in spoken(text)))

    def find(self, sort: str, name: str) -> Handler | None:
        """The handler of a trigger."""
        return self.handlers.get((sort, name))

    def commands_for(self, roles: Iterable[str]) -> list[str]:
        """The names of the commands to list for somebody with these roles (none: a resident)."""
        held = frozenset(roles)
        return [one.name for one in self.commands if one.listed and (not one.roles or one.roles & held)]
