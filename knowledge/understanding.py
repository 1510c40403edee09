"""From a message to what is done about it: the engine that joins lexicon, matching and intents.

Build it in a thread, then ask it as often as you like, from any thread: it keeps nothing but its last answers, since a
topic asks again what the conversation asked to find that topic.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.catalogue import Catalogue
from knowledge.content import shares_content
from knowledge.danger import Dangers
from knowledge.entries import Emergency
from knowledge.intents import BY_ENTRY, About, Cues, Leaning, Thresholds, Weights, certainty, chances, combine
from knowledge.lexicon import Found, Hit
from knowledge.matching import Candidate, Matcher, Reason
from knowledge.words import LONGEST, Cutter, forget_spellings, normalise

DEFAULT_THRESHOLDS = Thresholds()
DEFAULT_WEIGHTS = Weights()


class Alternative(NamedTuple):
    """Something else that may be meant; intents without entries have none."""

    intent: str
    entry_id: str | None
    entry_name: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message means. `score` in 0..1; `sure` says whether to act on it without asking."""

    text: str
    intent: str
    entry_id: str | None
    entry_name: str | None
    score: float
    why: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    sure: bool
    emergency: Emergency | None


class _Guess(NamedTuple):
    intent: str
    candidate: Candidate | None
    score: float
    chance: float
    leaning: Leaning | None

    @property
    def why(self) -> tuple[Reason, ...]:
        about = self.candidate.why if self.candidate else ()
        return (*about, *(self.leaning.why if self.leaning else ()))

    def alternative(self) -> Alternative:
        candidate = self.candidate
        if candidate is None:
            return Alternative(self.intent, None, None, self.score)
        return Alternative(self.intent, candidate.id, candidate.name, self.score)


