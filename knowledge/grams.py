"""Likeness to known wordings: an inverted index from features (character pairs, words) to texts.

Only the postings of the message's own features are touched, the rarest first and no more than a fixed number, so a
look-up costs the same with ten thousand texts as with a hundred. A feature's weight depends only on how many texts
have it: adding texts about something else changes nothing for the others.
"""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain, count
from typing import NamedTuple, TypedDict

_COMMON = 60
"""Of the texts that have a feature only this many are looked up by it, the shortest: it says most about those."""
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


Best = tuple[float, int]
"""How like the message the most alike text of an owner is, and its number."""


@lru_cache(maxsize=8)
def pairs(text: str) -> frozenset[str]:
    """The character pairs of a text with its marks and spaces left out."""
    bare = text.replace(",", "").replace("?", "").replace(" ", "")
    if len(bare) == 1:
        return frozenset((bare,))
    grams = (bare[n : n + 2] for n in range(len(bare) - 1))
    return frozenset(gram for gram in grams if not gram.isdigit())


class _Compiled(TypedDict):
    """Features by number, the rarest first, and for each where its texts begin and what it weighs; each text's own weight."""

    names: list[str]
    starts: list[int]
    postings: list[int]
    weights: list[float]
    own: list[float]


class Index:
    """Texts by their features. Build with all texts, then ask.

    A feature is its number, the rarest first; what is known of it stands in arrays at that number, because there are many.
    """

    def __init__(
        self,
        texts: Iterable[tuple[str, str]],
        cut: Callable[[str], frozenset[str]] = pairs,
        floor: float = 0.0,
        keep: Callable[[Iterable[str], Callable[[], _Compiled]], _Compiled] | None = None,
    ) -> None:
        """`texts`: (owner, normalised text), none twice; `cut` makes the features; likeness up to `floor` is taken for chance.

        `keep` knows what was worked out from the same lines before, or works it out.
        """
        known = list(texts)
        self._floor, self._cut = floor, cut
        self._owners = [owner for owner, _ in known]
        self._texts = [text for _, text in known]
        compiled = (
            _compile(self._owners, map(cut, self._texts))
            if keep is None
            else keep((*self._owners, *self._texts), lambda: _compile(self._owners, map(cut, self._texts)))
        )
        self._numbers = {name: number for number, name in enumerate(compiled["names"])}
        self._starts = array("I", compiled["starts"])
        self._weights = array("d", compiled["weights"])
        self._own = compiled["own"]
        shared = list(range(len(known)))  # the same number is one object, however often it stands in the postings
        self._postings = [shared[number] for number in compiled["postings"]]

    def nearest(self, text: str, barred: frozenset[str] = frozenset()) -> dict[str, Likeness]:
        """For each owner like the normalised message at all, the text of his that is most like it."""
        return {
            owner: Likeness(owner, self._texts[at], score) for owner, (score, at) in self.best(text, barred).items()
        }

    def likeness(self, owner: str, best: Best | None) -> Likeness | None:
        """What ``best`` says of an owner, in words."""
        return None if best is None else Likeness(owner, self._texts[best[1]], best[0])

    def best(self, text: str, barred: frozenset[str] = frozenset()) -> dict[str, Best]:
        """As ``nearest``, with the number of the text in place of its words: most are never looked at."""
        features = self._cut(text)
        known = self._known(features)
        if not known:
            return {}
        weights = self._weighed(known)
        own = _OWN * (math.fsum(weights) + _UNKNOWN * (len(features) - len(known)))
        floor, lengths, owners = self._floor, self._own, self._owners
        best: dict[str, Best] = {}
        for number, common in self._shared(known, weights, floor * own / (1.0 - floor * _BOTH)):
            score = common / (own + lengths[number] + _BOTH * common)
            if score > floor:
                owner = owners[number]
                if owner not in barred and (owner not in best or score > best[owner][0]):
                    best[owner] = (min(score, 1.0), number)
        return best

    def _known(self, features: Collection[str]) -> list[int]:
        """The numbers of the features that any text has, the rarest first."""
        numbers = self._numbers
        return sorted([numbers[name] for name in features if name in numbers])

    def _weighed(self, known: Iterable[int]) -> list[float]:
        weights = self._weights
        return [weights[number] for number in known]

    def _shared(self, known: Sequence[int], weights: Sequence[float], least: float) -> list[tuple[int, float]]:
        """The weight of the features each text has in common with the message, rarest first, where it is over ``least``.

        Once what is left to come is no more than that, only texts that were met before are of interest.
        """
        shared: dict[int, float] = {}
        left, sofar, starts, postings, coming = _TOUCHED, shared.get, self._starts, self._postings, math.fsum(weights)
        for number, weight in zip(known, weights, strict=True):
            begin = starts[number]
            texts = postings[begin : min(starts[number + 1], begin + left)]
            left -= len(texts)
            if coming > least:
                for text in texts:
                    shared[text] = sofar(text, 0.0) + weight
            elif not texts:
                break
            else:
                for text in texts:
                    if text in shared:
                        shared[text] += weight
            coming -= weight
        return [one for one in shared.items() if one[1] > least]


def _compile(owners: Sequence[str], features: Iterable[Collection[str]]) -> _Compiled:
    seen: dict[str, int] = {}
    each = [array("I", [seen.setdefault(name, len(seen)) for name in names]) for names in features]
    counts = Counter(chain.from_iterable(each))
    names = sorted(seen, key=lambda name: (counts[seen[name]], name))
    numbers = dict(zip((seen[name] for name in names), count()))
    each = [array("I", [numbers[one] for one in given]) for given in each]
    starts = [0, *accumulate(min(counts[seen[name]], _COMMON) for name in names)]
    weights = [math.pow(owned, -_STEEPNESS) for owned in _owned(owners, each, len(names))]
    own = [_SLIGHT + _OWN * math.fsum([weights[number] for number in sorted(given)]) for given in each]
    return _Compiled(names=names, starts=starts, postings=_posted(each, starts), weights=weights, own=own)


def _posted(each: Sequence[Sequence[int]], starts: Sequence[int]) -> list[int]:
    """The numbers of the shortest texts that have a feature, for each feature in its room."""
    free = list(starts[:-1])
    postings = [0] * starts[-1]
    for text in sorted(range(len(each)), key=lambda one: len(each[one])):
        for number in each[text]:
            if free[number] < starts[number + 1]:
                postings[free[number]] = text
                free[number] += 1
    return postings


def _owned(owners: Sequence[str], each: Sequence[Iterable[int]], features: int) -> list[int]:
    """How many owners have each feature: what everybody says (怎么办) tells nobody apart."""
    owned, last = [0] * features, [""] * features
    for text in sorted(range(len(each)), key=owners.__getitem__):
        for number in each[text]:
            owned[number] += last[number] != owners[text]
            last[number] = owners[text]
    return owned
