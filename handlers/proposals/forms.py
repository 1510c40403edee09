"""The questions about a proposal: the author's, the co-signer's and the desk's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from handlers.context import Context
from handlers.form import Confirm, Form, Pick, Place, Problem, Read, Text
from handlers.form.steps import Answers
from handlers.form.world import NEAR, listed, named_estates, names_another
from handlers.messages import Incoming, Reply, Say, say
from handlers.proposals import actions
from handlers.topic import Answer
from knowledge.references import references
from knowledge.wishes import bare, tells_where, wish

_FROM_WORDS: Final = {"from_words": True}
_REASON: Final = "_reason"
"""Under which the reason read from the proposal's own words stands among the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Pick):
    """Which proposal to merge into: one of the similar ones offered, or any other by its number."""

    free: bool = True

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A pressed choice, or a typed number of a proposal that can take another in."""
        typed = said.text.strip().upper()
        if said.press or references(typed, "P") != (typed,):
            return await Pick.read(self, ctx, said, answers)
        found = await ctx.unit.proposals.find(typed)
        if found is None or found.state not in actions.LIVE or found.ref == answers["ref"]:
            return Problem(say("proposals.no_target", ref=typed))
        return Read(found.ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class What(Text):
    """What is proposed: 我建议 alone says nothing yet."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The words, when something is wished for in them."""
        read = await Text.read(self, ctx, said, answers)
        return read if isinstance(read, Problem) or says_what(ctx, said.text) else Problem(say("form.say_more"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where(Place):
    """Where it is wanted; 我建议装路灯 is no place but a new wording, which replaces the one before."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A place, also where it is said as 建议放在东门."""
        rest = bare(said.text, _openers(ctx))
        if rest == bare(said.text, ()) or not says_what(ctx, said.text) or tells_where(rest):
            return await Place.read(self, ctx, replace(said, text=rest or said.text), answers)
        others = {key: value for key, value in ctx.chat.answers.items() if key not in (self.key, "proposal_what")}
        ctx.chat.answers = answers = {**others, **_infer(ctx, {**others, "proposal_what": said.text.strip()})}
        if self.key in answers:
            return Read(answers[self.key])
        return Problem(say("proposals.reworded", what=answers["proposal_what"]))


def says_what(ctx: Context, words: str) -> bool:
    """Whether something is left of the words once 我想提个建议 and the like are taken away."""
    return len(re.sub(r"[\W_]+", "", wish(words, _openers(ctx)).what)) >= 2


def _openers(ctx: Context) -> Collection[str]:
    return ctx.shelf.texts.words("proposals.openers")


def _about(ctx: Context, answers: Answers) -> Say | None:
    """What was understood, unless the sum-up that is next says it all."""
    if ctx.chat.step == "proposal_confirm":
        return say("proposals.complete")
    what = answers.get("proposal_what")
    return say("proposals.understood", what=what) if what else say("proposals.begin")


def _infer(ctx: Context, answers: dict[str, Any]) -> dict[str, Any]:
    """What one sentence tells: the wish alone, the reason beside it, and the place it names.

    What was read from words gives way to what changed words tell; what was answered to its own question stays.
    """
    words, reason = str(answers.get("proposal_what", "")), answers.get(_REASON)
    if not words:
        return {}
    found: dict[str, Any] = {"proposal_what": bare(words, _openers(ctx))}
    told = wish(words, _openers(ctx))
    if told.why and answers.get("proposal_why") == reason:
        found |= {"proposal_what": told.what, "proposal_why": told.why, _REASON: told.why}
    if answers.get("proposal_where", _FROM_WORDS).get("from_words"):
        found[NEAR] = []
        found |= _placed(ctx, words, answers) or _placed(ctx, str(reason or ""), answers)
    return found


def _placed(ctx: Context, words: str, answers: Answers) -> dict[str, Any]:
    """The place the words name, or the estates to choose from where they may mean several, and then not the old place."""
    places = ctx.shelf.gazetteer.locate(words)
    if len(places) == 1:
        return _where(places[0].code, ctx.full_name(places[0].code))
    parents = {place.parent for place in places if place.kind == "building"}
    if len(parents) == 1 and all(place.kind == "building" for place in places):
        (parent,) = parents  # 3栋和5栋之间
        return _where(parent, ctx.full_name(parent) + listed(ctx, [place.name for place in places]))
    if not places:
        return {}
    old = answers.get("proposal_where")
    void = {"proposal_where": None} if old and names_another(ctx, old, places) else {}
    return {NEAR: named_estates(ctx, words), **void}


def _where(code: str, text: str) -> dict[str, Any]:
    return {"proposal_where": {"area": code, "text": text, "lat": None, "lon": None, **_FROM_WORDS}}


def _summary(ctx: Context, answers: Answers) -> Reply:
    where = answers["proposal_where"]["text"]
    return Reply((say("proposals.summary", what=answers["proposal_what"], where=where, why=answers["proposal_why"]),))


def _to_all(key: str) -> Callable[[Context, Answers], Reply]:
    """What the author and all who co-signed are about to read."""
    return lambda ctx, answers: Reply((say("proposals.to_all", ref=answers["ref"], words=answers[key]),))


def _deciding(ctx: Context, answers: Answers) -> Say:
    return say("proposals.deciding", ref=answers["ref"], what=answers["what"])


async def _alike(ctx: Context, answers: Answers) -> list[tuple[str, Say]]:
    found = await actions.similar(ctx, answers["ref"])
    return [(one.ref, say("proposals.target", ref=one.ref, what=one.what[:40])) for one in found]


async def _signed(ctx: Context, answers: dict[str, Any]) -> Answer:
    return await actions.cosign(ctx, answers["ref"])


async def _adopted(ctx: Context, answers: dict[str, Any]) -> Answer:
    return await actions.adopt(ctx, answers["ref"], answers["proposal_next"])


async def _merged(ctx: Context, answers: dict[str, Any]) -> Answer:
    return await actions.merge(ctx, answers["ref"], answers["proposal_into"])


async def _answered(ctx: Context, answers: dict[str, Any]) -> Answer:
    return await actions.answer(ctx, answers["ref"], answers["proposal_reply"])


PROPOSE = Form(
    "proposal",
    version=1,
    done=actions.file,
    about=_about,
    infer=_infer,
    steps=(
        What(key="proposal_what", question="proposals.ask_what", least=2),
        Where(key="proposal_where", question="proposals.ask_where"),
        Text(key="proposal_why", question="proposals.ask_why"),
        Confirm(key="proposal_confirm", question="proposals.ask_confirm", summary=_summary),
    ),
)
COSIGN = Form(
    "proposal_cosign",
    version=1,
    done=_signed,
    about=_deciding,
    steps=(Pick(key="proposal_sign", question="proposals.ask_sign", options=(("sign", say("proposals.sign")),)),),
)
ADOPT = Form(
    "proposal_adopt",
    version=1,
    done=_adopted,
    consent=False,
    about=_deciding,
    steps=(
        Text(key="proposal_next", question="proposals.ask_next", least=2, most=500),
        Confirm(key="proposal_next_ok", question="proposals.ask_publish", summary=_to_all("proposal_next")),
    ),
)
MERGE = Form(
    "proposal_merge",
    version=1,
    done=_merged,
    consent=False,
    about=_deciding,
    steps=(Target(key="proposal_into", question="proposals.ask_into", options=_alike),),
)
ANSWER = Form(
    "proposal_answer",
    version=1,
    done=_answered,
    consent=False,
    about=_deciding,
    steps=(
        Text(key="proposal_reply", question="proposals.ask_reply", least=2, most=500),
        Confirm(key="proposal_reply_ok", question="proposals.ask_publish", summary=_to_all("proposal_reply")),
    ),
)
