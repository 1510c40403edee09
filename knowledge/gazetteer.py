"""Which areas a text speaks of: a building by its number, an estate, a community or a landmark by its name."""

import re
from collections.abc import Collection, Iterable, Iterator

import ahocorasick

from knowledge.addresses import Address, addresses
from knowledge.catalogue import Catalogue
from knowledge.entries import Area
from knowledge.lexicon import compile_words, longest, occurrences
from knowledge.words import LONGEST, normalise

_PART = re.compile(r"(?<=..)(?:[东西南北中]|[一二三四五六七八九十]|[0-9]){1,2}[区期]$")
"""What tells the parts of one estate apart: 河湾花园 is both 河湾花园东区 and 河湾花园西区."""


class Gazetteer:
    """The names and building numbers of a catalogue, compiled once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers: dict[str, list[Area]] = {}
        self._names: dict[str, list[Area]] = {}
        for area in catalogue.areas.values():
            self._add(area)
        for place in catalogue.places.values():
            self._name(catalogue.areas[place.area], (place.name, *place.aliases))
        self._automaton: ahocorasick.Automaton = compile_words(self._names)

    @property
    def names(self) -> Collection[str]:
        """What estates, communities, landmarks and places are called, normalised."""
        return self._names.keys()

    def locate(self, text: str) -> list[Area]:
        """The areas a text may mean, likeliest first; empty if it names none.

        Buildings named by number, narrowed to the estates and landmarks named beside them. When these do not agree (no
        such building there), the buildings and then what was named, so that somebody has to say which is meant; without
        a building the estates and landmarks themselves, the smallest area first.
        """
        named = self._named(normalise(text[:LONGEST]))
        buildings = list(self._buildings(addresses(text)))
        inside = [building for building in buildings if self._is_in(building, named)]
        return inside or [*buildings, *sorted(named, key=self._depth, reverse=True)]

    def _add(self, area: Area) -> None:
        names = (area.name, *area.aliases)
        if area.kind != "building":
            self._name(area, (*names, _PART.sub("", area.name)))
            return
        for name in names:
            found = addresses(name)
            if found and found[0].building:
                self._numbers.setdefault(found[0].building, []).append(area)
            else:
                self._name(area, (name,))

    def _name(self, area: Area, names: Iterable[str]) -> None:
        for name in map(normalise, names):
            areas = self._names.setdefault(name, [])
            if area not in areas:
                areas.append(area)

    def _named(self, text: str) -> list[Area]:
        spans = longest(occurrences(self._automaton, text))
        return list(dict.fromkeys(area for span in spans for area in self._names[span.word]))

    def _buildings(self, found: Iterable[Address]) -> Iterator[Area]:
        seen: set[str] = set()
        for address in found:
            for area in self._numbers.get(address.building, ()):
                if area.code not in seen:
                    seen.add(area.code)
                    yield area

    def _is_in(self, building: Area, named: Iterable[Area]) -> bool:
        above = {area.code for area in self._catalogue.lineage(building.code)}
        return any(area.code in above for area in named)

    def _depth(self, area: Area) -> int:
        return len(self._catalogue.lineage(area.code))


def locate(text: str, catalogue: Catalogue) -> list[Area]:
    """`Gazetteer.locate` for once; who asks often keeps a Gazetteer."""
    return Gazetteer(catalogue).locate(text)
