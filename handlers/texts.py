"""The message catalogues: every sentence people see, by key and language.

``locale/zh_Hans/`` is the source and ``locale/en/`` complete (a test says so), a file a topic; traditional Chinese is
derived from the finished simplified sentence by OpenCC. The files are read as they are, so a wording can be changed
without a build step.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from opencc import OpenCC

from handlers.messages import Say
from knowledge.references import KINDS, leading
from knowledge.words import simplified
from knowledge.writing import language_of_words, script_of

LOCALE: Final = Path(__file__).parent / "locale"
_MARKS: Final = re.compile(r"[\s,，。、.!！?？~～]+")
_SHORT: Final = 20
"""Characters up to which words of several parts may be one short answer."""
_PARTING: Final = " \t\n,，:：、.。-—"
_THANKS: Final = re.compile(r"谢谢?(?:您|你|了|啊)*|thankyou|thanks")
_PARTICLES: Final = "的了吧啊呀哦噢呢嘛啦喽哈哇哒滴"
LANGUAGES: Final = ("zh_Hans", "zh_Hant", "en")


@cache
def _traditional() -> OpenCC:
    """26 MB and a fifth of a second, so only once somebody reads traditional characters (``Texts.warm``)."""
    return OpenCC("s2tw")


@lru_cache(maxsize=64)
def plain(text: str) -> str:
    """Typed words as they are compared: simplified, lower case, without the space and full stops around them."""
    return simplified(text).strip().lower().rstrip("。.!！~")


@lru_cache(maxsize=64)
def _core(words: str) -> str:
    """What is left of a short answer without marks, thanks, and the particles it ends in: 好的呀 is 好."""
    bare = _THANKS.sub("", _MARKS.sub("", words))
    return bare.rstrip(_PARTICLES) or bare


def spoken(text: str) -> tuple[str, str]:
    """A short answer as lists hold it: as it is, and without thanks and a particle around it."""
    return (words := plain(text)), _core(words)


def apart(text: str) -> list[str]:
    """The parts of words that are short enough to be one answer in several: 好嘞，我去."""
    return list(filter(None, _MARKS.split(text))) if len(text) <= _SHORT else []


def language_of(hint: str, default: str = "zh_Hans") -> str:
    """The catalogue language for a channel's hint such as ``zh-hant-TW``, ``zh_TW``, ``en-US`` or nothing."""
    tag = hint.replace("_", "-").lower()
    if tag.startswith("zh"):
        return "zh_Hant" if any(mark in tag for mark in ("hant", "tw", "hk", "mo")) else "zh_Hans"
    if tag.startswith("en"):
        return "en"
    return default


class Texts:
    """Sentences ready to be said."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        self._catalogues = catalogues
        self._lists: dict[str, frozenset[str]] = {}
        self._firsts: dict[str, frozenset[str]] = {}

    @classmethod
    @cache
    def load(cls, folder: Path = LOCALE) -> Texts:
        """Read both catalogues; about 30 ms, the first time."""
        return cls({language: _read(folder / language) for language in ("zh_Hans", "en")})

    def keys(self, language: str) -> set[str]:
        """All keys of one catalogue."""
        return set(self._catalogues[language])

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self._catalogues["zh_Hans"]

    def say(self, language: str, said: Say) -> str:
        """The sentence in ``language``; raises KeyError for an unknown key, which is a programming error."""
        source = "en" if language == "en" else "zh_Hans"
        text = self._plain(source, said)
        return _traditional().convert(text) if language == "zh_Hant" else text

    def word(self, language: str, key: str, /, **params: object) -> str:
        """Short for ``say`` with a bare key."""
        return self.say(language, Say(key, params))

    def words(self, key: str) -> frozenset[str]:
        """The alternatives a sentence lists (``a|b|c``), of both catalogues, as ``plain`` makes them."""
        if key not in self._lists:
            listed = "|".join(self._catalogues[language][key] for language in ("zh_Hans", "en"))
            self._lists[key] = frozenset(filter(None, map(plain, listed.split("|"))))
        return self._lists[key]

    def hears(self, key: str, text: str) -> bool:
        """Whether somebody typed one of these words, with or without thanks and a particle around them (不用了谢谢)."""
        return not self.words(key).isdisjoint(spoken(text))

    def after(self, key: str, text: str) -> str | None:
        """What is said besides one of these words in a text that begins with it, or with a reference and it; else None.

        A space, a mark or a reference parts them: 办结 R7K2Q 灯泡已换新, and 办结 is not said in 办结了吗.
        """
        said = text.strip()
        first = said.lstrip(_PARTING)[:1]
        if first.upper() not in KINDS and plain(first) not in self._begun(key):
            return None  # as with nearly every message
        ref = leading(said)
        words = said.removeprefix(ref).lstrip(_PARTING)
        for word in self.words(key):
            rest = words[len(word) :]
            if plain(words[: len(word)]) == word and (not rest or rest[0] in _PARTING or leading(rest)):
                return f"{ref} {rest.strip(_PARTING)}".strip()
        return None

    def _begun(self, key: str) -> frozenset[str]:
        """The characters such words begin with."""
        if key not in self._firsts:
            self._firsts[key] = frozenset(word[0] for word in self.words(key))
        return self._firsts[key]

    def written_in(self, text: str, language: str) -> str:
        """The language somebody writes in who was answered in ``language`` before; the same where the words do not tell."""
        words = language_of_words(text)
        if words != "zh":
            return words or language
        return script_of(text) or ("zh_Hant" if language == "zh_Hant" else "zh_Hans")

    async def warm(self, language: str) -> None:
        """Load what this language needs, in a thread; call before speaking it for the first time."""
        if language == "zh_Hant" and not _traditional.cache_info().currsize:
            await asyncio.to_thread(_traditional)

    def lines(self, language: str, said: Iterable[Say]) -> str:
        """Several sentences, one a line; empty ones are left out."""
        return "\n".join(filter(None, (self.say(language, one) for one in said)))

    def _plain(self, source: str, said: Say) -> str:
        text = self._catalogues[source][said.key]
        if not said.params:
            return text
        return text.format_map({name: self._value(source, value) for name, value in said.params.items()})

    def _value(self, source: str, value: object) -> object:
        return self._plain(source, value) if isinstance(value, Say) else value


def _read(folder: Path) -> dict[str, str]:
    """All files of one language; a key in two files is an error, so that nobody edits the wrong one."""
    sentences: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file):
                if not entry.id:
                    continue
                if entry.id in sentences:
                    raise ValueError(f"{path.name}: the key {entry.id} is already in another file")
                sentences[str(entry.id)] = str(entry.string)
    return sentences
