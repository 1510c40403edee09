"""Loads the data folder into frozen values and checks it as a whole: every problem is told at once.

Any `*.toml` file under the folder may hold any of the tables of `schema.TABLES`; besides these a file may say
`sample = true` (invented content) and, for services, `topic`.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.cached import cached
from knowledge.entries import (
    Area,
    Category,
    Cue,
    Department,
    Emergency,
    Group,
    IntentCues,
    Manner,
    Material,
    Place,
    Question,
    Service,
    Sign,
    StaffMember,
)
from knowledge.schema import TABLES, read

DATA = Path(__file__).parent / "data"
_FILE_FIELDS = {"sample": bool, "topic": str}
_KEYS = {"area": "code", "staff": "name", "group": "name"}


class CatalogueError(Exception):
    """The data folder can't be used; `problems` are sentences that name file, entry and field."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries by id, in the order of the files (sorted by path)."""

    services: Mapping[str, Service]
    groups: tuple[Group, ...]
    places: Mapping[str, Place]
    categories: Mapping[str, Category]
    departments: Mapping[str, Department]
    areas: Mapping[str, Area]
    staff: tuple[StaffMember, ...]
    intents: Mapping[str, IntentCues]
    emergencies: Mapping[str, Emergency]
    manners: Mapping[str, Manner]
    signs: Mapping[str, Sign]
    children: Mapping[str, tuple[Area, ...]] = field(repr=False)

    def lineage(self, code: str) -> tuple[Area, ...]:
        """The area and those above it, nearest first; empty for an unknown code."""
        found: list[Area] = []
        while code in self.areas:
            found.append(self.areas[code])
            code = self.areas[code].parent
        return tuple(found)

    def within(self, code: str) -> Iterator[Area]:
        """The area itself and everything below it, parents before children."""
        if code in self.areas:
            yield self.areas[code]
        for child in self.children.get(code, ()):
            yield from self.within(child.code)

    def words_of(self, sign: Sign) -> tuple[str, ...]:
        """The words of a sign and of those it includes."""
        return (*sign.words, *(word for one in sign.includes for word in self.signs[one].words))


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    values: dict[str, Any]


def load(folder: Path = DATA, cache: Path | None = None) -> Catalogue:
    """Read and check every file under `folder`; raises CatalogueError with all problems found.

    `cache` keeps what the files hold in a form that is read ten times as fast.
    """
    problems: list[str] = []
    tables: dict[str, list[_Row]] = {name: [] for name in TABLES}
    paths = sorted(folder.rglob("*.toml"))
    if not paths:
        problems.append(f"{folder}: there is no .toml file")
    for path in paths:
        _read_file(path, path.relative_to(folder).as_posix(), cache, tables, problems)
    catalogue = _assemble(tables, problems)
    problems.extend(_repeated_aliases(tables))
    problems.extend(_dangling(tables, catalogue))
    if problems:
        raise CatalogueError(problems)
    return catalogue


