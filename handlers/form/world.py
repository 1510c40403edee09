"""The question where something is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from handlers.choices import asked
from handlers.context import Context
from handlers.form import assuming
from handlers.form.steps import MISREAD, Answers, Base, Problem, Read
from handlers.messages import Choice, Incoming, Reply, Say, choice, say
from handlers.texts import plain
from handlers.where import area_at, is_here
from knowledge.addresses import addresses, building_in, is_address
from knowledge.entries import Area
from knowledge.numerals import ordinal
from knowledge.whereabouts import is_question, may_be_place, speaks_of_place

WRITTEN: Final = "zh_Hans"
"""The language of places, whoever writes them: what stands on the walls, and staff read it too."""
NEAR: Final = "_near"
"""Under which the codes of estates named already stand among the answers."""
LACKS: Final = "_lacks"
"""Under which the number of a building stands that was named with them and that they do not have."""

_ENDING: Final = re.compile(r"(?:那边|的|啊|呢)*[。.！!]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Base):
    """Where: a pin, a building in the words, a door poster, a landmark; the answer is {area, text, lat, lon}.

    Words that name no place we know are kept as they are, and only the community is asked for. Where estates are named
    already (``NEAR`` among the answers), only what is missing is asked, and buildings are looked for there. ``vague``: what
    cannot be a place is asked about once, and taken as it is from then on.
    """

    vague: bool = False

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question; the place told by a door poster is offered first, then the estates named already."""
        preset, near = ctx.chat.preset.get("text"), _near(ctx, answers)
        offered = (choice("form.here", "preset", place=preset),) if preset else ()
        question = say("form.place_within", place=_common(ctx, near)) if near else say(self.question)
        if near and (number := str(answers.get(LACKS, ""))):
            question = _lacking(ctx, near, number)
        others = [area for area in near if not offered or area.code != ctx.chat.preset.get("area")]
        return Reply((question,), (*offered, *_named(ctx, others)))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """Read a pin, a choice or words."""
        if said.location is not None:
            return self._pin(ctx, said.location.lat, said.location.lon)
        if (read := self._pressed(ctx, said.press, answers)) is not None:
            return read
        words = said.text.strip()[:200]
        if (read := self._offered(ctx, words, answers)) is not None:
            return read
        if ctx.shelf.texts.hears("words.skip", words):
            return Problem(say("form.not_skipped"))
        near, bare = _near(ctx, answers) or _offered_area(ctx, answers), re.sub(r"[\W_]+", "", words)
        if near and (read := self._repeated(ctx, words, near)) is not None:
            return read
        counted = (number := ordinal(bare)) is not None and bare[-1] not in "号號"  # 18号 is a house
        if (bare.isdecimal() and not is_address(words)) or (counted and not bare.isdecimal()):
            return self._number(ctx, bare if bare.isdecimal() else str(number), near)
        if self.vague and words and not ctx.shelf.gazetteer.locate(words):
            no_place = _says_nothing(ctx, words) or (is_question(words) and not speaks_of_place(words))
            if answers.get(MISREAD) and not no_place:
                return _freely(ctx, words, near)
            if bare and (no_place or not may_be_place(words)):
                return _roughly(ctx, near)
        if not bare:
            return Problem(say("form.place_please"), whole=True)
        return _roughly(ctx, near) if _says_nothing(ctx, words) else self._words(ctx, words, near)

    def _pressed(self, ctx: Context, press: str, answers: Answers) -> Read | Problem | None:
        if press == "preset" and ctx.chat.preset.get("area"):
            return Read({key: ctx.chat.preset.get(key) for key in ("area", "text", "lat", "lon")})
        if press.startswith("area."):
            return self._chosen(ctx, press[5:], str(ctx.chat.preset.get("said", "")))
        return _freely(ctx, "", _near(ctx, answers)) if press == "elsewhere" else None

    def _offered(self, ctx: Context, words: str, answers: Answers) -> Read | Problem | None:
        """Words about the places that were offered: yes to the only one, none of them, or the name of an estate."""
        hears = ctx.shelf.texts.hears
        said = str(ctx.chat.preset.get("said", "")) if answers.get(MISREAD) else ""
        only = _only_offer(ctx)
        if only and hears("words.yes", words):
            return self._chosen(ctx, only, said)
        if said and any(hears(key, words) for key in ("words.skip", "words.unknown", "words.elsewhere")):
            return _freely(ctx, "", [ctx.catalogue.areas[only]] if only else _near(ctx, answers))
        if picked := _offered_by_name(ctx, words):
            return self._chosen(ctx, picked, said)
        if said and not addresses(words) and ctx.shelf.gazetteer.only_names(words):
            return self._words(ctx, words + (assuming.address_in(said) or said), ())
        return None

    def _repeated(self, ctx: Context, words: str, near: Sequence[Area]) -> Read | None:
        """The building that was said not to stand in the only estate offered, said again: 就是3栋."""
        said = str(ctx.chat.preset.get("said", ""))
        if len(near) != 1 or not ctx.shelf.gazetteer.is_bare(words) or building_in(words) != building_in(said):
            return None
        return Read({"area": near[0].code, "text": told(ctx, near[0].code, said), "lat": None, "lon": None})

    def _pin(self, ctx: Context, lat: float, lon: float) -> Read | Problem:
        if not is_here(ctx.catalogue, lat, lon, ctx.rules.area_kilometres):
            return Problem(say("form.place_far"))
        area = area_at(ctx.catalogue, lat, lon)
        return Read({"area": area.code, "text": ctx.full_name(area.code), "lat": lat, "lon": lon})

    def _number(self, ctx: Context, digits: str, near: Sequence[Area]) -> Read | Problem:
        """A bare number may be a house's, or one of choices that have passed: ask rather than take it for a place.

        Where the estate is known it is the house's.
        """
        found = ctx.shelf.gazetteer.locate(f"{digits}栋")[:6]
        if len(inside := _inside(ctx, found, near)) == 1:
            return self._chosen(ctx, inside[0].code, "")
        if not found:
            return Problem(say("form.place_please"), whole=True)
        ctx.chat.preset = {key: value for key, value in ctx.chat.preset.items() if key != "said"}
        return Problem(say("form.which_place", place=digits), _named(ctx, found))

    def _words(self, ctx: Context, words: str, near: Sequence[Area]) -> Read | Problem:
        gazetteer = ctx.shelf.gazetteer
        located = gazetteer.locate(words)
        bare = gazetteer.is_bare(words)
        number = _missing(ctx, words, near) if bare else gazetteer.lacking(words)
        found = _inside(ctx, located, near) or (list(near) if number and bare else [*located, *near])
        if bare and not near:
            found = assuming.own(ctx, found) or assuming.nearest_first(ctx, found)
        if len(found) == 1 and not number:
            name = told(ctx, found[0].code, words)
            assumed = {} if near else assuming.mark(ctx, found[0], words)
            return Read({"area": found[0].code, "text": name, "lat": None, "lon": None, **assumed})
        ctx.chat.preset = {**ctx.chat.preset, "said": words}
        if number:
            return Problem(_lacking(ctx, found, number), _named(ctx, found[:6]))
        if bare and found:
            elsewhere = choice("form.elsewhere", "elsewhere")
            return Problem(say("form.which_estate", place=words), (*_named(ctx, found[:6]), elsewhere))
        offered = found[:6] or _communities(ctx)
        return Problem(say("form.which_place" if found else "form.which_community", place=words), _named(ctx, offered))

    def _chosen(self, ctx: Context, code: str, words: str) -> Read | Problem:
        if code not in ctx.catalogue.areas:
            return Problem(say("form.place_please"), whole=True)
        return Read({"area": code, "text": told(ctx, code, words), "lat": None, "lon": None})


