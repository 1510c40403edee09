"""Normalising what people type, and cutting it into words; the only importer of jieba.

`normalise` folds width, case, traditional characters, punctuation and spaces, and drops emoji, so that one lexicon
fits all spellings. `Cutter` is jieba with a dictionary of our own: the full one costs over 60 MB and a second to load.
"""

import logging
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from errno import EISDIR
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, Final

import opencc

from knowledge.cached import Plain, cached, warn, write_whole

LONGEST: Final = 1000
"""Characters of a message that are looked at; what follows can't change what it is about."""

_QUESTION = "?"
_PAUSE = ","
_JOINERS = frozenset("-#.:/%+@")
_SIMPLIFIED = opencc.OpenCC("t2s")

_SHORTENED = re.compile(
    r"\b(?:(?P<not>ca|wo|is|are|was|were|do|does|did|has|have|had|could|would|should)(?:n,?t)"
    r"|(?P<is>there|that|it|he|she|what|where|who|someone|somebody|here),s|(?P<theres>there)s"
    r"|(?P<am>i),?m|(?P<are>we|you|they),re|(?P<have>i|we|you|they),ve|(?P<will>i|we|you|he|she|they),ll)\b"
)
"""English words joined by an apostrophe, which is folded into a comma, or by none where that is no word of its own."""
_IRREGULAR = {"ca": "cannot", "wo": "will not"}


class _Folding(dict[int, str]):
    """What each character becomes: itself, a space, one of the two marks, or nothing; worked out once a character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if char in "?？":
            folded = _QUESTION
        elif category[0] == "L" or category[0] == "N" or char in _JOINERS:
            folded = char
        elif category[0] == "Z" or char in "\t\n\r\f\v":
            folded = " "
        elif category[0] == "P":
            folded = _PAUSE
        else:
            folded = ""  # emoji, modifiers, joiners, control characters
        if code < 0x10000:  # bounded: nobody can fill the memory with rare characters
            self[code] = folded
        return folded


_FOLDING = _Folding()


class _Same(dict[str, bool]):
    """Whether a character is its own simplified form; asked once a character."""

    def __missing__(self, char: str) -> bool:
        same = str(_SIMPLIFIED.convert(char)) == char
        if char < "\U00010000":  # bounded, as above
            self[char] = same
        return same


_SAME = _Same()


class _Plain(dict[str, bool]):
    """Whether a character always stays as it is: simplified Chinese, and what ASCII has of small letters and digits."""

    def __missing__(self, char: str) -> bool:
        if "\u4e00" <= char <= "\u9fff":
            self[char] = plain = _SAME[char]
            return plain
        return _is_latin(char) and not char.isupper()


_PLAIN = _Plain()


def normalise(text: str) -> str:
    """The one spelling used for matching: NFKC, lower case, simplified, `,` and `?` as the only marks; idempotent.

    Spaces stay only between two ASCII words, and `-#.:/%+@` only beside an ASCII letter or digit (12-3-1802, 8:30).
    Among other words, can't is cannot and there's is there is, with or without the apostrophe.
    """
    return text if _is_plain(text) else _folded(text)


def in_one_spelling(text: str) -> str:
    """``normalise`` for what is compiled, where the same keyword is read several times; ``forget_spellings`` ends it."""
    return text if _is_plain(text) else _folded_once(text)


def forget_spellings() -> None:
    """Give back what ``in_one_spelling`` remembers."""
    _folded_once.cache_clear()


def _is_plain(text: str) -> bool:
    """Whether it is in the one spelling already, as nearly all keywords are: a start reads a hundred thousand."""
    return all(map(_PLAIN.__getitem__, text))


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    simple: str = _SIMPLIFIED.convert(folded).translate(_FOLDING)
    if simple.isalnum():
        return simple
    return _SHORTENED.sub(_in_full, _tidy(simple))


_folded_once = cache(_folded)


def _in_full(joined: re.Match[str]) -> str:
    """In full: can't → cannot, isn't → is not, he's → he is."""
    kind = str(joined.lastgroup)
    word = joined[kind]
    if kind == "not":
        return _IRREGULAR.get(word, f"{word} not")
    return f"{word} is" if kind == "theres" else f"{word} {kind}"


def simplified(text: str) -> str:
    """The text in simplified characters, all else as it is."""
    return text if all(map(_SAME.__getitem__, text)) else str(_SIMPLIFIED.convert(text))


