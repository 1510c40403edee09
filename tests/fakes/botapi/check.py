"""The Bot API's published rules as compiled checks: fields, types, lengths, nested objects, and a few rules in prose.

The rules come from `facts.json` (Bot API 10.3). A check is a function that returns None or what is wrong, as the path to
the place and a reason: ".reply_markup.inline_keyboard[0][0].callback_data: longer than 64 bytes".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from tests.fakes.botapi.errors import Json
from tests.fakes.botapi.prose import METHOD_RULES, TYPE_RULES
from tests.fakes.botapi.shapes import PRIMITIVES, Check, array, decoder, formatted, mode_field, sized

_FAMILIES = (
    "InlineQueryResultCached InlineQueryResult InputMedia InputPaidMedia InputProfilePhoto InputStoryContent "
    "InputRichBlock RichBlock RichText BotCommandScope MenuButton ReactionType StoryAreaType PassportElementError "
    "MessageOrigin PaidMedia ChatMember ChatBoostSource BackgroundFill BackgroundType TransactionPartner "
    "RevenueWithdrawalState OwnedGift"
)
_TAG_WORDS = {"section_heading": "heading", "preformatted": "pre", "block_quotation": "blockquote", "owner": "creator"}
_TAG_WORDS |= {
    "data_field": "data",
    "expandable_block_quotation": "expandable_blockquote",
    "pull_quotation": "pullquote",
    "banned": "kicked",
}


@cache
def tag_of(type_name: str) -> str | None:
    """The value of `type` (or `status`, `source`) that marks this type among its siblings, from its name."""
    for family in _FAMILIES.split():
        if type_name.startswith(family) and type_name != family:
            word = re.sub(r"(?<!^)(?=[A-Z])", "_", type_name[len(family) :]).lower()
            return _TAG_WORDS.get(word, word)
    return None


class Rules:
    """All methods and types of the facts; checks are compiled at first use and kept."""

    def __init__(self, facts: Json) -> None:
        self.methods: Json = facts["methods"]
        self.types: Json = facts["types"]
        self._by_lower = {name.lower(): name for name in self.methods}
        self._checks: dict[str, Check] = {}
        self._methods: dict[str, Method] = {}

    def method(self, name: str) -> Method | None:
        """The compiled method called `name` (any case, as Telegram allows); None if there is none."""
        found = self._methods.get(name)
        if found is None and (proper := self._by_lower.get(name.lower())):
            found = self._methods[name] = Method(self, proper)
        return found

    def problem(self, type_name: str, value: Any) -> str | None:
        """What makes `value` something else than a `type_name` ("Message", "Array of Update"); None if nothing."""
        wrong = self.check(type_name)(value)
        return None if wrong is None else wrong.lstrip(".: ")

    def check(self, type_name: str) -> Check:
        """The check of one type, compiled once."""
        found = self._checks.get(type_name)
        if found is None:
            found = self._checks[type_name] = self._compile(type_name)
        return found

    def _compile(self, type_name: str) -> Check:
        if type_name.startswith("Array of "):
            return array(self._late(type_name.removeprefix("Array of ")))
        if type_name in PRIMITIVES:
            return PRIMITIVES[type_name]
        spec = self.types[type_name]
        if "subtypes" in spec:
            return self.either(spec["subtypes"])
        return self.record(type_name, spec.get("fields", {}), TYPE_RULES.get(type_name))

    def _late(self, type_name: str) -> Check:
        """A check that is looked up when called, because types refer to each other in circles."""
        if type_name in PRIMITIVES:
            return PRIMITIVES[type_name]

        def late(value: Any) -> str | None:
            return self.check(type_name)(value)

        return late

    def record(self, name: str, fields: Json, extra: Callable[[Json], str | None] | None) -> Check:
        """The check of an object with these fields: none unknown, none missing, each right, then the rule in prose."""
        checks = {field: self._field(field, spec, fields) for field, spec in fields.items()}
        required = tuple(field for field, spec in fields.items() if spec.get("required"))
        texts = tuple(formatted(field, spec, fields) for field, spec in fields.items() if mode_field(field, fields))
        tag_field = next((f for f in ("source", "status", "type") if f in required), None)
        tag = tag_of(name) if tag_field else None

        def check(value: Any) -> str | None:
            if type(value) is not dict:
                return f": expected {name}, got {type(value).__name__}"
            for key, item in value.items():
                one = checks.get(key)
                if one is None:
                    return f".{key}: unknown field"
                wrong = one(item)
                if wrong is not None:
                    return f".{key}{wrong}"
            for key in required:
                if key not in value:
                    return f".{key}: missing"
            if tag is not None and value[tag_field] != tag:
                return f".{tag_field}: expected {tag!r}, got {value[tag_field]!r}"
            for visible in texts:
                wrong = visible(value)
                if wrong is not None:
                    return wrong
            return extra(value) if extra else None

        return check

    def _field(self, name: str, spec: Json, siblings: Json) -> Check:
        check = self.either(spec["types"])
        length = spec.get("length")
        if length is None or (mode_field(name, siblings) and length[2] == "characters"):
            return check
        return sized(check, *length)

    def either(self, names: list[str]) -> Check:
        """The check of a value that may be any of several types; objects with a `type` are told apart by it."""
        if len(names) == 1:
            return self._late(names[0])
        if all(name.startswith("Array of ") for name in names):
            return array(self.either([name.removeprefix("Array of ") for name in names]))
        options = [(name, self._late(name)) for name in names]

        def check(value: Any) -> str | None:
            tag = value.get("source", value.get("status", value.get("type"))) if type(value) is dict else None
            marked = [option for option in options if tag is not None and tag_of(option[0]) == tag]
            wrongs: list[tuple[int, str]] = []
            for name, option in marked or options:
                wrong = option(value)
                if wrong is None:
                    return None
                wrongs.append((self._likeness(name, value), wrong))
            return max(wrongs, key=lambda item: item[0])[1]

        return check

    def _likeness(self, name: str, value: Any) -> int:
        """How many of the value's keys the type knows: the likeliest type gives the most useful message."""
        fields = self.types.get(name, {}).get("fields", {})
        return sum(key in fields for key in value) if type(value) is dict else int("Array" in name)


