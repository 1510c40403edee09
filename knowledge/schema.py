"""The shape of the data files: which tables there are, their fields, and the check of one table.

Plain data plus one reader. A problem is a sentence that names file, entry and field; reading never stops at the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

SERVICE_COMMUNITY = ("direct", "behalf", "elsewhere")
MATERIAL_FORMS = ("原件", "复印件", "原件和复印件", "电子版")
URGENCIES = ("normal", "urgent", "critical")
CATEGORY_DESKS = ("community", "street")
AREA_KINDS = ("sub_district", "community", "grid", "building")
ROLES = ("grid_worker", "grid_leader", "community", "street", "department", "admin")
INTENTS = ("service", "report", "proposal", "volunteer", "notice", "progress", "human", "emergency", "menu", "none")
MANNERS = ("now", "here", "about", "apart", "idle")
PLACE_KINDS = (
    *("service-hall", "police", "clinic", "hospital", "pharmacy", "elder-canteen", "day-care", "library", "school"),
    *("kindergarten", "bank", "post", "market", "park", "gym", "toilet", "charging", "shelter", "recycling", "legal"),
    *("volunteer-station", "job-centre", "tax", "vet", "funeral", "parking"),
)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AREA_CODE = re.compile(r"[A-Z][0-9]+(?:-[A-Z][0-9]+)*")
_LIMIT = re.compile(r"[1-9][0-9]*(?:h|d|wh|wd)")
_PATTERNS = {
    "slug": (_SLUG, "lower-case letters, digits and hyphens"),
    "area": (_AREA_CODE, "such as S1-C1-G1"),
    "limit": (_LIMIT, "such as 4h, 7d, 8wh or 3wd"),
}

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "text": ((str,), "a text"),
    "slug": ((str,), "a text"),
    "area": ((str,), "a text"),
    "limit": ((str,), "a text"),
    "whole": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "flag": ((bool,), "true or false"),
    "day": ((date,), "a date"),
    "texts": ((list,), "a list of texts"),
    "rows": ((list,), "a list of tables"),
}
_EMPTY: Mapping[str, Any] = {
    "whole": 0,
    "number": 0.0,
    "flag": False,
    "day": date.min,
    "texts": (),
    "rows": (),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its type, what stands when it is left out (`None`: it must be there), and allowed values."""

    name: str
    type: str = "text"
    default: Any = None
    one_of: tuple[str, ...] = ()
    filled: bool = False
    rows: tuple["Field", ...] = ()


_MATERIAL = (
    Field("name", filled=True),
    Field("form", default="原件", one_of=MATERIAL_FORMS),
    Field("copies", "whole", default=1),
    Field("required", "flag", default=True),
    Field("note", default=""),
)
_FAQ = (Field("q", filled=True), Field("a", filled=True))
_CUE = (Field("text", filled=True), Field("weight", "number"))

