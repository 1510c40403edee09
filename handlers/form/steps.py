"""The kinds of questions a form can ask.

Each step says how it asks, and reads an answer into a JSON value or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.messages import Choice, Incoming, Kind, Reply, Say, choice, say
from handlers.topic import Answer
from knowledge.phones import phones

Answers = Mapping[str, Any]
SHANGHAI = ZoneInfo("Asia/Shanghai")
_FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Read:
    """An accepted answer. ``more`` stays on the same question and says so with ``note``."""

    value: Any
    note: Say | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """The answer does not fit: say why, keep everything, ask again; ``choices`` may offer what it might mean."""

    say: Say
    choices: tuple[Choice, ...] = ()


class Step(Protocol):
    """One question. ``key`` names its answer; ``literal``: a typed digit is the answer; ``when``.

    Asked only if true.
    """

    @property
    def key(self) -> str:
        """The answer's name."""

    @property
    def optional(self) -> bool:
        """Whether it may be skipped."""

    @property
    def literal(self) -> bool:
        """Whether a typed digit is the answer itself."""

    @property
    def free(self) -> bool:
        """Whether any words may be the answer, so that they are not taken for a question of another kind."""

    @property
    def when(self) -> Callable[[Answers], bool] | None:
        """Whether it is asked at all."""

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question with its choices; the engine adds 跳过, 返回 and 取消."""
        ...

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """Understand an answer. A pressed choice arrives as ``said.press`` holding the bare value."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """A named list of steps and what to do with the answers. ``version`` changes when old answers no longer fit.

    ``consent`` asks for consent first, since the answers are personal (domain.md §9); ``about`` is said once before the
    first question; ``infer`` reads further answers out of those given, so that nothing known is asked; ``follow`` names
    the answers that are void, to be inferred or asked anew, once the answer they were read from is changed. Without
    ``draft`` nothing is left to take up again once it is cancelled.
    """

    name: str
    version: int
    done: Callable[[Context, dict[str, Any]], Awaitable[Answer]]
    steps: tuple[Step, ...]
    consent: bool = True
    about: Callable[[Context, Answers], Say | None] | None = None
    infer: Callable[[Context, dict[str, Any]], dict[str, Any]] | None = None
    follow: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    draft: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every step has; see ``Step``."""

    key: str
    question: str
    optional: bool = False
    literal: bool = False
    free: bool = False
    when: Callable[[Answers], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Base):
    """One of a few; ``options`` are (value, label key) or computed when asked. Values are short ASCII."""

    options: Sequence[tuple[str, Say]] | Callable[[Context, Answers], Awaitable[Sequence[tuple[str, Say]]]]
    several: bool = False

    async def choices(self, ctx: Context, answers: Answers) -> list[tuple[str, Say]]:
        """What can be picked."""
        return list(await self.options(ctx, answers) if callable(self.options) else self.options)

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question and the options; with ``several``, what was picked so far is left out and 完成 is offered."""
        picked = answers.get(self.key, []) if self.several else []
        offered = tuple(
            Choice(label, value) for value, label in await self.choices(ctx, answers) if value not in picked
        )
        done = (choice("form.enough", "enough", style="primary"),) if picked else ()
        return Reply((say(self.question),), offered + done)

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A pressed value or a typed label."""
        options = await self.choices(ctx, answers)
        wanted = said.press or self._typed(ctx, said.text, options)
        picked: list[str] = list(answers.get(self.key, [])) if self.several else []
        if self.several and wanted == "enough" and picked:
            return Read(picked)
        if wanted not in dict(options):
            return Problem(say("form.pick_one"))
        if not self.several:
            return Read(wanted)
        return Read([*dict.fromkeys([*picked, wanted])], say("form.noted", label=dict(options)[wanted]), more=True)

    def _typed(self, ctx: Context, text: str, options: Sequence[tuple[str, Say]]) -> str:
        said = text.strip().lower()
        for value, label in options:
            if said and said == ctx.shelf.texts.say(ctx.person.language, label).lower():
                return value
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Base):
    """Free words of at least ``least`` and at most ``most`` characters; a sticker or file is explained away."""

    least: int = 1
    most: int = 1000
    free: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question."""
        return Reply((say(self.question),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The words, when there is something in them besides signs."""
        words = said.text.strip()
        if said.kind is Kind.VOICE:
            return Problem(say("form.voice_instead"))
        if not words:
            return Problem(say("form.words_please"))
        if ctx.shelf.texts.hears("words.skip", words):
            return Problem(say("form.not_skipped"))
        if len(re.sub(r"[\W_]+", "", words)) < self.least:
            return Problem(say("form.too_short"))
        if len(words) > self.most:
            return Problem(say("form.too_long", most=self.most, have=len(words)))
        return Read(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Base):
    """A whole number between two bounds."""

    low: int
    high: int
    literal: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question."""
        return Reply((say(self.question),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The first number in the words."""
        found = re.search(r"\d{1,9}", said.text)
        if found is None or not self.low <= int(found[0]) <= self.high:
            return Problem(say("form.number", low=self.low, high=self.high))
        return Read(int(found[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Base):
    """A time to come, typed as ``11-28 09:00`` or ``2026-11-28 9:00``; local time in, an ISO UTC string out."""

    literal: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question with an example a day ahead."""
        return Reply(
            (say(self.question, example=(ctx.now + timedelta(days=1)).astimezone(SHANGHAI).strftime("%m-%d 09:00")),)
        )

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The time, when it lies ahead."""
        found = re.search(r"(?:(\d{4})\D)?(\d{1,2})\D+(\d{1,2})\D+(\d{1,2})[::点时](\d{1,2})?", said.text)
        moment = _moment(found, ctx.now.astimezone(SHANGHAI)) if found else None
        example = (ctx.now + timedelta(days=1)).astimezone(SHANGHAI)
        if moment is None:
            return Problem(say("form.moment", example=example.strftime("%m-%d 09:00")))
        if moment <= ctx.now:
            return Problem(say("form.moment_past", example=example.strftime("%Y-%m-%d 09:00")))
        if moment > ctx.now + _FARTHEST:
            return Problem(say("form.moment_far"))
        return Read(moment.astimezone(UTC).isoformat())


def _moment(found: re.Match[str], now: datetime) -> datetime | None:
    """The local time; without a year it is this year's, and in December a January is the coming one."""
    year, month, day, hour, minute = (int(part) if part else 0 for part in found.groups())
    coming = now.year + (now.month == 12 and month == 1)
    try:
        return datetime(year or coming, month, day, hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Base):
    """A summing-up with 提交 and 修改."""

    summary: Callable[[Context, Answers], Reply]
    submit: str = "form.submit"

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The summary."""
        told = self.summary(ctx, answers)
        return Reply(
            (*told.lines, say(self.question)),
            (
                choice(self.submit, "yes", style="primary"),
                choice("form.change", "change"),
                choice("form.cancel", "cancel"),
            ),
            told.photos,
            card=True,
        )

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """提交, or a word that means yes."""
        if said.press == "yes" or ctx.shelf.texts.hears("words.yes", said.text):
            return Read(True)
        return Problem(say("form.confirm_please"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Base):
    """The sender's own number, typed or shared as a contact card the channel vouches for."""

    literal: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question."""
        return Reply((say(self.question),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A mainland mobile or a landline number."""
        if said.contact is not None and not said.contact.own:
            return Problem(say("form.contact_of_other"))
        found = phones(said.contact.phone if said.contact is not None else said.text)
        return Read(found[0].number) if found else Problem(say("form.phone_please"))
