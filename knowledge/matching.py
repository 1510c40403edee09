"""Ranks services and report categories for a message, and says why each was found.

Three kinds of evidence, strongest first: keywords of the lexicon, likeness to a known wording by character pairs, and
words in common as jieba cuts them. They are joined as independent hints: each leaves a little less doubt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from knowledge.catalogue import Catalogue
from knowledge.grams import Best, Index, Likeness
from knowledge.lexicon import Hit, Keywords, Lexicon
from knowledge.topics import Topics
from knowledge.words import Cutter, in_one_spelling

_LABELS: Mapping[str, str] = {
    "word": "词",
    "wording": "相近说法",
    "cut": "分词",
    "cue": "说法",
    "emergency": "险情",
    "number": "编号",
}
_LIKENESS_FLOOR = 0.18
"""Likeness below this is chance."""
_LIKENESS_TRUST = 0.92
_WORDS_FLOOR = 0.2
_WORDS_TRUST = 0.3
_WORD_TRUST = 0.4
"""What a single word says of an entry, all of whose wordings hold it."""
_CLEAR = 0.35
"""From this score on the words jieba cuts aren't asked any more: they changed no answer of the yardsticks there."""
_NATIONAL_PRIOR = 0.92
"""Residents' own categories go before those of the national list that say the same."""


class Reason(NamedTuple):
    """One piece of evidence: its kind (a key of the labels), what was seen and for what, and its weight in 0..1."""

    kind: str
    text: str
    weight: float

    def __str__(self) -> str:
        return f"{_LABELS.get(self.kind, self.kind)} {self.text}"


class Candidate(NamedTuple):
    """A service or category the message may be about; `kind` is `service` or `category`, `score` in 0..1."""

    kind: str
    id: str
    name: str
    score: float
    hits: tuple[Hit, ...]
    like: Likeness | None
    words: Likeness | None

    @property
    def why(self) -> tuple[Reason, ...]:
        """The evidence in words, strongest kind first."""
        why = [Reason("word", f"{hit.phrase} → {self.name}", round(hit.weight, 3)) for hit in self.hits]
        if self.like:
            why.append(Reason("wording", f"{self.like.text} → {self.name}", round(self.like.score, 3)))
        if self.words:
            why.append(Reason("cut", f"{self.words.text} → {self.name}", round(self.words.score, 3)))
        return tuple(why)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    id: str
    name: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    wordings: tuple[str, ...]
    prior: float = 1.0


class Matcher:
    """The compiled catalogue. Building is slow (a good part of a second); ranking takes about 0.1 ms."""

    def __init__(self, catalogue: Catalogue, cutter: Cutter) -> None:
        entries = {f"{entry.kind}:{entry.id}": entry for entry in _entries(catalogue)}
        self._entries = entries
        self._cutter = cutter
        self._lexicon = Lexicon(Keywords(key, entry.phrases, entry.excluded) for key, entry in entries.items())
        cutter.learn(word for word in self._lexicon.words if len(word) <= Cutter.LONGEST_WORD)
        wordings, sentences = _texts(entries, whole_only=False), _texts(entries, whole_only=True)
        self._wordings = Index(wordings, floor=_LIKENESS_FLOOR, keep=partial(cutter.keep, "wordings"))
        self._words = Index(sentences, self._cut, _WORDS_FLOOR, partial(cutter.keep, "words"))
        texts = {key: map(in_one_spelling, (one.name, *one.phrases, *one.wordings)) for key, one in entries.items()}
        self._topics = Topics(texts)

    def rank(self, text: str, limit: int = 6) -> list[Candidate]:
        """The best candidates for a normalised text, best first; equal scores in the order of the catalogue."""
        found = self._lexicon.find(text)
        doubts: dict[str, float] = {}
        for hit in found.hits:
            doubts[hit.owner] = doubts.get(hit.owner, 1.0) * (1.0 - hit.weight)
        like, words = self._wordings.best(text, found.barred), dict[str, Best]()
        for key, (score, _) in like.items():
            trust = _LIKENESS_TRUST * (score - _LIKENESS_FLOOR) / (1.0 - _LIKENESS_FLOOR)
            doubts[key] = doubts.get(key, 1.0) * (1.0 - trust)
        scores = self._scores(doubts)
        if not scores or scores[0][0] > -_CLEAR:  # cutting is a third of the work
            words = self._words.best(text, found.barred)
            for key, (score, _) in words.items():
                doubts[key] = doubts.get(key, 1.0) * (1.0 - _WORDS_TRUST * score)
            scores = self._scores(doubts)
        return [
            self._candidate(
                key, -score, tuple([hit for hit in found.hits if hit.owner == key]),
                self._wordings.likeness(key, like.get(key)), self._words.likeness(key, words.get(key)),
            )
            for score, key in scores[:limit]
        ]  # fmt: skip

    def about(self, word: str, limit: int = 4) -> list[Candidate]:
        """What a single normalised word may be about, where `rank` finds nothing: never a certain answer."""
        found = self._topics.about(word)
        first = sorted(found, key=lambda key: -self._entries[key].prior)[:limit]
        return [
            self._candidate(key, _WORD_TRUST * found[key], (Hit(key, word, found[key]),), None, None) for key in first
        ]

    def _scores(self, doubts: Mapping[str, float]) -> list[tuple[float, str]]:
        """Minus the score, and whose it is: best first."""
        entries = self._entries
        return sorted([(entries[key].prior * (doubt - 1.0), key) for key, doubt in doubts.items()])

    def _cut(self, text: str) -> frozenset[str]:
        return _telling(self._cutter.cut(text))

    def _candidate(
        self, key: str, score: float, hits: tuple[Hit, ...], like: Likeness | None, words: Likeness | None
    ) -> Candidate:
        entry = self._entries[key]
        return Candidate(entry.kind, entry.id, entry.name, round(score, 4), hits, like, words)


def _telling(words: Iterable[str]) -> frozenset[str]:
    """The words that tell what a text is about: a single character fits too much."""
    return frozenset([word for word in words if len(word) > 1])


def _entries(catalogue: Catalogue) -> Iterable[_Entry]:
    for service in catalogue.services.values():
        names = (service.name, *service.aliases)
        yield _Entry("service", service.id, service.name, names, (), service.examples)
    for category in catalogue.categories.values():
        names = (category.name, *category.words)
        prior = _NATIONAL_PRIOR if category.id.startswith("gb-") else 1.0
        yield _Entry("category", category.id, category.label, names, category.not_words, category.examples, prior)


def _texts(entries: Mapping[str, _Entry], *, whole_only: bool) -> list[tuple[str, str]]:
    """(key, normalised text), none twice: names and examples, and unless ``whole_only`` the keywords that are no joints.

    A message may be a part of a keyword (停车), which the lexicon does not see; joints are nobody's words.
    """
    return list(
        dict.fromkeys(
            (key, in_one_spelling(text))
            for key, entry in entries.items()
            for text in (entry.name, *entry.wordings, *(() if whole_only else entry.phrases))
            if "+" not in text
        )
    )
