"""Column types shared by all models, and long lists in conditions, so that both databases take the same path."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, ColumnElement, DateTime, Dialect, Integer, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which drops the zone, gets it back on reading. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        if value is None or value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read back as aware UTC."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class Listed(TypeDecorator[Collection[Any]]):
    """A whole list in one parameter: an array for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the database is told the parameter is."""
        return dialect.type_descriptor(ARRAY(self.item()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """Hand the items over."""
        items = list(value or ())
        return items if dialect.name == "postgresql" else orjson.dumps(items).decode()


class among(FunctionElement[bool]):  # noqa: N801 it is read as a condition
    """``column IN (...)`` with the list as one parameter, named or given.

    A list of parameters makes another statement of each length, and writing and preparing those takes longer than running them.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | InstrumentedAttribute[Any], values: str | Collection[Any]) -> None:
        listed = Listed(BigInteger if isinstance(column.type, Integer) else Text)
        given = bindparam(values, type_=listed) if isinstance(values, str) else bindparam(None, values, type_=listed)
        super().__init__(column, given)


@compiles(among, "postgresql")
def _any(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(among, "sqlite")
def _each(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 both are parameters and columns, written by the compiler
