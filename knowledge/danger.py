"""Whether a message tells of danger to life, now.

A word of danger alone isn't enough (去年着过火, 怎么预防煤气中毒), nor does a harmless word undo it (着火了，去年也着过).
So each stretch between two marks is judged by itself: what is talked about or apart from here and now is set aside,
unless the stretch says that it is happening. In doubt it is an emergency: a false alarm costs a sentence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from knowledge.entries import Emergency
from knowledge.lexicon import Found, Hit, Keywords, Lexicon, compile_words, occurrences
from knowledge.words import normalise

_MARKS: Final = re.compile(r"(?<![a-z])[,?]|[,?](?![a-z])")
"""Marks between Latin letters don't count: an apostrophe is folded into one."""

_HAPPENED: Final = ("了", "啦", "正在")


class Dangers:
    """The compiled emergencies, and the manners of speaking (`now`, `here`, `about`, `apart`) by their words."""

    def __init__(self, emergencies: Iterable[Emergency], manners: Mapping[str, tuple[str, ...]]) -> None:
        known = tuple(emergencies)
        self._lexicon = Lexicon(Keywords(one.id, one.words, one.not_words) for one in known)
        self._alone = {normalise(word): one.id for one in known for word in one.alone}
        self._manner = {normalise(word): manner for manner, words in manners.items() for word in words}
        self._manners = compile_words(self._manner)

    def find(self, plain: str) -> Found:
        """The dangers a normalised text tells of as real and present; none in nearly all texts, and then at once."""
        bare = plain.strip(",?")
        if bare in self._alone:
            return Found((Hit(self._alone[bare], bare, 1.0),))
        if not self._lexicon.mentions(plain):
            return Found()
        said = list(self._present(plain))
        hits = [hit for stretch in said for hit in self._lexicon.find(stretch).hits]
        return Found(tuple(dict.fromkeys(hits))) if hits else self._lexicon.find(",".join(said))

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
            if not apart and ("about" not in manners or here or "now" in manners):
                yield stretch