class Understander:
    """The compiled knowledge of one catalogue."""

    def __init__(self, catalogue: Catalogue, cutter: Cutter, thresholds: Thresholds, weights: Weights) -> None:
        self._thresholds = thresholds
        self._weights = weights
        self._emergencies = catalogue.emergencies
        manners = {manner.id: manner.words for manner in catalogue.manners.values()}
        signs = {sign.id: catalogue.words_of(sign) for sign in catalogue.signs.values()}
        self._dangers = Dangers(catalogue.emergencies.values(), manners, signs)
        self._matcher = Matcher(catalogue, cutter)
        self._cues = Cues(catalogue.intents.values(), weights)
        forget_spellings()
        self._last: Understanding | None = None
        self._heard = ("", "", Found())

    @classmethod
    def build(
        cls,
        catalogue: Catalogue,
        cache_dir: Path,
        thresholds: Thresholds = DEFAULT_THRESHOLDS,
        weights: Weights = DEFAULT_WEIGHTS,
    ) -> "Understander":
        """Compile a catalogue; `cache_dir` keeps the cutter's dictionary and nothing else is written."""
        return cls(catalogue, Cutter(cache_dir), thresholds, weights)

    def understand(self, text: str) -> Understanding:
        """What the message means; only its first 1,000 characters are looked at."""
        last = self._last
        if last is None or last.text != text:
            self._last = last = self._understand(text)
        return last

    def danger(self, text: str) -> Emergency | None:
        """The danger to life the message tells of; a tenth of the work of understanding it."""
        _, danger = self._hear(text)
        return self._emergencies[_loudest(danger).owner] if danger.hits else None

    def _hear(self, text: str) -> tuple[str, Found]:
        """The normalised message, and what it says of danger."""
        heard, plain, danger = self._heard
        if heard != text:
            plain = normalise(text[:LONGEST])[:LONGEST]
            danger = self._dangers.find(plain)
            self._heard = (text, plain, danger)
        return plain, danger

    def _understand(self, text: str) -> Understanding:
        plain, danger = self._hear(text)
        guesses = self._guesses(plain)
        if danger.hits:
            return self._alarm(text, danger, guesses)
        found = self._plausible(plain, guesses)
        if not found or found[0].score < self._thresholds.maybe:
            found = self._topics(plain) or found
        return self._settle(text, found)

    def _topics(self, plain: str) -> list[_Guess]:
        """What a single word may be about: guesses to choose from, however much of an entry is about it."""
        maybe = self._thresholds.maybe
        about = self._matcher.about(plain)
        return [_Guess(BY_ENTRY[one.kind], one, max(maybe, one.score), 0.0, None) for one in about]

    def _plausible(self, plain: str, guesses: Sequence[_Guess]) -> list[_Guess]:
        """The guesses not much weaker than the best; of an entry that is about something else, the intent alone."""
        floor = self._thresholds.share * guesses[0].score if guesses else 0.0
        strong = [guess for guess in guesses if guess.score >= floor]
        about = [guess if _is_about(plain, guess) else guess._replace(candidate=None) for guess in strong]
        told = {guess.intent for guess in about if guess.candidate}
        bare = {guess.intent: guess for guess in reversed(about) if not guess.candidate and guess.intent not in told}
        return [guess for guess in about if guess.candidate or bare.get(guess.intent) is guess]

    def _guesses(self, plain: str) -> list[_Guess]:
        """Everything the message may mean, likeliest first."""
        if not plain.strip(",?"):
            return []
        leanings = self._cues.lean(plain)
        candidates = self._matcher.rank(plain)
        likely = chances(combine(leanings, _best(candidates), self._weights), self._weights)
        guesses = [self._about(candidate, likely, leanings) for candidate in candidates]
        told = {guess.intent for guess in guesses if guess.candidate and guess.candidate.score >= self._weights.topic}
        guesses += [self._bare(intent, likely, leaning) for intent, leaning in leanings.items() if intent not in told]
        return sorted((guess for guess in guesses if guess.score > 0), key=_rank)

    def _about(self, candidate: Candidate, likely: Mapping[str, float], leanings: Mapping[str, Leaning]) -> _Guess:
        """A guess with an entry: as good as the entry fits and the intent is likely; cues lend a weak one trust."""
        intent = BY_ENTRY[candidate.kind]
        trust = self._weights.cue_trust * certainty(leanings.get(intent)) * min(1.0, candidate.score / 0.4)
        fit = 1.0 - (1.0 - candidate.score) * (1.0 - trust)
        chance = likely.get(intent, 0.0)
        score = fit * chance**self._weights.caution
        return _Guess(intent, candidate, round(score, 4), chance, leanings.get(intent))

    def _bare(self, intent: str, likely: Mapping[str, float], leaning: Leaning) -> _Guess:
        """A guess without an entry; look-ups and reports are worth less without one."""
        worth = 1.0
        if intent in BY_ENTRY.values():
            worth = self._weights.bare if leaning.strength >= self._weights.bare_from else 0.0
        score = worth * likely[intent] * certainty(leaning)
        return _Guess(intent, None, round(score, 4), likely[intent], leaning)

    def _alarm(self, text: str, danger: Found, guesses: Sequence[_Guess]) -> Understanding:
        hit = _loudest(danger)
        emergency = self._emergencies[hit.owner]
        why = tuple(
            Reason("emergency", f"{hit.phrase} → {self._emergencies[hit.owner].name}", round(hit.weight, 3))
            for hit in danger.hits
        )
        others = tuple(guess.alternative() for guess in guesses[:3])
        return Understanding(
            text, "emergency", emergency.id, emergency.name, max(0.9, hit.weight), why, others, True, emergency
        )

    def _settle(self, text: str, guesses: Sequence[_Guess]) -> Understanding:
        """The best guess if it is good enough, otherwise none with the guesses beside it."""
        best = guesses[0] if guesses else None
        if best is None or best.score < self._thresholds.maybe or best.intent == "none":
            score = best.score if best and best.intent == "none" else 0.0
            why = best.why if best else ()
            others = tuple(guess.alternative() for guess in guesses if guess.intent != "none")[:3]
            return Understanding(text, "none", None, None, score, why, others, score >= self._thresholds.sure, None)
        chosen = best.alternative()
        others = tuple(guess.alternative() for guess in guesses[1:])
        sure = (
            best.score >= self._thresholds.sure
            and best.chance >= self._thresholds.intent
            and not self._rivalled(best, guesses[1:])
        )
        return Understanding(
            text, best.intent, chosen.entry_id, chosen.entry_name, best.score, best.why, others[:3], sure, None
        )

    def _rivalled(self, best: _Guess, others: Iterable[_Guess]) -> bool:
        """Whether a service that no keyword speaks for has another close behind."""
        if best.intent != "service" or best.candidate is None or best.candidate.hits:
            return False
        close = self._thresholds.rival * best.score
        return any(one.candidate and one.intent == best.intent and one.score > close for one in others)


def as_json(understanding: Understanding) -> dict[str, Any]:
    """The contract of `ask`: text, intent, entry, score, why, alternatives."""
    entry = {"id": understanding.entry_id, "name": understanding.entry_name} if understanding.entry_id else None
    return {
        "text": understanding.text,
        "intent": understanding.intent,
        "entry": entry,
        "score": round(understanding.score, 3),
        "why": [str(reason) for reason in understanding.why],
        "alternatives": [
            {"intent": other.intent, "id": other.entry_id, "name": other.entry_name, "score": round(other.score, 3)}
            for other in understanding.alternatives
        ],
    }


def _loudest(danger: Found) -> Hit:
    return max(danger.hits, key=lambda hit: hit.weight)


def _best(candidates: Sequence[Candidate]) -> dict[str, About]:
    """For each intent the best score and the greatest likeness among the candidates that speak for it."""
    best: dict[str, About] = {}
    for candidate in candidates:
        intent = BY_ENTRY[candidate.kind]
        likeness = candidate.like.score if candidate.like else 0.0
        known = best.get(intent, About(candidate.score, likeness))
        best[intent] = About(known.score, max(known.likeness, likeness))
    return best


def _is_about(plain: str, guess: _Guess) -> bool:
    """Whether an entry was found by what the message is about, and not only by the way it is said."""
    found = guess.candidate
    if found is None or found.hits:
        return True
    known = [like.text for like in (found.like, found.words) if like is not None]
    return shares_content(plain, guess.leaning.cues if guess.leaning else (), known)


def _rank(guess: _Guess) -> tuple[float, str, str]:
    return -guess.score, guess.intent, guess.candidate.id if guess.candidate else ""
