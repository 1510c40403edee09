"""The question that is answered by picking one or several of a few."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from handlers.context import Context
from handlers.form.picking import picked, without_end
from handlers.form.steps import Answers, Base, Problem, Read
from handlers.messages import Choice, Incoming, Reply, Say, choice, say
from handlers.texts import plain

_TAKE_BACK = "-"
"""Stands before the value of an option that is picked already: its button takes it back, and pressed twice in haste no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Base):
    """One of a few; ``options`` are (value, label key) or computed when asked. Values are short ASCII.

    With ``several`` every option keeps its number: what was picked is marked, and picking the marked one takes it back.
    """

    options: Sequence[tuple[str, Say]] | Callable[[Context, Answers], Awaitable[Sequence[tuple[str, Say]]]]
    several: bool = False

    async def choices(self, ctx: Context, answers: Answers) -> list[tuple[str, Say]]:
        """What can be picked."""
        return list(await self.options(ctx, answers) if callable(self.options) else self.options)

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question and the options; once something is picked, 完成 as well."""
        have = self._have(answers)
        offered = tuple(
            choice("form.picked", f"{_TAKE_BACK}{value}", label=label) if value in have else Choice(label, value)
            for value, label in await self.choices(ctx, answers)
        )
        done = (choice("form.enough", "enough", style="primary"),) if have else ()
        return Reply((say(self.question),), offered + done)

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A pressed value, or typed labels and numbers."""
        options = await self.choices(ctx, answers)
        wanted = [said.press] if said.press else self._typed(ctx, said.text, options)
        if self.several:
            return self._together(ctx, wanted, dict(options), self._have(answers))
        return Read(wanted[0]) if len(wanted) == 1 and wanted[0] in dict(options) else Problem(say("form.pick_one"))

    def _together(self, ctx: Context, wanted: list[str], options: dict[str, Say], have: list[str]) -> Read | Problem:
        back = [one.removeprefix(_TAKE_BACK) for one in wanted if one.startswith(_TAKE_BACK)]
        new = [one for one in wanted if one in options]
        if "enough" in wanted and (have or new):
            return Read(list(dict.fromkeys([*have, *new])))
        if not new and not set(back) & set(options):
            return Problem(say("form.pick_one"))
        left = [one for one in dict.fromkeys([*have, *new]) if one not in back]
        texts, language = ctx.shelf.texts, ctx.person.language
        names = texts.word(language, "form.and").join(texts.say(language, options[one]) for one in new or back)
        return Read(left, say("form.noted" if new else "form.taken_back", label=names), more=True)

    def _have(self, answers: Answers) -> list[str]:
        return list(answers.get(self.key) or []) if self.several else []

    def _typed(self, ctx: Context, text: str, options: Sequence[tuple[str, Say]]) -> list[str]:
        """The values of what was typed; 完成 may stand at the end of it."""
        texts = ctx.shelf.texts
        bare, over = without_end(plain(text), texts.words("words.enough"))
        labels = [texts.say(ctx.person.language, label) for _, label in options]
        return [*(options[at][0] for at in picked(bare, labels)), *(["enough"] if over else [])]
