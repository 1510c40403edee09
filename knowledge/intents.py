"""What a person wants, decided by how it is said (cues) and what it is about (the candidates' scores).

`tell` weighs the intents against each other; it knows nothing of entries. Weights and thresholds are values passed in,
so that the cost of each mistake stays a setting.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.entries import IntentCues
from knowledge.grams import Index, Likeness
from knowledge.lexicon import compile_words, longest, occurrences
from knowledge.matching import Reason
from knowledge.references import references
from knowledge.words import in_one_spelling

_SAID: Mapping[str, str] = {
    "service": "办事",
    "report": "报事",
    "proposal": "建议",
    "volunteer": "志愿",
    "notice": "通知",
    "progress": "进度",
    "human": "人工",
    "menu": "菜单",
    "none": "闲谈",
}
"""What the intents are called in reasons."""

BY_ENTRY: Mapping[str, str] = {"service": "service", "category": "report"}
"""Which intent a candidate of this kind speaks for."""

_TOPICAL: Mapping[str, float] = {"proposal": 0.9, "progress": 0.8, "notice": 0.5, "volunteer": 0.4}
"""Intents that are about something too: the part of the best entry's evidence they share when they are said."""

_WHOLE = frozenset(("human", "menu", "none"))
"""Said by a message as a whole: their cues count in proportion to how much of the message they are."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `sure` on the bot acts, from `maybe` on it offers choices, below it asks again.

    To act, the intent itself must also have a chance of at least `intent` against the others.
    """

    sure: float = 0.5
    intent: float = 0.5
    maybe: float = 0.13
    share: float = 0.4
    """The part of the best guess's score from which on another is offered beside it."""
    rival: float = 0.5
    """From this part on another service makes one doubtful that no keyword speaks for: 医保怎么办 may mean ten."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How the evidence is joined, in the unit of cues (3 decides nearly alone)."""

    entry: float = 2.6
    """What a perfectly fitting entry adds to its intent."""
    silent: float = 0.7
    """The part of that when nothing is said that speaks for the intent; less when something else is said."""
    overruled: float = 0.25
    wording: float = 3.0
    """What an example said word for word adds, and the likeness from which one counts."""
    wording_floor: float = 0.3
    alike_floor: float = 0.6
    """The same for the examples of entries, which are many."""
    against: float = 3.0
    reference: float = 3.5
    doubt: float = 0.6
    """The strength of meaning nothing at all."""
    sharpness: float = 2.0
    caution: float = 0.9
    """How much a doubtful intent lowers the score of an entry (0 not at all, 1 in proportion)."""
    cue_trust: float = 0.4
    topic: float = 0.12
    """From this score on an entry stands for its intent."""
    bare: float = 0.6
    """What a look-up or a report is worth without an entry, and how plainly it has to be said."""
    bare_from: float = 1.6


class Leaning(NamedTuple):
    """How strongly a message speaks for an intent: `strength` in the unit of cues, without the entries."""

    intent: str
    strength: float
    cues: Mapping[str, float]
    like: Likeness | None
    reference: str

    @property
    def why(self) -> tuple[Reason, ...]:
        """The evidence in words."""
        said = _SAID[self.intent]
        why = [Reason("cue", f"{cue} → {said}", weight) for cue, weight in self.cues.items()]
        if self.like:
            why.append(Reason("wording", f"{self.like.text} → {said}", round(self.like.score, 3)))
        if self.reference:
            why.append(Reason("number", self.reference, 1.0))
        return tuple(why)


class About(NamedTuple):
    """The best entry that speaks for an intent: its score, and the likeness to a known wording of such entries."""

    score: float
    likeness: float


class Cues:
    """The compiled cues and examples of all intents."""

    def __init__(self, intents: Iterable[IntentCues], weights: Weights) -> None:
        self._weights = weights
        self._for: dict[str, list[tuple[str, float]]] = {}
        self._against: dict[str, list[str]] = {}
        wordings: list[tuple[str, str]] = []
        for intent in intents:
            for cue in intent.cues:
                self._for.setdefault(in_one_spelling(cue.text), []).append((intent.id, cue.weight))
            for text in intent.not_cues:
                self._against.setdefault(in_one_spelling(text), []).append(intent.id)
            wordings += ((intent.id, in_one_spelling(example)) for example in intent.examples)
        self._automaton = compile_words({*self._for, *self._against})
        self._wordings = Index(dict.fromkeys(wordings), floor=weights.wording_floor)

    def lean(self, text: str) -> dict[str, Leaning]:
        """For each intent a normalised text speaks for at all: how strongly, and why."""
        spans = occurrences(self._automaton, text)
        against = {span.word for span in spans if span.word in self._against}
        seen: dict[str, dict[str, float]] = {}
        for span in longest(spans):
            for intent, weight in self._for.get(span.word, ()):
                seen.setdefault(intent, {})[span.word] = weight
        like = self._wordings.nearest(text)
        reference = next(iter(references(text)), "")
        opposed = [intent for word in against for intent in self._against[word]]
        told = {**seen, **like, **({"progress": None} if reference else {})}
        leanings = {}
        for intent in told:
            code = reference if intent == "progress" else ""
            cues, example = seen.get(intent, {}), like.get(intent)
            strength = self._strength(text, intent, cues, example, code) - self._weights.against * opposed.count(intent)
            leanings[intent] = Leaning(intent, max(0.0, strength), cues, example, code)
        return leanings

    def _strength(self, text: str, intent: str, cues: Mapping[str, float], like: Likeness | None, code: str) -> float:
        weights = self._weights
        strength = math.fsum(cues.values())
        if cues and intent in _WHOLE:
            strength *= _share(text, cues)
        if like:
            strength += weights.wording * (like.score - weights.wording_floor) / (1 - weights.wording_floor)
        return strength + (weights.reference if code else 0.0)


def _share(text: str, cues: Iterable[str]) -> float:
    """The part of the message the cues make up, 0..1, with some grace for politeness around them."""
    bare = sum(1 for char in text if char not in ",? ")
    return min(1.0, (sum(map(len, cues)) + 2) / max(bare, 1)) if bare else 0.0


def certainty(leaning: Leaning | None) -> float:
    """How much the wording alone says, 0..1."""
    return leaning.strength / (leaning.strength + 1.0) if leaning else 0.0


def combine(leanings: Mapping[str, Leaning], best: Mapping[str, About], weights: Weights) -> dict[str, float]:
    """The strength of each intent, by how it is said and by the best entry that speaks for it."""
    strengths = {intent: leaning.strength for intent, leaning in leanings.items()}
    topic = max((about.score for about in best.values()), default=0.0) * weights.entry
    for intent, share in _TOPICAL.items():
        if said := strengths.get(intent, 0.0):
            strengths[intent] = said + share * topic * min(1.0, said / 3.0)
    loudest = max((leaning.strength for leaning in leanings.values()), default=0.0)
    for intent, about in best.items():
        said = strengths.get(intent, 0.0)
        alike = max(0.0, about.likeness - weights.alike_floor) / (1.0 - weights.alike_floor)
        share = 1.0 if said else weights.silent / (1.0 + weights.overruled * loudest)
        strengths[intent] = said + weights.entry * about.score * share + weights.wording * alike
    return strengths


def chances(strengths: Mapping[str, float], weights: Weights) -> dict[str, float]:
    """How likely each intent is, in 0..1, given strengths that include the entries; they add up to less than one."""
    powers = {intent: max(0.0, strength) ** weights.sharpness for intent, strength in strengths.items()}
    total = math.fsum(powers.values()) + weights.doubt**weights.sharpness
    return {intent: power / total for intent, power in powers.items()}