def named_estates(ctx: Context, words: str) -> list[str]:
    """The codes of the estates, or else communities, that the words name, for ``NEAR``."""
    found = [area for area in ctx.shelf.gazetteer.locate(words) if area.kind in ("grid", "community")]
    grids = [area for area in found if area.kind == "grid"]
    return [area.code for area in grids or found][:6]


def within(ctx: Context, words: str, near: Sequence[str]) -> tuple[list[Area], str]:
    """The areas that words name, a bare building only in the estates of these codes, and its number where they have none such."""
    gazetteer, estates = ctx.shelf.gazetteer, [ctx.catalogue.areas[code] for code in near]
    places = gazetteer.locate(words)
    if not estates or not gazetteer.is_bare(words):
        return places, gazetteer.lacking(words)
    return _inside(ctx, places, estates) or estates, _missing(ctx, words, estates)


def names_another(ctx: Context, answer: Mapping[str, Any], places: Sequence[Area]) -> bool:
    """Whether words that name these places speak of somewhere else than the place answered before.

    They do not where they name what it lies in, or buildings of it.
    """
    above = {one.code for one in ctx.catalogue.lineage(answer["area"])}
    here = (place.code in above or (place.kind == "building" and place.parent == answer["area"]) for place in places)
    return bool(places) and not any(here)


