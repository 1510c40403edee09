"""Small talk: a kind word for thanks, a farewell, a plain yes or no, anger, and for who asks what this is."""

from __future__ import annotations

from typing import Final

from handlers.choices import every
from handlers.context import Context
from handlers.messages import Choice, Reply, choice, say
from handlers.texts import plain

_REPORT: Final = choice("menu.report", "menu.report")
_HUMAN: Final = choice("menu.human", "human")
_KINDS: Final[tuple[tuple[str, bool, tuple[Choice, ...]], ...]] = (
    ("unwell", True, (choice("menu.human", "human", style="primary"),)),
    ("sorry", True, (_REPORT, choice("menu.human", "human", style="primary"))),
    ("who", True, (_HUMAN, choice("words.menu_button", "menu"))),
    ("thanks", True, ()),
    ("bye", True, ()),
    ("ask", False, (_REPORT, choice("menu.service", "menu.service"), _HUMAN)),
    ("fine", False, ()),
)
"""What is recognised, in this order: its name, whether it may stand among other words, and what is offered then."""
_LONGEST: Final = 16
"""Characters up to which words may be nothing but small talk."""


def small_talk(ctx: Context, text: str) -> Reply | None:
    """The answer to what asks for nothing, None for anything else; ``talk.heard.<kind>`` lists the words."""
    texts, words = ctx.shelf.texts, plain(text)
    for name, within, choices in _KINDS:
        key = f"talk.heard.{name}"
        among = within and len(words) <= _LONGEST and any(one in words for one in texts.words(key) if len(one) > 1)
        if among or texts.hears(key, text):
            return Reply((say(f"talk.{name}", phone=ctx.rules.office_phone),), choices)
    shown = every(ctx.chat)
    if texts.hears("words.yes", text) and any(one.token.startswith("nothing:") for one in shown[-1:]):
        still = tuple(Choice(say("form.shown", label=one.label), one.token) for one in shown)
        return Reply((say("form.pick_one"),), still)
    if texts.hears("words.submit", text):
        return Reply((say("talk.nothing_to_submit"),), (_REPORT, choice("words.menu_button", "menu")))
    if texts.hears("words.yes", text) or texts.hears("words.no", text):
        return Reply((say("talk.fine"),))
    return None


def greets(ctx: Context, text: str) -> bool:
    """Whether somebody says hello."""
    words = plain(text)
    return any(one in words for one in ctx.shelf.texts.words("talk.heard.hello"))


def is_wordless(text: str) -> bool:
    """Whether there is nothing to read: emoji and marks alone."""
    return not any(character.isalnum() for character in text)