def _tidy(text: str) -> str:
    """Runs of marks become one mark, spaces go unless they part two ASCII words, marks at the start go."""
    out: list[str] = []
    for n, given in enumerate(text):
        joins = given not in _JOINERS or _is_latin(text[n - 1 : n]) or _is_latin(text[n + 1 : n + 2])
        char = given if joins else _PAUSE
        last = out[-1] if out else ""
        if char == " ":
            if _is_latin(last):
                out.append(char)
        elif char in (_PAUSE, _QUESTION):
            _add_mark(out, char)
        else:
            if last == " " and not _is_latin(char):
                out.pop()
            out.append(char)
    tidy = "".join(out)
    return tidy.rstrip(" " + _PAUSE)


def _add_mark(out: list[str], mark: str) -> None:
    if out and out[-1] == " ":
        out.pop()
    if out and out[-1] in (_PAUSE, _QUESTION):
        if mark == _QUESTION:
            out[-1] = mark
    elif out or mark == _QUESTION:
        out.append(mark)


def _bytes(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _import_jieba() -> ModuleType:
    """Import jieba without `pkg_resources`, which it doesn't need and which costs 0.1 s, 10 MB and a warning."""
    absent = object()
    kept: Any = sys.modules.get("pkg_resources", absent)
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        import jieba  # noqa: PLC0415
    finally:
        if kept is absent:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = kept
    jieba.default_logger.handlers.clear()
    jieba.setLogLevel(logging.CRITICAL)
    return jieba  # type: ignore[no-any-return]


class Cutter:
    """Cuts normalised text into words: jieba without its hidden Markov model, which glues words (灯坏) together.

    Each cutter has a tokenizer of its own, so that the words added to one are unknown to the others. Files go to
    `cache`, and where that cannot be used, no file stays. Building takes 0.1 s, and 0.4 s when the cache is empty.
    """

    LEAST_FREQUENCY = 50
    LONGEST_WORD = 4

    def __init__(self, cache: Path) -> None:
        self._jieba = _import_jieba()
        self._cache = cache
        try:
            cache.mkdir(parents=True, exist_ok=True)
            self._tokenizer = self._opened(cache)
        except OSError as error:  # such as a folder where a file belongs
            warn(cache, error)
            with TemporaryDirectory() as elsewhere:
                self._tokenizer = self._opened(Path(elsewhere))
        self._taught = [Path(self._tokenizer.dictionary).name]

    def learn(self, words: Iterable[str]) -> None:
        """Add words to this cutter alone, each as frequent as keeps it whole; how frequent that is, is kept in a file."""
        new = list(words)
        total = self._tokenizer.total
        known = self.keep("frequencies", new, lambda: [self._teach(word) for word in new])
        self._taught += new
        self._tokenizer.total = total  # the same, whether they were taught just now or long ago
        for word, frequency in zip(new, known, strict=True):
            self._tokenizer.add_word(word, frequency)

    def _teach(self, word: str) -> int:
        """Add a word; its frequency, which depends on the words before it."""
        self._tokenizer.add_word(word)
        return int(self._tokenizer.FREQ[word])

    def cut(self, text: str) -> list[str]:
        """The words of `text` in order, marks included."""
        words: list[str] = self._tokenizer.lcut(text, HMM=False)
        return words

    def keep(self, name: str, lines: Iterable[str], make: Callable[[], Plain]) -> Plain:
        """What ``make`` makes of lines and of how they are cut, from a file where it was made before."""
        return cached(self._cache, name, _bytes((*self._taught, "", *lines)), make)

    def _opened(self, cache: Path) -> Any:
        dictionary = self._dictionary(cache)
        try:
            return self._read(dictionary)
        except ValueError:  # a broken file: written once more
            dictionary.unlink()
            return self._read(self._dictionary(cache))

    def _read(self, dictionary: Path) -> Any:
        model = dictionary.with_suffix(".cache")
        if model.is_dir():  # jieba would leave another file beside it at each start
            raise IsADirectoryError(EISDIR, "Is a directory")
        tokenizer = self._jieba.Tokenizer(str(dictionary))
        tokenizer.tmp_dir, tokenizer.cache_file = str(dictionary.parent), model.name
        tokenizer.initialize()
        return tokenizer

    def _dictionary(self, cache: Path) -> Path:
        """The dictionary of jieba without rare and long words, written once, whole or not at all."""
        name = f"words-{self._jieba.__version__}-{self.LEAST_FREQUENCY}-{self.LONGEST_WORD}.txt"
        target = cache / name
        if not target.exists() or not target.stat().st_size:
            source = Path(str(self._jieba.__file__)).with_name("dict.txt")
            with source.open(encoding="utf-8") as lines:
                write_whole(target, "".join(self._common(lines)).encode())
        return target

    def _common(self, lines: Iterable[str]) -> Iterable[str]:
        for line in lines:
            word, frequency, _ = line.split(" ", 2)
            if len(word) <= self.LONGEST_WORD and int(frequency) >= self.LEAST_FREQUENCY:
                yield f"{word} {frequency}\n"
