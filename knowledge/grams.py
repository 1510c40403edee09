"""Likeness to known wordings: an inverted index from features (character pairs, words) to texts.

Only the postings of the message's own features are touched, the rarest first and no more than a fixed number, so a
look-up costs the same with ten thousand texts as with a hundred. A feature's weight depends only on how many texts
have it: adding texts about something else changes nothing for the others.
"""

import math
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import NamedTuple

_COMMON = 160
"""Of the texts that have a feature only this many are looked up by it, the shortest: it says most about those."""
_TOUCHED = 320
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
    """Texts by their features. Build with all texts, then ask.

    A feature is its number, the rarest first; what is known of it stands in arrays at that number, because there are many.
    """

    def __init__(
        self,
        texts: Iterable[tuple[str, str]],
        cut: Callable[[str], frozenset[str]] = pairs,
        floor: float = 0.0,
        features: Sequence[Collection[str]] | None = None,
    ) -> None:
        """`texts`: (owner, normalised text), none twice; `cut` makes the features; likeness up to `floor` is taken for chance.

        `features` are those of the texts, where they are known already.
        """
        known = list(texts)
        self._floor = floor
        self._cut = cut
        self._owners = [owner for owner, _ in known]
        self._texts = [text for _, text in known]
        if features is None:
            features = [cut(text) for text in self._texts]
        postings = _postings(features)
        rarest = sorted(postings, key=lambda name: (len(postings[name]), name))
        self._numbers = {name: number for number, name in enumerate(rarest)}
        self._weights = array("d", (self._rarity(postings[name]) for name in rarest))
        self._starts = array("I", (0, *accumulate(min(len(postings[name]), _COMMON) for name in rarest)))
        self._postings = array("I", chain.from_iterable(postings[name][:_COMMON] for name in rarest))
        self._own = array("d", (_SLIGHT + _OWN * math.fsum(self._weighed(self._known(names))) for names in features))

    def nearest(self, text: str, barred: frozenset[str] = frozenset()) -> dict[str, Likeness]:
        """For each owner like the normalised message at all, the text of his that is most like it."""
        features = self._cut(text)
        known = self._known(features)
        if not known:
            return {}
        weights = self._weighed(known)
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

    def _known(self, features: Collection[str]) -> list[int]:
        """The numbers of the features that any text has, the rarest first."""
        numbers = self._numbers
        return sorted([numbers[name] for name in features if name in numbers])

    def _weighed(self, known: Iterable[int]) -> list[float]:
        weights = self._weights
        return [weights[number] for number in known]

    def _shared(self, known: Sequence[int], weights: Sequence[float], least: float) -> list[tuple[int, float]]:
        """The weight of the features each text has in common with the message, rarest first, where it is over ``least``."""
        shared: dict[int, float] = {}
        left, sofar, starts = _TOUCHED, shared.get, self._starts
        for number, weight in zip(known, weights, strict=True):
            begin = starts[number]
            end = min(starts[number + 1], begin + left)
            left -= end - begin
            for text in self._postings[begin:end]:
                shared[text] = sofar(text, 0.0) + weight
        return [one for one in shared.items() if one[1] > least]

    def _rarity(self, at: Iterable[int]) -> float:
        """Weight by the number of owners who have a feature: what everybody says (怎么办) tells nobody apart."""
        return math.pow(len({self._owners[number] for number in at}), -_STEEPNESS)


def _postings(features: Sequence[Collection[str]]) -> dict[str, list[int]]:
    """The numbers of the texts that have a feature, the shortest texts first."""
    postings: dict[str, list[int]] = {}
    for number in sorted(range(len(features)), key=lambda one: len(features[one])):
        for name in features[number]:
            postings.setdefault(name, []).append(number)
    return postings
