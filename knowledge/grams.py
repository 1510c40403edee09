"""Likeness to known wordings: an inverted index from features (character pairs, words) to texts.

Only the postings of the message's own features are touched, the rarest first and no more than a fixed number, so a
look-up costs the same with ten thousand texts as with a hundred. A feature's weight depends only on how many texts
have it: adding texts about something else changes nothing for the others.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

_COMMON = 160
"""A feature of more texts than this says nothing and is dropped."""
_TOUCHED = 240
"""Postings looked at for one message."""
_OWN = 0.45
"""How much a feature counts that only the message, or only the text, has (Tversky's alpha and beta)."""
_STEEPNESS = 0.5
"""How fast a feature loses weight with the number of its owners."""
_BOTH = 1.0 - 2.0 * _OWN
_SLIGHT = 0.06
"""Lowers a likeness that rests on one or two features."""
_UNKNOWN = 0.8
"""Weight of a feature of the message that no text has."""


class Likeness(NamedTuple):
    """A known text, whose it is, and how like it the message is, 0..1."""

    owner: str
    text: str
    score: float


@lru_cache(maxsize=8)
def pairs(text: str) -> frozenset[str]:
    """The character pairs of a text with its marks and spaces left out."""
    bare = text.replace(",", "").replace("?", "").replace(" ", "")
    if len(bare) == 1:
        return frozenset((bare,))
    grams = (bare[n : n + 2] for n in range(len(bare) - 1))
    return frozenset(gram for gram in grams if not gram.isdigit())


class Index:
    """Texts by their features. Build with all texts, then ask."""

    def __init__(
        self, texts: Iterable[tuple[str, str]], cut: Callable[[str], frozenset[str]] = pairs, floor: float = 0.0
    ) -> None:
        """`texts`: (owner, normalised text); `cut` makes the features; likeness up to `floor` is taken for chance."""
        known = dict.fromkeys(texts)
        self._floor = floor
        self._cut = cut
        self._owners = [owner for owner, _ in known]
        self._texts = [text for _, text in known]
        features = [cut(text) for text in self._texts]
        self._postings = _postings(features)
        self._weights = {name: self._rarity(at) for name, at in self._postings.items()}
        rarest = sorted(self._postings, key=lambda name: (len(self._postings[name]), name))
        self._order = {name: number for number, name in enumerate(rarest)}
        self._own = array("d", (_SLIGHT + _OWN * self._sum(sorted(names)) for names in features))

    def nearest(self, text: str, barred: frozenset[str] = frozenset()) -> dict[str, Likeness]:
        """For each owner like the normalised message at all, the text of his that is most like it."""
        features = self._cut(text)
        order = self._order
        known = sorted(filter(order.__contains__, features), key=order.__getitem__)
        if not known:
            return {}
        weights = [self._weights[name] for name in known]
        own = _OWN * (math.fsum(weights) + _UNKNOWN * (len(features) - len(known)))
        floor, lengths = self._floor, self._own
        best: dict[str, tuple[float, int]] = {}
        for number, common in self._shared(known, weights, floor * own / (1.0 - floor * _BOTH)):
            score = common / (own + lengths[number] + _BOTH * common)
            if score > floor:
                owner = self._owners[number]
                if owner not in barred and (owner not in best or score > best[owner][0]):
                    best[owner] = (score, number)
        return {owner: Likeness(owner, self._texts[number], min(score, 1.0)) for owner, (score, number) in best.items()}

    def _shared(self, known: Sequence[str], weights: Sequence[float], least: float) -> list[tuple[int, float]]:
        """The weight of the features each text has in common with the message, rarest first, where it is over ``least``."""
        shared: dict[int, float] = {}
        left, sofar = _TOUCHED, shared.get
        for name, weight in zip(known, weights, strict=True):
            at = self._postings[name]
            left -= len(at)
            if left < 0:
                break
            for number in at:
                shared[number] = sofar(number, 0.0) + weight
        return [one for one in shared.items() if one[1] > least]

    def _sum(self, names: Iterable[str]) -> float:
        return sum(self._weights.get(name, 0.0) for name in names)

    def _rarity(self, at: Iterable[int]) -> float:
        """Weight by the number of owners who have a feature: what everybody says (怎么办) tells nobody apart."""
        return math.pow(len({self._owners[number] for number in at}), -_STEEPNESS)


def _postings(features: Sequence[frozenset[str]]) -> "dict[str, array[int]]":
    """The numbers of the texts that have a feature, packed; features of too many texts are dropped."""
    postings: dict[str, array[int]] = {}
    for number, names in enumerate(features):
        for name in names:
            if name not in postings:
                postings[name] = array("I")
            postings[name].append(number)
    return {name: at for name, at in postings.items() if len(at) <= _COMMON}
