"""Which areas a text speaks of: a building by its number, an estate, a community or a landmark by its name."""

import re
from collections.abc import Collection, Iterable, Iterator

import ahocorasick

from knowledge.addresses import Address, addresses, building_in
from knowledge.catalogue import Catalogue
from knowledge.entries import Area
from knowledge.lexicon import compile_words, longest, occurrences
from knowledge.numerals import ordinal
from knowledge.phones import narrow
from knowledge.words import LONGEST, normalise

_PART_NAME = r"((?:[东西南北中]|[一二三四五六七八九十]|[0-9]){1,2})([区期])"
_PART = re.compile(rf"(?<=..){_PART_NAME}$")
"""What tells the parts of one estate apart: 河湾花园 is both 河湾花园东区 and 河湾花园西区."""
_PART_BEFORE = re.compile(rf"{_PART_NAME}[的,， ]?$")
"""Such a part alone, before the number of a building: 二区5栋."""
_AROUND = re.compile(
    r"不是|不对|错了|弄错|应该|就是|是|我们?家?|说的|住在|住|在|的|那边|这边|小区|里面?|[呢啊吧了]|(?:it is|it s|no|in|at|the)\b|[\W_]+"
)
"""What may stand beside a name and adds nothing: 不是，是水岸人家."""


class Gazetteer:
    """The names and building numbers of a catalogue, compiled once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers: dict[str, list[Area]] = {}
        self._names: dict[str, list[Area]] = {}
        self._titles: set[str] = set()
        self._parts: dict[str, list[Area]] = {}
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

        Buildings named by number, narrowed to the estates and landmarks named beside them. An estate that has no such
        building stays itself (see ``lacking``). When only a landmark does not agree, the buildings and then where it
        stands, so that somebody has to say which is meant; without a building the estates and landmarks themselves, the
        smallest area first.
        """
        plain = normalise(text[:LONGEST])
        named = self._named(plain) or self._parted(text)
        buildings = list(self._buildings(addresses(text))) if not self._foreign_part(text) else []
        inside = [building for building in buildings if self._is_in(building, named)]
        titled = (self._named(plain, by_title=True) or self._parted(text)) if buildings and not inside else []
        return inside or [
            *(() if titled else buildings),
            *sorted(titled or named, key=self._depth, reverse=True),
        ]

    def lacking(self, text: str) -> str:
        """The number of the first building a text names, where the estates named beside it are known to have none such."""
        number = building_in(text)
        titled = (self._named(normalise(text[:LONGEST]), by_title=True) or self._parted(text)) if number else []
        return number if titled and all(self.has(number, area) is False for area in titled) else ""

    def has(self, number: str, area: Area) -> bool | None:
        """Whether a building of this number stands in an area; None where none of its buildings are known."""
        if any(self._is_in(building, [area]) for building in self._numbers.get(number, ())):
            return True
        known = any(self._is_in(building, [area]) for several in self._numbers.values() for building in several)
        return False if known else None

    def is_bare(self, text: str) -> bool:
        """Whether a building is named by its number alone, with no estate and no landmark beside it."""
        return bool(building_in(text)) and not (self._named(normalise(text[:LONGEST])) or self._parted(text))

    def only_names(self, text: str) -> bool:
        """Whether there is an estate's name in the text and nothing else that matters: 不是，是水岸人家3栋."""
        rest = normalise(text[:LONGEST])
        spans = [span for span in longest(occurrences(self._automaton, rest)) if span.word in self._titles]
        for start, end in sorted(((span.start, span.end) for span in spans), reverse=True):
            rest = f"{rest[:start]},{rest[end:]}"
        for one in reversed(addresses(rest)):
            rest = rest[: one.start] + rest[one.end :]
        return bool(spans) and not _AROUND.sub("", rest)

    def only_part(self, text: str) -> str:
        """The part of an estate that is named and nothing else: 二区 of 是二区的; "" where there is more, or none."""
        found = re.fullmatch(_PART_NAME, _AROUND.sub("", normalise(text[:LONGEST])))
        return found[0] if found and _part(found) in self._parts else ""

    def _add(self, area: Area) -> None:
        names = (area.name, *area.aliases)
        if area.kind != "building":
            titles = (*names, _PART.sub("", area.name))
            self._titles.update(map(normalise, titles))
            self._name(area, titles)
            if part := _PART.search(area.name):
                self._parts.setdefault(_part(part), []).append(area)
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

    def _named(self, plain: str, *, by_title: bool = False) -> list[Area]:
        """The areas a normalised text names, each once; ``by_title`` only by their own names, and not by landmarks."""
        spans = longest(occurrences(self._automaton, plain))
        words = [span.word for span in spans if not by_title or span.word in self._titles]
        return list(dict.fromkeys(area for word in words for area in self._names[word]))

    def _parted(self, text: str) -> list[Area]:
        """The estates of which a part is named by itself before the number of a building: 二区5栋."""
        text = narrow(text[:LONGEST])
        before = (_PART_BEFORE.search(text[: one.start]) for one in addresses(text) if one.building)
        return list(dict.fromkeys(area for part in before if part for area in self._parts.get(_part(part), ())))

    def _foreign_part(self, text: str) -> bool:
        """Whether a part of an estate is named before a building's number that no estate has: 四区3栋."""
        text = narrow(text[:LONGEST])
        before = [_PART_BEFORE.search(text[: one.start]) for one in addresses(text) if one.building]
        return any(part and _part(part) not in self._parts for part in before)

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


def _part(found: re.Match[str]) -> str:
    """二区 and 2区 are one."""
    number = ordinal(found[1])
    return f"{found[1] if number is None else number}{found[2]}"


def locate(text: str, catalogue: Catalogue) -> list[Area]:
    """`Gazetteer.locate` for once; who asks often keeps a Gazetteer."""
    return Gazetteer(catalogue).locate(text)
