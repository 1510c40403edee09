"""What every repository has: the session, and nothing that commits."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Speakable characters: no 0/O, no 1/I/L."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Queries on one noun; the unit of work commits."""

    session: AsyncSession


async def free_reference(letter: str, taken: Callable[[str], Awaitable[bool]]) -> str:
    """A short reference such as R7K2Q that is not taken yet; grows a character when four keep colliding."""
    for length in (4, 4, 4, 5, 5, 6, 7, 8):
        ref = letter + _speakable(length)
        if not await taken(ref):
            return ref
    raise RuntimeError("no free reference")


def _speakable(length: int) -> str:
    """Random characters with a digit among them: a reference is never a word, and is recognised when somebody writes it."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if not drawn.isalpha():
            return drawn
