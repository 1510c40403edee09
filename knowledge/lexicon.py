"""All keywords in one automaton: what occurs in a message, for whom it counts, and how much.

A phrase `灯+不亮` needs both parts. Of hits that lie in one another only the longest counts, so that 楼道灯 isn't
also a 灯; only a whole phrase hides what lies in it, and only while its owner isn't ruled out. An excluding word counts
wherever it occurs, and always wins. One pass, whatever the number of phrases.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

import ahocorasick

from knowledge.words import normalise

_LENGTH_WEIGHT = (0.0, 0.2, 0.48, 0.66, 0.78, 0.86, 0.9, 0.93)
"""Evidence of a phrase by its number of characters: one says little, five say nearly all."""


_SHARED = 0.3
"""How fast a phrase loses weight with the number of its owners; most shared phrases are shared by near relations."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """What one owner (a service, a category, an emergency) listens for."""

    owner: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A phrase found for an owner; `weight` in 0..1 grows with length and falls with the number of its owners."""

    owner: str
    phrase: str
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """What `Lexicon.find` says: the hits in the order of the text, and the owners an excluding word rules out."""

    hits: tuple[Hit, ...] = ()
    barred: frozenset[str] = frozenset()


class Span(NamedTuple):
    """One occurrence of a word in the text (a tuple: there are many, and it is made twice as fast)."""

    word: str
    start: int
    end: int


class Joint(NamedTuple):
    """Parts that together say something for an owner."""

    owner: str
    parts: tuple[str, ...]


def by_rarest(joints: Sequence[Joint]) -> dict[str, list[Joint]]:
    """The joints by that part of theirs which the fewest joints have: only those of parts that occur need be looked at."""
    counts = Counter(part for joint in joints for part in joint.parts)
    found: dict[str, list[Joint]] = {}
    for joint in joints:
        found.setdefault(min(joint.parts, key=lambda part: (counts[part], part)), []).append(joint)
    return found


class Lexicon:
    """Compiled keywords; `find` is safe to call from several threads."""

    def __init__(self, keywords: Iterable[Keywords]) -> None:
        self._single: dict[str, list[str]] = {}
        self._excluded: dict[str, list[str]] = {}
        joints = [joint for entry in keywords for joint in self._add(entry)]
        self._weights = {word: _weight(len(word), len(owners)) for word, owners in self._single.items()}
        self._joint = by_rarest(joints)
        self._parts = frozenset(part for joint in joints for part in joint.parts)
        self._automaton = compile_words({*self._single, *self._parts, *self._excluded})

    def _add(self, entry: Keywords) -> Iterator[Joint]:
        """Take in the single words of an entry; its joints are given back."""
        for phrase in dict.fromkeys(entry.phrases):
            parts = tuple(part for part in (intern(normalise(part)) for part in phrase.split("+")) if part)
            if len(parts) == 1:
                owners = self._single.setdefault(parts[0], [])
                if entry.owner not in owners:
                    owners.append(entry.owner)
            elif parts:
                yield Joint(entry.owner, parts)
        for word in entry.excluded:
            self._excluded.setdefault(normalise(word), []).append(entry.owner)

    @property
    def words(self) -> Iterable[str]:
        """The single words that decide, for a cutter to know them."""
        return self._single.keys()

    def mentions(self, text: str) -> bool:
        """Whether any word occurs at all, excluded or not: a quick look before a thorough one."""
        return next(iter(self._automaton.iter(text)), None) is not None if len(self._automaton) else False

    def find(self, text: str) -> Found:
        """The phrases in a normalised text; owners whose excluding word occurs have none."""
        spans = occurrences(self._automaton, text)
        if not spans:
            return Found()
        excluded = self._excluded
        barred = frozenset([owner for span in spans if span.word in excluded for owner in excluded[span.word]])
        present = self._present(spans, barred)
        hits = [hit for word in present for hit in self._hits(word, present) if hit.owner not in barred]
        return Found(tuple(hits), barred)

    def _present(self, spans: Iterable[Span], barred: frozenset[str]) -> dict[str, None]:
        """The longest words anybody may claim, and the parts of joints outside them: a part hides nothing."""
        present: dict[str, None] = {}
        reach = -1
        for word, _, end in sorted(spans, key=_leftmost):
            if end > reach:
                owners = self._single.get(word)
                if owners is not None and not barred.issuperset(owners):
                    reach = end
                    present[word] = None
                elif word in self._parts:
                    present[word] = None
        return present

    def _hits(self, word: str, present: Mapping[str, None]) -> Iterator[Hit]:
        for owner in self._single.get(word, ()):
            yield Hit(owner, word, self._weights[word])
        for owner, parts in self._joint.get(word, ()):
            if all(part in present for part in parts):
                yield Hit(owner, "+".join(parts), _weight(sum(map(len, parts)), 1))


def compile_words(words: Iterable[str]) -> "ahocorasick.Automaton":
    """An automaton over the words, each its own value; ask it through `occurrences`."""
    automaton = ahocorasick.Automaton()
    for word in words:
        if word:
            automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def occurrences(automaton: "ahocorasick.Automaton", text: str) -> list[Span]:
    """Every occurrence of every word, ordered by where it ends."""
    if not len(automaton):
        return []
    return [Span(word, end + 1 - len(word), end + 1) for end, word in automaton.iter(text)]


def longest(spans: Iterable[Span]) -> list[Span]:
    """The spans that don't lie inside a longer one, from left to right."""
    kept: list[Span] = []
    reach = -1
    for span in sorted(spans, key=_leftmost):
        if span.end > reach:
            kept.append(span)
            reach = span.end
    return kept


def _leftmost(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _weight(length: int, owners: int) -> float:
    base = _LENGTH_WEIGHT[min(length, len(_LENGTH_WEIGHT) - 1)]
    return base / math.pow(owners, _SHARED)
