"""Whether a message tells of danger to life, now.

A word of danger alone isn't enough (去年着过火, 怎么预防煤气中毒), nor does a harmless word undo it (着火了，去年也着过).
So each stretch between two marks is judged by itself: what is talked about or apart from here and now is set aside,
unless the stretch says that it is happening. In doubt it is an emergency: a false alarm costs a sentence. Phrases that
only sound like danger are taken out before (asides.py), and the rest is judged.

People in need often leave out the word for it (老头子捂着心口倒下了). So besides its words an emergency has joints of
signs, each sign a list of words: whoever + goes limp, a blade + aimed at somebody, said near one another.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from knowledge.asides import set_aside
from knowledge.entries import Emergency
from knowledge.lexicon import Found, Hit, Joint, Keywords, Lexicon, Span, by_rarest, compile_words, occurrences, told
from knowledge.words import in_one_spelling

_MARKS: Final = re.compile(r"(?<![a-z])[,?]|[,?](?![a-z])")
"""Marks between Latin letters don't count: an apostrophe is folded into one."""

_HAPPENED: Final = ("了", "啦", "正在")

_ERRAND: Final = re.compile(r"[捡拾捞够追救](?:个|只|我的)?(?:足球|皮球|球|手机|钥匙|鞋子?|帽子|东西|垃圾|小?[猫狗])")
"""What somebody was after: it is a person who 捡球掉河里了, and no ball."""


_TALK: Final = frozenset({"about", "idle"})
"""Manners in which a danger is only talked about, or nothing is the matter at all."""

_REACH: Final = 14
"""How many characters apart the signs of a joint `a+b` may begin."""

_GAP: Final = 1
"""How many characters there may be between the two signs of a joint `a>b` (妈也晕了)."""

_SURE: Final = 0.45
"""The weight of a joint found."""


class Joints:
    """The joints of all emergencies, and the words of their signs: `a+b` in any order, `a>b` one right after the other.

    One pass finds the words, whatever their number; only joints of signs that occur are looked at.
    """

    def __init__(self, emergencies: Iterable[Emergency], signs: Mapping[str, tuple[str, ...]]) -> None:
        told = [(one.id, joint) for one in emergencies for joint in one.joints]
        self._joints = by_rarest([Joint(owner, tuple(joint.split("+"))) for owner, joint in told if "+" in joint])
        self._pairs = by_rarest([Joint(owner, tuple(joint.split(">"))) for owner, joint in told if ">" in joint])
        self._signs: dict[str, list[str]] = {}
        for sign, words in signs.items():
            for word in words:
                self._signs.setdefault(in_one_spelling(word), []).append(sign)
        self._automaton = compile_words(self._signs)

    def find(self, text: str) -> list[Hit]:
        """A hit for each joint that is told."""
        said: dict[str, list[Span]] = {}
        for span in occurrences(self._automaton, text):
            for sign in self._signs[span.word]:
                said.setdefault(sign, []).append(span)
        if len(said) < 2:
            return []
        found = [(owner, _near([said[sign] for sign in signs])) for owner, signs, _ in told(self._joints, said)]
        found += [(owner, _next(*(said[sign] for sign in signs))) for owner, signs, _ in told(self._pairs, said)]
        return [Hit(owner, "+".join(words), _SURE) for owner, words in found if words]


def _near(places: Sequence[Sequence[Span]]) -> list[str]:
    """One word for each sign of a joint, all beside a word of the first; none if there is no such place."""
    for first in places[0]:
        others = [next((span.word for span in spans if _is_beside(span, first)), "") for spans in places[1:]]
        if all(others):
            return [first.word, *others]
    return []


def _is_beside(span: Span, first: Span) -> bool:
    """Near the first, and not sharing characters with it."""
    return abs(span.start - first.start) <= _REACH and (span.end <= first.start or span.start >= first.end)


def _next(before: Sequence[Span], after: Sequence[Span]) -> list[str]:
    """A word of the one sign and one of the other that follows it at once; none if there is no such place."""
    ends = {span.end: span.word for span in before}
    for span in after:
        for gap in range(_GAP + 1):
            if span.start - gap in ends:
                return [ends[span.start - gap], span.word]
    return []


class Dangers:
    """The compiled emergencies, and the manners of speaking (`now`, `here`, `about`, `apart`, `idle`) by their words."""

    def __init__(
        self,
        emergencies: Iterable[Emergency],
        manners: Mapping[str, tuple[str, ...]],
        signs: Mapping[str, tuple[str, ...]],
    ) -> None:
        known = tuple(emergencies)
        self._joints = Joints(known, signs)
        self._lexicon = Lexicon(Keywords(one.id, one.words, one.not_words) for one in known)
        self._alone = {in_one_spelling(word): one.id for one in known for word in one.alone}
        self._manner = {in_one_spelling(word): manner for manner, words in manners.items() for word in words}
        self._manners = compile_words(self._manner)

    def find(self, plain: str) -> Found:
        """The dangers a normalised text tells of as real and present; none in nearly all texts, and then at once."""
        bare = plain.strip(",?")
        if bare in self._alone:
            return Found((Hit(self._alone[bare], bare, 1.0),))
        if not (self._lexicon.may_tell(plain) or self._joints.find(plain) or _ERRAND.search(plain)):
            return Found()
        said = list(self._present(set_aside(plain)))
        hits = [hit for stretch in said for hit in self._told(stretch)]
        return Found(tuple(dict.fromkeys(hits or self._told(",".join(said)))))

    def _told(self, text: str) -> list[Hit]:
        """The words and joints in a text, except of emergencies one of its words rules out."""
        text = _ERRAND.sub("", text)
        found = self._lexicon.find(text)
        return [*found.hits, *(hit for hit in self._joints.find(text) if hit.owner not in found.barred)]

    def _present(self, plain: str) -> Iterator[str]:
        """The stretches that aren't about something past, imagined or merely talked about."""
        apart = False
        for stretch in filter(None, _MARKS.split(plain)):
            manners = {self._manner[span.word] for span in occurrences(self._manners, stretch)}
            here = "here" in manners and any(word in stretch for word in _HAPPENED)
            if "now" in manners:
                apart = False
            elif "apart" in manners:
                apart = True
            elif here:
                apart = False
            if "now" in manners or not (apart or (not here and not manners.isdisjoint(_TALK))):
                yield stretch
