"""The kinds of questions a form can ask.

Each step says how it asks, and reads an answer into a JSON value or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, Protocol

from handlers.context import Context
from handlers.messages import Choice, Incoming, Reply, Say, choice, say
from handlers.topic import Answer
from handlers.worktime import SHANGHAI
from knowledge.moments import is_repeated, when
from knowledge.numerals import DIGIT_CHARS, counted, to_arabic
from knowledge.phones import phones

Answers = Mapping[str, Any]
MISREAD = "_misread"
"""Among the answers: how often in a row the open question was answered with something else."""
_FARTHEST = timedelta(days=366)
_EMPTY_WORDS = ("words.yes", "words.unknown", "talk.heard.thanks", "talk.heard.hello", "talk.heard.fine")
"""What is no answer to a question for free words: 好的, 谢谢, 不知道."""
_LABELS = "form.labels"
"""Buttons whose typed label is no answer either: 附议 is no proposal."""
_SPELT = re.compile(f"[{DIGIT_CHARS}]{{7,}}")


@dataclass(frozen=True, slots=True)
class Read:
    """An accepted answer. ``more`` stays on the same question and says so with ``note``."""

    value: Any
    note: Say | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """The answer does not fit: say why, keep everything, ask again; ``choices`` may offer what it might mean.

    ``whole``: it says all that the question would, which is not repeated then.
    """

    say: Say
    choices: tuple[Choice, ...] = ()
    whole: bool = False


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
    first question; ``infer`` reads further answers out of those given, so that nothing known is asked, and takes away (None)
    what no longer holds; ``follow`` names the answers that are void, to be inferred or asked anew, once the answer they were
    read from is changed. Without ``draft`` nothing is left to take up again once it is cancelled.
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
    for_danger: bool = False
    """Whether it is what is asked in danger, which else puts every form aside."""
    tells: bool = False
    """Whether what is written there tells others of something: of a danger in it only the number to call is said."""
    voices: bool = False
    """Whether spoken messages that come meanwhile are handed on with it, as ``answers["voices"]`` (media ids)."""

    def step(self, key: str) -> Step:
        """The step whose answer has this name."""
        return next(step for step in self.steps if step.key == key)

    def next_key(self, answers: Answers, begin: int = 0) -> str:
        """The first question from ``begin`` on that is to be asked and has no answer; "" when there is none."""
        for step in self.steps[begin:]:
            if step.key not in answers and (step.when is None or step.when(answers)):
                return step.key
        return ""

    def inferred(self, ctx: Context, answers: dict[str, Any]) -> dict[str, Any]:
        """The answers with what can be read out of them, without what no longer holds."""
        found = self.infer(ctx, answers) if self.infer else {}
        void = {key for key, value in found.items() if value is None}
        return {key: value for key, value in (answers | found).items() if key not in void}


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
class Text(Base):
    """Free words of at least ``least`` and at most ``most`` characters; a sticker or file is explained away."""

    least: int = 1
    most: int = 1000
    free: bool = True
    spoken: bool = False
    """Whether a spoken message is an answer as well, for somebody to listen to."""

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question."""
        return Reply((say(self.question),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The words, when there is something in them besides signs."""
        words = said.text.strip()
        if not re.sub(r"[\W_]+", "", words):
            return Problem(say("form.words_please"))
        if ctx.shelf.texts.hears("words.skip", words):
            return Problem(say("form.not_skipped"))
        if any(ctx.shelf.texts.hears(key, words) for key in (*_EMPTY_WORDS, _LABELS)):
            return Problem(say("form.say_more"))
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
        number = counted(said.text)
        if number is None or not self.low <= number <= self.high:
            return Problem(say("form.number", low=self.low, high=self.high))
        return Read(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Base):
    """A time to come as people say it (``knowledge.moments``); local time in, {at, until} out as ISO UTC strings.

    ``until`` is None where no end was named.
    """

    literal: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question with an example of a day and an hour."""
        return Reply((say(self.question, example=_tomorrow(ctx)),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The time, when it lies ahead."""
        told = when(said.text, ctx.now.astimezone(SHANGHAI))
        if is_repeated(said.text):
            example = told.at.strftime("%m-%d %H:%M") if told.at else _tomorrow(ctx)
            return Problem(say("form.moment_once", example=example))
        if told.at is None:
            return Problem(say("form.moment_hour" if told.day else "form.moment", example=_tomorrow(ctx)))
        if told.at <= ctx.now:
            return Problem(say("form.moment_past", example=_tomorrow(ctx, "%Y-%m-%d 09:00")))
        if told.at > ctx.now + _FARTHEST:
            return Problem(say("form.moment_far"))
        until = told.until.astimezone(UTC).isoformat() if told.until else None
        return Read({"at": told.at.astimezone(UTC).isoformat(), "until": until})


def _tomorrow(ctx: Context, written: str = "%m-%d 09:00") -> str:
    return (ctx.now + timedelta(days=1)).astimezone(SHANGHAI).strftime(written)


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
        return Problem(say("form.confirm_please", submit=say(self.submit)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Base):
    """The sender's own number, typed or shared as a contact card the channel vouches for."""

    literal: bool = True

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question, with a way out for who would rather not."""
        return Reply((say(self.question),), (choice("form.no_phone", "cancel"),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A mainland mobile or a landline number."""
        if said.contact is not None and not said.contact.own:
            return Problem(say("form.contact_of_other"))
        found = phones(said.contact.phone if said.contact is not None else _SPELT.sub(_in_digits, said.text))
        return Read(found[0].number) if found else Problem(say("form.phone_please"))


def _in_digits(spelt: re.Match[str]) -> str:
    """一三八零零一三八零零零, as a phone that listens writes it."""
    return to_arabic(spelt[0])
