"""The questions about a proposal: the author's, the co-signer's and the desk's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.context import Context
from handlers.form import Confirm, Form, Pick, Place, Problem, Read, Text
from handlers.form.steps import Answers
from handlers.messages import Incoming, Reply, Say, say
from handlers.proposals import actions
from handlers.topic import Answer
from knowledge.references import references


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


def _about(ctx: Context, answers: Answers) -> Say:
    what = answers.get("proposal_what")
    return say("proposals.understood", what=what) if what else say("proposals.begin")


def _infer(ctx: Context, answers: Answers) -> dict[str, Any]:
    """The place, when the words of the proposal name exactly one building."""
    if "proposal_where" in answers or "proposal_what" not in answers or answers.get("_placed"):
        return {}
    found = ctx.shelf.gazetteer.locate(answers["proposal_what"])
    if len(found) != 1 or found[0].kind != "building":
        return {"_placed": True}
    place = {"area": found[0].code, "text": ctx.full_name(found[0].code), "lat": None, "lon": None}
    return {"proposal_where": place, "_placed": True}


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
        Text(key="proposal_what", question="proposals.ask_what", least=2),
        Place(key="proposal_where", question="proposals.ask_where"),
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