class Method:
    """One method of the Bot API: decodes the parameters of a form and says what is wrong with a call."""

    def __init__(self, rules: Rules, name: str) -> None:
        self.name = name
        self._fields: Json = rules.methods[name]
        self._decoders = {field: decoder(spec["types"]) for field, spec in self._fields.items()}
        self._files = frozenset(field for field, spec in self._fields.items() if "InputFile" in spec["types"])
        self._check = rules.record(name, self._fields, METHOD_RULES.get(name))

    def decode(self, form: Iterable[tuple[str, str]]) -> tuple[Json, str | None]:
        """Values of a urlencoded or multipart form, where everything is text, and what could not be read."""
        values: Json = {}
        for key, text in form:
            decoder = self._decoders.get(key, str)
            try:
                values[key] = decoder(text)
            except ValueError:
                return values, f"{key}: can't be read as {' or '.join(self._fields[key]['types'])}"
        return values, None

    def problem(self, values: Json, files: Iterable[str] = ()) -> str | None:
        """What breaks the rules in a call with these values and uploaded parts; None if all is well."""
        direct = {key for key in files if key in self._files}
        wrong = self._check({**values, **dict.fromkeys(direct, "attach://")} if direct else values)
        if wrong is not None:
            return wrong.lstrip(".: ")
        attached = {key for key in files if key not in direct}
        named = set(_attachments(values)) if attached or self._files or "media" in values else attached
        if attached != named:
            return f"uploaded parts {sorted(attached)} do not match the attach:// names {sorted(named)}"
        return None


@cache
def rules() -> Rules:
    """The rules of the Bot API version kept beside this module."""
    return Rules(orjson.loads(Path(__file__).with_name("facts.json").read_bytes()))


def _attachments(value: Any) -> Iterable[str]:
    if isinstance(value, str) and value.startswith("attach://"):
        yield value.removeprefix("attach://")
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _attachments(item)
