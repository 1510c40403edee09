"""Danger told by signs near one another, without the word for it."""

import pytest

from knowledge.danger import Dangers
from knowledge.entries import Emergency

ILL = Emergency("ill", "病人", "", "120", (), ("晕倒",), ("who+limp", "who>gone"), ("狗晕倒",), ())
SIGNS = {"who": ("孩子", "我妈"), "limp": ("不动了", "翻白眼"), "gone": ("不见了",)}
MANNERS = {"now": ("快来",), "here": ("我妈",), "about": ("怎么急救",), "apart": ("去年",), "idle": ("歌词",)}


@pytest.fixture(scope="module")
def dangers() -> Dangers:
    return Dangers([ILL], MANNERS, SIGNS)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("孩子躺着不动了", True),
        ("翻白眼了,我妈", True),
        ("车不动了", False),
        ("孩子的作业写完了,我们明天去公园,后来车不动了", False),
        ("孩子又不见了", True),
        ("孩子的书包不见了", False),
        ("狗晕倒,孩子不动了", True),
        ("孩子说狗晕倒不动了", False),
        ("我妈晕倒了怎么急救", True),
        ("晕倒了歌词", False),
        ("我妈晕倒了歌词", True),  # in doubt it is one
        ("我妈晕倒了歌词快来", True),
        ("去年我妈不动了", False),
    ],
)
def test_signs_count_when_near_and_in_earnest(dangers: Dangers, text: str, *, heard: bool) -> None:
    assert bool(dangers.find(text).hits) is heard, dangers.find(text)


def test_it_is_a_person_who_falls_after_what_fell(dangers: Dangers) -> None:
    """Words that rule a danger out don't where they name what somebody was after."""
    assert dangers.find("捞狗晕倒了").hits
    assert not dangers.find("狗晕倒了").hits
