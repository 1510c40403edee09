"""The declarative base: one metadata, one naming convention, so that migrations name what they change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

from storage.types import Json, UtcDateTime

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A key that grows for years; SQLite's own row id needs the plain word INTEGER."""


class Base(DeclarativeBase):
    """What every model inherits."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigId, datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 SQLAlchemy's own hook
