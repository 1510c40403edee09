"""Which words can be a place: landmarks and directions, and neither questions nor talk."""

import pytest

from knowledge.whereabouts import may_be_place


@pytest.mark.parametrize(
    "text", ["小区东门旁边", "大树底下", "菜市场对面", "地下车库", "我家门口", "next to the east gate"]
)
def test_a_landmark_or_a_direction_may_be_a_place(text: str) -> None:
    assert may_be_place(text)


@pytest.mark.parametrize(
    "text", ["不知道", "你们快点来", "?", "", "哈哈", "什么时候到门口来修", "有人来楼下吗", "please hurry"]
)
def test_a_hurry_a_laugh_and_a_question_are_no_place(text: str) -> None:
    assert not may_be_place(text)