def corrects(ctx: Context, answer: Mapping[str, Any], words: str) -> bool:
    """Whether words are a place and nothing else, and say where it is otherwise, or more closely, than the place answered before."""
    gazetteer = ctx.shelf.gazetteer
    if building_in(words):
        return is_address(words) or gazetteer.only_names(words)
    if is_address(words):  # a unit or a door of the building answered before, and not a word more
        whole = addresses(words)[0].end - addresses(words)[0].start == len(words.strip())
        within = ctx.catalogue.areas[answer["area"]].kind == "building"
        return whole and within and plain(words) not in plain(answer["text"])
    return gazetteer.only_names(words) and names_another(ctx, answer, gazetteer.locate(words))


def _near(ctx: Context, answers: Answers) -> list[Area]:
    return [ctx.catalogue.areas[code] for code in answers.get(NEAR, ()) if code in ctx.catalogue.areas]


def _inside(ctx: Context, found: Sequence[Area], near: Sequence[Area]) -> list[Area]:
    """Those of the found areas that lie in one of the areas named before."""
    return [area for area in found if any(one in near for one in ctx.catalogue.lineage(area.code))]


def _missing(ctx: Context, words: str, near: Sequence[Area]) -> str:
    """The number of the building in the words that stands in none of the estates named before, as far as is known."""
    number = building_in(words)
    lacks = number and near and all(ctx.shelf.gazetteer.has(number, area) is False for area in near)
    return number if lacks else ""


def _lacking(ctx: Context, areas: Sequence[Area], number: str) -> Say:
    key = "form.no_building" if len(areas) == 1 else "form.no_building_in"
    return say(key, place=_common(ctx, areas), number=number)


def _offered_area(ctx: Context, answers: Answers) -> list[Area]:
    """The only estate or community offered, while its question is being answered."""
    only = _only_offer(ctx) if answers.get(MISREAD) else ""
    return [ctx.catalogue.areas[only]] if only and ctx.catalogue.areas[only].kind != "building" else []


def _only_offer(ctx: Context) -> str:
    """The code of the area offered last, where it was the only one; else ""."""
    codes = [one.token.partition(":area.")[2] for one in asked(ctx.chat) if ":area." in one.token]
    return codes[0] if len(codes) == 1 and codes[0] in ctx.catalogue.areas else ""


