"""What is said fits what the channel can carry, and no character is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Limits
from bot.channels.render import render, split, utf16
from handlers.messages import Reply, choice, say
from handlers.texts import Texts

TEXTS = Texts.load()
WORDS = st.text(st.sampled_from("楼道灯坏了。\nab😀𠮷 "), max_size=400)


@given(WORDS, st.integers(2, 60))
def test_parts_fit_and_hold_every_character(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert all(0 < utf16(part) <= limit for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_buttons_stand_under_the_last_part_only() -> None:
    reply = Reply((say("case.told.words", words="字" * 9000),), (choice("menu.report", "menu.report"),))
    messages = render(reply, TEXTS, "zh_Hans", Limits())
    assert len(messages) == 3
    assert [bool(body.get("buttons")) for _, body in messages] == [False, False, True]


def test_an_album_goes_before_words_with_buttons_and_a_single_picture_with_them() -> None:
    buttons = (choice("case.solved", "case.solved:R2345"),)
    album = render(Reply((say("case.told.solved"),), buttons, (1, 2)), TEXTS, "zh_Hans", Limits())
    assert [body.get("photos") for _, body in album] == [[1, 2], None]
    single = render(Reply((say("case.told.solved"),), buttons, (1,)), TEXTS, "zh_Hans", Limits())
    assert [(text, body["photos"]) for text, body in single] == [("解决了吗？", [1])]
