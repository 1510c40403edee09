"""The body of a call: JSON, urlencoded and multipart, with the query string, as values and uploaded parts."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.botapi.check import Method, loads
from tests.fakes.botapi.errors import Json
from tests.fakes.botapi.media import Part

Form = list[tuple[str, str]]


async def read(request: web.BaseRequest, method: Method, query: str) -> tuple[Json, dict[str, Part], str | None]:
    """Values, parts and what could not be read. Forms are decoded by the types of the method's fields."""
    form: Form = parse_qsl(query, keep_blank_values=True) if query else []
    parts: dict[str, Part] = {}
    values: Json = {}
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        more, parts = await _multipart(request)
        form += more
    else:
        body = await request.read()
        if kind.startswith("application/json"):
            values, problem = _json(body)
            if problem:
                return {}, {}, problem
        elif body:
            form += parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    if form:
        decoded, problem = method.decode(form)
        return {**decoded, **values}, parts, problem
    return values, parts, None


def _json(body: bytes) -> tuple[Json, str | None]:
    try:
        values = loads(body) if body else {}
    except ValueError:
        return {}, "can't parse the JSON body"
    return (values, None) if isinstance(values, dict) else ({}, "the JSON body is no object")


async def _multipart(request: web.BaseRequest) -> tuple[Form, dict[str, Part]]:
    form: Form = []
    parts: dict[str, Part] = {}
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            parts[key] = Part(value.filename, value.content_type, value.file.read())
        else:
            form.append((key, cast(str, value)))
    return form, parts