def _offered_by_name(ctx: Context, words: str) -> str:
    """The code of the only area offered last whose own name ends in these words: 东区 of 河湾花园东区; else ""."""
    name = _ENDING.sub("", words)
    codes = [one.token.partition(":area.")[2] for one in asked(ctx.chat) if ":area." in one.token]
    areas = [ctx.catalogue.areas[code] for code in codes if code in ctx.catalogue.areas]
    found = [one.code for one in areas if len(name) > 1 and one.name.endswith(name)]
    return found[0] if len(found) == 1 else ""


def _common(ctx: Context, areas: Sequence[Area]) -> str:
    """What the names have in common (河湾花园), else all of them."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*(area.name for area in areas), strict=False))
    begin = "".join(signs[0] for signs in alike)
    return begin if len(begin) > 1 else listed(ctx, [area.name for area in areas])


def listed(ctx: Context, names: Iterable[str]) -> str:
    """Several names, one after the other, as the speaker reads them."""
    return ctx.shelf.texts.word(ctx.person.language, "form.and").join(names)


def _roughly(ctx: Context, near: Sequence[Area]) -> Problem:
    """No place was said: examples, and the estates or communities to choose from."""
    ctx.chat.preset = {key: value for key, value in ctx.chat.preset.items() if key != "said"}
    return Problem(say("form.place_roughly"), _named(ctx, near or _communities(ctx)))


def _freely(ctx: Context, words: str, near: Sequence[Area]) -> Read:
    """Whatever was said, in what was named before, else in the speaker's community, else anywhere: staff will ask."""
    lives = ctx.person.area_code or ""
    home = ctx.catalogue.lineage(lives) if lives in ctx.catalogue.areas else []
    roots = [area for area in ctx.catalogue.areas.values() if not area.parent]
    likely = (*_around(ctx, near), *(area for area in home if area.kind == "community"), *roots)
    code = likely[0].code
    name = ctx.full_name(code) + (_common(ctx, near) if len(near) > 1 else "")
    told = " · ".join(filter(None, (name, str(ctx.chat.preset.get("said", "")), words)))
    return Read({"area": code, "text": told, "lat": None, "lon": None})


def _around(ctx: Context, areas: Sequence[Area]) -> list[Area]:
    """The areas in which all of these lie, the smallest first."""
    lines = [ctx.catalogue.lineage(area.code) for area in areas]
    return [one for one in lines[0] if all(one in line for line in lines)] if lines else []


def _says_nothing(ctx: Context, words: str) -> bool:
    """不知道, 好的, 谢谢你啊: words that name no place anywhere."""
    texts = ctx.shelf.texts
    thanks = any(plain(words).startswith(one) for one in texts.words("talk.heard.thanks"))
    return thanks or any(texts.hears(key, words) for key in ("words.unknown", "words.yes", "words.no"))


def _communities(ctx: Context) -> list[Area]:
    return [area for area in ctx.catalogue.areas.values() if area.kind == "community"]


def _named(ctx: Context, areas: Sequence[Area]) -> tuple[Choice, ...]:
    return tuple(Choice(say("form.area", name=ctx.full_name(area.code)), f"area.{area.code}") for area in areas)


def told(ctx: Context, code: str, words: str, *, rooms: bool = True) -> str:
    """The area's full name followed by what the resident's own words add to it, without the room unless ``rooms``."""
    name = ctx.full_name(code)
    if not words or words in name:
        return name
    found = next(iter(addresses(words)), None)
    named = ctx.shelf.gazetteer.only_names(words)
    if found and (named or is_address(words)) and ctx.catalogue.areas[code].kind == "building":
        door = (("unit", found.unit), ("room", found.room if rooms else ""))
        told = (ctx.shelf.texts.word(WRITTEN, f"form.door.{part}", **{part: at}) for part, at in door if at)
        return name + "".join(told)
    if not rooms:
        return name
    if named and (address := assuming.address_in(words)):
        return name + address
    last = ctx.catalogue.areas[code].name
    return name + words.removeprefix(last) if words.startswith(last) else f"{name} · {words}"