def _read_file(path: Path, name: str, cache: Path | None, tables: dict[str, list[_Row]], problems: list[str]) -> None:
    written = path.read_bytes()
    try:
        content = cached(cache, name.replace("/", "-"), written, lambda: tomllib.loads(written.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        problems.append(f"{name}: is not valid TOML: {broken}")
        return
    for key, value in content.items():
        if key in tables:
            tables[key].extend(_rows(key, value, name, content, problems))
        elif key not in _FILE_FIELDS:
            problems.append(f"{name}: unknown table or field {key!r}")
        elif not isinstance(value, _FILE_FIELDS[key]):
            problems.append(f"{name}: field {key!r} must be a {_FILE_FIELDS[key].__name__}, not {value!r}")


def _rows(table: str, rows: Any, name: str, content: Mapping[str, Any], problems: list[str]) -> Iterator[_Row]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(f"{name}: {table!r} must be written as [[{table}]] tables")
        return
    if table == "service" and "topic" not in content:
        problems.append(f"{name}: field 'topic' is missing")
    for number, row in enumerate(rows, 1):
        where = f"{name}, {table} {row.get(_KEYS.get(table, 'id'), number)}"
        values = read(TABLES[table], row, where, problems)
        values["sample"] = content.get("sample", False)
        values["topic"] = content.get("topic", "")
        yield _Row(where, values)


def _assemble(tables: dict[str, list[_Row]], problems: list[str]) -> Catalogue:
    areas = _by_id(tables["area"], Area, problems)
    children: dict[str, list[Area]] = {}
    for area in areas.values():
        children.setdefault(area.parent, []).append(area)
    return Catalogue(
        services=_by_id(tables["service"], Service, problems),
        groups=tuple(_build(Group, row.values) for row in tables["group"]),
        places=_by_id(tables["place"], Place, problems),
        categories=_by_id(tables["category"], Category, problems),
        departments=_by_id(tables["department"], Department, problems),
        areas=areas,
        staff=tuple(_build(StaffMember, row.values) for row in tables["staff"]),
        intents=_by_id(tables["intent"], IntentCues, problems),
        emergencies=_by_id(tables["emergency"], Emergency, problems),
        manners=_by_id(tables["manner"], Manner, problems),
        signs=_by_id(tables["sign"], Sign, problems),
        children={code: tuple(below) for code, below in children.items()},
    )


_PARTS: Mapping[str, type] = {"materials": Material, "faq": Question, "cues": Cue}


def _build(kind: Any, values: Mapping[str, Any]) -> Any:
    """One entry from checked values; rows become their own small values."""
    given = {name: values[name] for name in kind.__dataclass_fields__}
    for name, part in _PARTS.items():
        if name in given:
            given[name] = tuple(part(**row) for row in given[name])
    return kind(**given)


def _by_id(rows: list[_Row], kind: Any, problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    first: dict[str, str] = {}
    key = "code" if kind is Area else "id"
    for row in rows:
        name = row.values[key]
        if name in first:
            problems.append(f"{row.where}: the {key} {name!r} is already used in {first[name]}")
        elif name:
            first[name] = row.where
            found[name] = _build(kind, row.values)
    return found


def _repeated_aliases(tables: dict[str, list[_Row]]) -> Iterator[str]:
    """Two services must not share a name or alias: nobody could tell which is meant."""
    first: dict[str, str] = {}
    for row in tables["service"]:
        for alias in dict.fromkeys((row.values["name"], *row.values["aliases"])):
            if alias in first:
                yield f"{row.where}: the alias {alias!r} is already used in {first[alias]}"
            first.setdefault(alias, row.where)


def _dangling(tables: dict[str, list[_Row]], catalogue: Catalogue) -> Iterator[str]:
    """References to ids that no entry has, and areas that are their own ancestors."""
    references = (
        ("place", "area", catalogue.areas),
        ("category", "department", catalogue.departments),
        ("area", "parent", catalogue.areas),
        ("staff", "area", catalogue.areas),
        ("staff", "department", catalogue.departments),
    )
    for table, name, known in references:
        for row in tables[table]:
            target = row.values[name]
            if target and target not in known:
                yield f"{row.where}: field {name!r} names {target!r}, which does not exist"
    for row, name in (
        *((row, "joints") for row in tables["emergency"]),
        *((row, "includes") for row in tables["sign"]),
    ):
        for sign in (sign for joint in row.values[name] for sign in joint.replace(">", "+").split("+")):
            if sign not in catalogue.signs:
                yield f"{row.where}: field {name!r} names {sign!r}, which does not exist"
    topics = {service.topic for service in catalogue.services.values()}
    for row in tables["group"]:
        for topic in row.values["topics"]:
            if topic not in topics:
                yield f"{row.where}: field 'topics' names {topic!r}, which no service has"
    for row in tables["area"]:
        if _is_circular(row.values["code"], catalogue.areas):
            yield f"{row.where}: field 'parent' leads back to the area itself"


def _is_circular(code: str, areas: Mapping[str, Area]) -> bool:
    seen = set()
    while code in areas and code not in seen:
        seen.add(code)
        code = areas[code].parent
    return code in seen
