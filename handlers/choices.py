"""The choices a typed number or label stands for, as ``Chat.choices`` keeps them: [label, token], and a mark on pushed ones.

What was pushed while a form's question, or the offer to report a danger, is open stands before that question's choices and
does not take their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from storage.models import Chat

_PUSHED = True
_GRAVE: Final = "emergency."
"""Begins the buttons of a question that stays open until it is answered, whatever is pushed meanwhile."""


class Shown(NamedTuple):
    """A choice as it was shown: its label in the reader's language, and its token."""

    label: str
    token: str


def put(chat: Chat, shown: Iterable[Shown]) -> None:
    """Choices under an answer: numbers mean these from now on."""
    chat.choices = [[one.label, one.token] for one in shown]


def push(chat: Chat, shown: Iterable[Shown]) -> None:
    """Choices under words nobody waited for: those of an open form's or grave question stay, all others end.

    Pushed words without any only tell something: what was asked last is still what a yes or a number answers.
    """
    shown = list(shown)
    if not shown:
        return
    stays = chat.form is not None or any(one.token.startswith(_GRAVE) for one in asked(chat))
    own = [[one.label, one.token] for one in asked(chat)] if stays else []
    chat.choices = [*([one.label, one.token, _PUSHED] for one in shown), *own]


def use(chat: Chat, token: str) -> None:
    """One was taken: no number or label means it, or those it stood beside, any more."""
    for group in (pushed(chat), asked(chat)):
        if any(one.token == token for one in group):
            chat.choices = [row for row in _rows(chat) if Shown(*row[:2]) not in group]


def end_form(chat: Chat) -> None:
    """No form is open: its questions' choices are gone with it."""
    if any(row[1].startswith("f:") for row in _rows(chat)):
        chat.choices = [row for row in _rows(chat) if not row[1].startswith("f:")]


def pushed(chat: Chat) -> list[Shown]:
    """What was pushed since the last question, to be chosen from."""
    return [Shown(*row[:2]) for row in _rows(chat) if len(row) > 2]


def asked(chat: Chat) -> list[Shown]:
    """The choices of the last question itself."""
    return [Shown(*row[:2]) for row in _rows(chat) if len(row) == 2]


def every(chat: Chat) -> list[Shown]:
    """Both, the pushed ones first."""
    return [Shown(*row[:2]) for row in _rows(chat)]


def _rows(chat: Chat) -> list[Any]:
    """What is kept, without what another release may have written in a way that is not known here."""
    return [row for row in chat.choices if _is_known(row)]


def _is_known(row: object) -> bool:
    return (
        isinstance(row, list)
        and len(row) in (2, 3)
        and all(isinstance(part, str) for part in row[:2])
        and row[2:] in ([], [_PUSHED])
    )
