"""The question for pictures, and the words that come with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from handlers.context import Context
from handlers.form.steps import Answers, Base, Problem, Read
from handlers.messages import Incoming, Reply, choice, say
from handlers.pictures import added, pictures
from knowledge.numerals import ordinal

CAPTIONS: Final = "captions"
"""Under which the words written under pictures stand among the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photos(Base):
    """Pictures, as many as ``rules.photos_per_report``; the answer is a list of media ids, their captions beside it.

    ``words``: what is typed here is kept like a caption.
    """

    optional: bool = True
    words: bool = False

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question; 完成 once there is a picture."""
        have = len(answers.get(self.key) or [])
        if have:
            return Reply((say("form.photos_have", count=have),), (choice("form.enough", "enough", style="primary"),))
        return Reply((say(self.question),))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """Collect pictures until 完成."""
        have: list[int] = list(answers.get(self.key) or [])
        if said.press == "enough" and have:
            return Read(have)
        if self.words and not pictures(said) and _tells(ctx, said.text) and _keep(ctx, said.text):
            return Read(have, say("form.words_kept"), more=True)
        found, told = added(have, said, ctx.rules.photos_per_report)
        keep_caption(ctx, said)
        note = told[0] if told else None
        return (
            Read(found, note, more=True)
            if pictures(said)
            else Problem(note or say("form.photo_please"), whole=note is None)
        )


def keep_caption(ctx: Context, said: Incoming) -> None:
    """Keep what is written under a picture with the form's answers, as many as there may be pictures."""
    if said.text.strip() and pictures(said):
        _keep(ctx, said.text)


def _keep(ctx: Context, words: str) -> bool:
    """Keep words with the captions; False when there are as many as may be."""
    kept = ctx.chat.answers.get(CAPTIONS, ())
    if len(kept) >= ctx.rules.photos_per_report:
        return False
    ctx.chat.answers = {**ctx.chat.answers, CAPTIONS: [*kept, words.strip()]}
    return True


def _tells(ctx: Context, words: str) -> bool:
    """Whether words say something of the matter, and are no number and no 好的 or 怎么拍."""
    empty = ("words.yes", "words.no", "words.unknown", "words.enough", "talk.heard.thanks", "talk.heard.hello")
    bare = re.sub(r"[\W_]+", "", words)
    if any(bare.startswith(one) for one in ctx.shelf.texts.words("talk.heard.thanks")):
        return False
    return len(bare) > 1 and ordinal(bare) is None and not any(ctx.shelf.texts.hears(key, words) for key in empty)
