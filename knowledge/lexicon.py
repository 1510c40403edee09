"""All keywords in one automaton: what occurs in a message, for whom it counts, and how much.

A phrase `灯+不亮` needs both parts. Of hits that lie in one another only the longest counts, so that 楼道灯 isn't
also a 灯; only a whole phrase hides what lies in it, and only while its owner isn't ruled out. An excluding word counts
wherever it occurs, and always wins. One pass, whatever the number of phrases.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

import ahocorasick

from knowledge.words import in_one_spelling

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
    """What `Lexicon.find` says: hits of single words in the order of the text, then of joints; owners that are ruled out."""

    hits: tuple[Hit, ...] = ()
    barred: frozenset[str] = frozenset()


class Span(NamedTuple):
    """One occurrence of a word in the text (a tuple: there are many, and it is made twice as fast)."""

    word: str
    start: int
    end: int


class Joint(NamedTuple):
    """Parts that together say something for an owner; ``other`` is the rarest of them but one."""

    owner: str
    parts: tuple[str, ...]
    other: str = ""


JointTable = Mapping[str, Sequence[Joint]]
"""Joints by that part of theirs which the fewest joints have."""


def by_rarest(joints: Sequence[Joint]) -> JointTable:
    """The joints for `told` to look up: only those of parts that occur need be looked at."""
    counts = Counter(part for joint in joints for part in joint.parts)
    found: dict[str, list[Joint]] = {}
    for owner, parts, _ in joints:
        one, other = parts if len(parts) == 2 else sorted(parts, key=lambda part: (counts[part], part))[:2]
        rarest, other = (one, other) if (counts[one], one) <= (counts[other], other) else (other, one)
        found.setdefault(rarest, []).append(Joint(owner, parts, other))
    return found


def told(joints: JointTable, said: Collection[str]) -> list[Joint]:
    """The joints all of whose parts are said."""
    both = [joint for part in said if part in joints for joint in joints[part] if joint.other in said]
    return [joint for joint in both if len(joint.parts) == 2 or all(part in said for part in joint.parts)]


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
            parts = tuple(part for part in (intern(in_one_spelling(part)) for part in phrase.split("+")) if part)
            if len(parts) == 1:
                owners = self._single.setdefault(parts[0], [])
                if entry.owner not in owners:
                    owners.append(entry.owner)
            elif parts:
                yield Joint(entry.owner, parts)
        for word in entry.excluded:
            self._excluded.setdefault(in_one_spelling(word), []).append(entry.owner)

    @property
    def words(self) -> Iterable[str]:
        """The single words that decide, for a cutter to know them."""
        return self._single.keys()

    def may_tell(self, text: str) -> bool:
        """Whether `find` might find anything in the text or in a part of it: a quick look before a thorough one."""
        said = dict.fromkeys([word for _, word in self._automaton.iter(text)]) if len(self._automaton) else {}
        return not self._single.keys().isdisjoint(said) or bool(told(self._joint, said))

    def find(self, text: str) -> Found:
        """The phrases in a normalised text; owners whose excluding word occurs have none."""
        if not len(self._automaton):
            return Found()
        spans = sorted([(end - len(word), -end, word) for end, word in self._automaton.iter(text)])
        if not spans:
            return Found()
        excluded = self._excluded
        barred = frozenset([owner for _, _, word in spans if word in excluded for owner in excluded[word]])
        present = self._present(spans, barred)
        single = self._single
        hits = [Hit(owner, word, self._weights[word]) for word in present if word in single for owner in single[word]]
        joints = told(self._joint, present)
        hits += [Hit(owner, "+".join(parts), _weight(sum(map(len, parts)), 1)) for owner, parts, _ in joints]
        return Found(tuple([hit for hit in hits if hit.owner not in barred]), barred)

    def _present(self, spans: Iterable[tuple[int, int, str]], barred: frozenset[str]) -> dict[str, None]:
        """The longest words anybody may claim, and the parts of joints outside them: a part hides nothing.

        A span is where it begins, minus where it ends, and its word: sorted, the longest comes first.
        """
        present: dict[str, None] = {}
        reach = 1
        for _, end, word in spans:
            if end < reach:
                owners = self._single.get(word)
                if owners is not None and not barred.issuperset(owners):
                    reach = end
                    present[word] = None
                elif word in self._parts:
                    present[word] = None
        return present


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