TABLES: Mapping[str, tuple[Field, ...]] = {
    "service": (
        Field("id", "slug"),
        Field("name", filled=True),
        Field("aliases", "texts", filled=True),
        Field("examples", "texts", filled=True),
        Field("who", filled=True),
        Field("conditions", "texts", default=()),
        Field("materials", "rows", rows=_MATERIAL),
        Field("place_kinds", "texts", default=(), one_of=PLACE_KINDS),
        Field("online", default=""),
        Field("days_promised", "whole"),
        Field("days_legal", "whole", default=0),
        Field("fee", filled=True),
        Field("fee_basis", default=""),
        Field("steps", "texts", filled=True),
        Field("community", one_of=SERVICE_COMMUNITY),
        Field("validity", default=""),
        Field("faq", "rows", default=(), rows=_FAQ),
        Field("basis", default=""),
        Field("complaint_phone", default="12345"),
        Field("source", filled=True),
        Field("verified", "day"),
    ),
    "group": (Field("name", filled=True), Field("topics", "texts", filled=True)),
    "place": (
        Field("id", "slug"),
        Field("name", filled=True),
        Field("kind", one_of=PLACE_KINDS),
        Field("area", "area"),
        Field("lat", "number"),
        Field("lon", "number"),
        Field("address", filled=True),
        Field("phone", default=""),
        Field("hours", default=""),
        Field("aliases", "texts", default=()),
    ),
    "category": (
        Field("id", "slug"),
        Field("group", filled=True),
        Field("name", filled=True),
        Field("words", "texts", filled=True),
        Field("not_words", "texts", default=()),
        Field("examples", "texts", default=()),
        Field("department", "slug"),
        Field("urgency", default="normal", one_of=URGENCIES),
        Field("limit", "limit"),
        Field("visible", "flag", default=True),
        Field("private", "flag", default=False),
        Field("desk", default="community", one_of=CATEGORY_DESKS),
    ),
    "department": (
        Field("id", "slug"),
        Field("name", filled=True),
        Field("short", filled=True),
        Field("phone", default=""),
        Field("duties", default=""),
    ),
    "area": (
        Field("code", "area"),
        Field("kind", one_of=AREA_KINDS),
        Field("name", filled=True),
        Field("parent", default=""),
        Field("lat", "number"),
        Field("lon", "number"),
        Field("households", "whole", default=0),
        Field("units", "whole", default=0),
        Field("aliases", "texts", default=()),
    ),
    "staff": (
        Field("role", one_of=ROLES),
        Field("area", "area"),
        Field("name", filled=True),
        Field("department", default=""),
        Field("phone", default=""),
    ),
    "intent": (
        Field("id", one_of=tuple(name for name in INTENTS if name != "emergency")),
        Field("cues", "rows", rows=_CUE),
        Field("not_cues", "texts", default=()),
        Field("examples", "texts", default=()),
    ),
    "emergency": (
        Field("id", "slug"),
        Field("name", filled=True),
        Field("name_en", default=""),
        Field("phone", filled=True),
        Field("advice", default=""),
        Field("advice_en", default=""),
        Field("alone", "texts", default=()),
        Field("words", "texts", filled=True),
        Field("joints", "texts", default=()),
        Field("not_words", "texts", default=()),
        Field("examples", "texts", default=()),
    ),
    "sign": (Field("id", "slug"), Field("words", "texts", filled=True), Field("includes", "texts", default=())),
    "manner": (Field("id", one_of=MANNERS), Field("words", "texts", filled=True)),
}


def read(fields: tuple[Field, ...], raw: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """The values of one table, defaults filled in and lists as tuples; what is wrong is added to `problems`."""
    known = {field.name for field in fields}
    problems.extend(f"{where}: unknown field {name!r}" for name in raw if name not in known)
    return {field.name: _value(field, raw, where, problems) for field in fields}


def _value(field: Field, raw: Mapping[str, Any], where: str, problems: list[str]) -> Any:
    empty = _EMPTY.get(field.type, "")
    if field.name not in raw:
        if field.default is None:
            problems.append(f"{where}: field {field.name!r} is missing")
            return empty
        return field.default
    value = raw[field.name]
    problem = _type_problem(field, value) or _content_problem(field, value)
    if problem:
        problems.append(f"{where}: field {field.name!r} {problem}")
        return empty
    if field.type == "rows":
        return tuple(_row(field, row, f"{where}, {field.name} {n}", problems) for n, row in enumerate(value, 1))
    return tuple(value) if field.type == "texts" else value


def _row(field: Field, row: Any, where: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(row, dict):
        problems.append(f"{where}: must be a table")
        row = {}
    return read(field.rows, row, where, problems)


def _type_problem(field: Field, value: Any) -> str:
    types, called = _TYPES[field.type]
    fits = isinstance(value, types) and (field.type == "flag" or not isinstance(value, bool))
    if not fits:
        return f"must be {called}, not {value!r}"
    if field.type == "texts" and not all(isinstance(item, str) and item.strip() for item in value):
        return f"must be a list of texts, none of them empty, not {value!r}"
    if field.type == "whole" and value < 0:
        return f"must not be negative, not {value!r}"
    return ""


def _content_problem(field: Field, value: Any) -> str:
    if field.filled and not value:
        return "must not be empty"
    if field.one_of:
        given = value if field.type == "texts" else (value,)
        strange = [item for item in given if item not in field.one_of]
        if strange:
            return f"has {strange[0]!r}, which is none of {', '.join(field.one_of)}"
    if field.type == "texts":
        twice = sorted({item for item in value if value.count(item) > 1})
        return f"lists {twice[0]!r} twice" if twice else ""
    if field.type in _PATTERNS:
        pattern, looks = _PATTERNS[field.type]
        return "" if pattern.fullmatch(value) else f"must look like {looks}, not {value!r}"
    return ""
