"""Likeness to known wordings: an inverted index from features (character pairs, words) to texts.

Only the postings of the message's own features are touched, the rarest first and no more than a fixed number, so a
look-up costs the same with ten thousand texts as with a hundred. A feature's weight depends only on how many texts
have it: adding texts about something else changes nothing for the others.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_COMMON = 160
"""A feature of more texts than this says nothing and is dropped."""
_TOUCHED = 700
"""Postings looked at for one message."""
_OWN = 0.45
"""How much a feature counts that only the message, or only the text, has (Tversky's alpha and beta)."""
_STEEPNESS = 0.5
"""How fast a feature loses weight with the number of its owners."""
_SLIGHT = 0.06
"""Lowers a likeness that rests on one or two features."""
_UNKNOWN = 0.8
"""Weight of a feature of the message that no text has."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A known text, whose it is, and how like it the message is, 0..1."""

    owner: str
    text: str
    score: float


def pairs(text: str) -> frozenset[str]:
    """The character pairs of a text with its marks and spaces left out."""
    bare = text.replace(",", "").replace("?", "").replace(" ", "")
    if len(bare) == 1:
        return frozenset((bare,))
    grams = (bare[n : n + 2] for n in range(len(bare) - 1))
    return frozenset(gram for gram in grams if not gram.isdigit())


class Index:
    """Texts by their features. Build with all texts, then ask."""

    def __init__(self, texts: Iterable[tuple[str, str]], cut: Callable[[str], frozenset[str]] = pairs) -> None:
        """`texts`: (owner, normalised text); `cut` makes the features, of the texts here and of messages later."""
        known = dict.fromkeys(texts)
        self._owners = [owner for owner, _ in known]
        self._texts = [text for _, text in known]
        features = [cut(text) for text in self._texts]
        self._postings = _postings(features)
        self._weights = {name: self._rarity(at) for name, at in self._postings.items()}
        self._totals = [sum(self._weights.get(name, 0.0) for name in sorted(names)) for names in features]

    def nearest(self, features: frozenset[str], barred: frozenset[str] = frozenset()) -> dict[str, Likeness]:
        """For each owner with anything in common its text most like the message with these features."""
        known = sorted((name for name in features if name in self._postings), key=self._order)
        if not known:
            return {}
        shared: dict[int, float] = {}
        left = _TOUCHED
        for name in known:
            at = self._postings[name]
            left -= len(at)
            if left < 0:
                break
            weight = self._weights[name]
            for number in at:
                shared[number] = shared.get(number, 0.0) + weight
        total = sum(map(self._weights.__getitem__, known)) + _UNKNOWN * (len(features) - len(known))
        return self._best(shared, total, barred)

    def _rarity(self, at: Iterable[int]) -> float:
        """Weight by the number of owners who have a feature: what everybody says (怎么办) tells nobody apart."""
        return math.pow(len({self._owners[number] for number in at}), -_STEEPNESS)

    def _order(self, name: str) -> tuple[int, str]:
        return len(self._postings[name]), name

    def _best(self, shared: dict[int, float], total: float, barred: frozenset[str]) -> dict[str, Likeness]:
        best: dict[str, tuple[float, int]] = {}
        for number, common in shared.items():
            score = common / (common + _OWN * (total - common) + _OWN * (self._totals[number] - common) + _SLIGHT)
            owner = self._owners[number]
            if owner not in best or (score, -number) > best[owner]:
                best[owner] = (score, -number)
        return {
            owner: Likeness(owner, self._texts[-number], min(score, 1.0))
            for owner, (score, number) in best.items()
            if owner not in barred
        }


def _postings(features: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    """The numbers of the texts that have a feature; features of too many texts are dropped."""
    postings: dict[str, list[int]] = {}
    for number, names in enumerate(features):
        for name in names:
            postings.setdefault(name, []).append(number)
    return {name: at for name, at in postings.items() if len(at) <= _COMMON}
