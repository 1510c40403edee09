"""The small checks that larger ones are built of: primitive types, arrays, lengths, formatted text, and their decoders.

A check answers None, or the path inside the value and what is wrong there: "[0].text: 5000 characters, 1–4096 allowed".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

from tests.fakes.botapi.entities import EntityError, parse, units
from tests.fakes.botapi.errors import Json

Check = Callable[[Any], str | None]
Decode = Callable[[str], Any]


def loads(source: str | bytes) -> Any:
    """JSON to values. Lone surrogates are let through here (orjson refuses them) so that the checks can name them."""
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError:
        return json.loads(source)


def dumps(value: Any) -> bytes:
    """Values to JSON; lone surrogates are escaped, since tests hand them to the bot on purpose."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode()


def _integer(value: Any) -> str | None:
    return None if type(value) is int and -(2**63) <= value < 2**63 else f": expected Integer, got {value!r:.40}"


def _float(value: Any) -> str | None:
    return None if type(value) in (int, float) else f": expected Float, got {value!r:.40}"


def _boolean(value: Any) -> str | None:
    return None if type(value) is bool else f": expected Boolean, got {value!r:.40}"


def _string(value: Any) -> str | None:
    if type(value) is not str:
        return f": expected String, got {value!r:.40}"
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        return ": strings must be encoded in UTF-8 (a lone surrogate)"
    return None


PRIMITIVES: dict[str, Check] = {"Integer": _integer, "Float": _float, "Boolean": _boolean, "String": _string}
PRIMITIVES |= {"InputFile": _string}


def array(item: Check) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not list:
            return f": expected an array, got {type(value).__name__}"
        for index, element in enumerate(value):
            wrong = item(element)
            if wrong is not None:
                return f"[{index}]{wrong}"
        return None

    return check


def sized(check: Check, low: int, high: int, unit: str) -> Check:
    def measured(value: Any) -> str | None:
        wrong = check(value)
        if wrong is not None or type(value) is not str:
            return wrong
        size = len(value.encode()) if unit == "bytes" else units(value)
        return None if low <= size <= high else f": {size} {unit}, {low}–{high} allowed"

    return measured


def mode_field(field: str, siblings: Json) -> str | None:
    """The name of the field that says how `field` is formatted, if it can be formatted."""
    if f"{field}_parse_mode" in siblings:
        return f"{field}_parse_mode"
    return "parse_mode" if field in ("text", "caption", "message_text") and "parse_mode" in siblings else None


def formatted(field: str, spec: Json, siblings: Json) -> Check:
    """Length after entities are taken out, which is how Telegram counts formatted text."""
    mode, (low, high, _) = mode_field(field, siblings), spec.get("length", (0, 2**31, ""))

    def check(value: Json) -> str | None:
        text = value.get(field)
        if text is None:
            return None
        try:
            visible = parse(text, value.get(mode))[0] if mode in value else text
        except EntityError as error:
            return f".{field}: can't parse entities: {error}"
        if low and not visible.strip():
            return f".{field}: is empty"
        if len(visible) * 2 > high and units(visible) > high:
            return f".{field}: is too long ({units(visible)} units, {high} allowed)"
        return None

    return check


def decoder(types: list[str]) -> Decode:
    if types == ["Integer", "String"]:
        return lambda text: int(text) if re.fullmatch(r"-?\d+", text) else text
    if "String" in types:
        return str
    return _DECODERS.get(types[0], loads)


_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _read_boolean(text: str) -> bool:
    word = _WORDS.get(text.lower())
    if word is None:
        raise ValueError(text)
    return word


_DECODERS: dict[str, Decode] = {"Integer": int, "Float": float, "Boolean": _read_boolean, "InputFile": str}
