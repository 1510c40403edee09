"""办得怎么样？: what came of a case, and what was done, as staff say both in one sentence (已解决 盖上了)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from handlers.context import Context
from handlers.form import Pick, Problem, Read, Text
from handlers.form.picking import picked
from handlers.form.steps import Answers
from handlers.messages import Incoming, Kind, Reply, say
from handlers.reports.reading import desk_cases
from handlers.texts import plain

OUTCOMES: Final = ("solved", "partly", "unsolved", "not_ours")
CLOSING: Final = Text(key="finish_words", question="finish.ask_words", least=2)
_PARTED: Final = re.compile(r"[\s,，、。.:：;；!！]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Pick):
    """One of the outcomes; any words besides it are kept as the answer to ``CLOSING``."""

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question, with number and title of the case where the speaker has several in hand."""
        asked = await Pick.ask(self, ctx, answers)
        mine = [one for one in await desk_cases(ctx) if one.state == "accepted" and one.handler_id == ctx.person.id]
        case = next((one for one in mine if one.ref == answers.get("case")), None)
        named = (say("finish.about_case", ref=case.ref, title=case.title),) if case and len(mine) > 1 else ()
        return Reply((*named, *asked.lines), asked.choices)

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The outcome, from its label or number or words that mean it; else the words are kept and it is asked again."""
        words = said.text.strip()
        if said.press or not any(sign.isalpha() for sign in words):
            return await Pick.read(self, ctx, said, answers)
        for told, rest in ((words, ""), (*_PARTED.split(words, maxsplit=1), "")[:2]):
            outcome, more = self._meant(ctx, told, rest)
            if outcome:
                await _keep(ctx, more)
                return Read(outcome)
        if ctx.shelf.texts.hears("words.no", words) or not await _keep(ctx, words):
            return Problem(say("form.pick_one"))
        ctx.chat.answers = {**ctx.chat.answers, "_told": True}
        kept = ctx.chat.answers[CLOSING.key]
        return Read(None, say("finish.about", ref=answers["case"], words=kept), more=True)

    def _meant(self, ctx: Context, told: str, rest: str) -> tuple[str, str]:
        """The outcome that ``told`` says, "" for none, and the words that are left of it and of ``rest``."""
        texts, words = ctx.shelf.texts, plain(told)
        labels = [plain(texts.word(ctx.person.language, f"outcome.{one}")) for one in OUTCOMES]
        found = picked(words, labels)
        if len(found) == 1:
            besides = words.partition(labels[found[0]])
            extra = "".join(besides[::2]) if besides[1] else ""
            doubted = any(mark in extra for mark in texts.words("words.doubt"))
            left = (extra if len(extra) > 1 else "", rest)
            return ("", "") if doubted else (OUTCOMES[found[0]], " ".join(filter(None, left)))
        for outcome in ("solved", "unsolved"):
            doubted = outcome == "solved" and any(mark in rest for mark in texts.words("words.doubt"))
            if texts.hears(f"outcome.heard.{outcome}", told) and not doubted:
                return outcome, rest
        return "", ""


async def _keep(ctx: Context, words: str) -> bool:
    """Add the words to those for the resident; False when there is nothing to read in them."""
    before = str(ctx.chat.answers.get(CLOSING.key, ""))
    joined = "\n".join(filter(None, (before, words)))
    read = await CLOSING.read(ctx, Incoming("", "", "", Kind.TEXT, joined), {})
    if not words or not isinstance(read, Read):
        return False
    ctx.chat.answers = {**ctx.chat.answers, CLOSING.key: read.value}
    return True
