"""The choices a typed number or label stands for, as ``Chat.choices`` keeps them: [label, token], and a mark on pushed ones.

What was pushed while a form's question is open stands before that question's choices and does not take their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from storage.models import Chat

_PUSHED = True


class Shown(NamedTuple):
    """A choice as it was shown: its label in the reader's language, and its token."""

    label: str
    token: str


def put(chat: Chat, shown: Iterable[Shown]) -> None:
    """Choices under an answer: numbers mean these from now on."""
    chat.choices = [[one.label, one.token] for one in shown]


def push(chat: Chat, shown: Iterable[Shown]) -> None:
    """Choices under words nobody waited for: those of an open form's question stay, all others end.

    Pushed words without any leave what was pushed before an open question as it is.
    """
    shown = list(shown)
    if chat.form is not None and not shown:
        return
    own = [[one.label, one.token] for one in asked(chat)] if chat.form is not None else []
    chat.choices = [*([one.label, one.token, _PUSHED] for one in shown), *own]


def pushed(chat: Chat) -> list[Shown]:
    """What was pushed since the last question, to be chosen from."""
    return [Shown(*row[:2]) for row in chat.choices if len(row) > 2]


def asked(chat: Chat) -> list[Shown]:
    """The choices of the last question itself."""
    return [Shown(*row[:2]) for row in chat.choices if len(row) == 2]


def every(chat: Chat) -> list[Shown]:
    """Both, the pushed ones first."""
    return [Shown(*row[:2]) for row in chat.choices]
