"""A sentence that proposes is parted into the wish and its reason, and left whole in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.wishes import tells_where, wish

OPENERS = ("我建议", "建议", "我提议", "我有个建议", "我的建议是", "您好", "i suggest", "hi")


@pytest.mark.parametrize(
    ("words", "what", "why"),
    [
        ("我建议在3栋门口装路灯，晚上太黑", "在3栋门口装路灯", "晚上太黑"),
        ("我建議在3棟門口裝路燈，晚上太黑", "在3棟門口裝路燈", "晚上太黑"),
        ("3栋门口太黑，老人摔过，所以我建议装路灯，方便大家", "装路灯", "3栋门口太黑，老人摔过，方便大家"),
        ("因为晚上太黑，所以建议装个灯。", "装个灯", "晚上太黑"),
        ("建议装个灯因为晚上太黑", "装个灯", "晚上太黑"),
        ("建议：1、装路灯；2、加座椅。理由：晚上黑", "1、装路灯；2、加座椅", "晚上黑"),
        ("能不能多放几把椅子，我妈腿脚不好，走几步就得歇", "能不能多放几把椅子", "我妈腿脚不好，走几步就得歇"),
        ("希望公交站能往前挪一点，方便老人，谢谢", "希望公交站能往前挪一点", "方便老人"),
        ("建议增加滑梯，换掉旧器材，孩子没地方玩", "增加滑梯，换掉旧器材", "孩子没地方玩"),
        ("I suggest a lamp at building 3, it is too dark", "a lamp at building 3", "it is too dark"),
        ("I suggest a lamp at building 3 because it is dark.", "a lamp at building 3", "it is dark"),
        ("您好，我有个建议，楼道里装上扶手", "楼道里装上扶手", ""),
        ("建议图书室晚上也开放，周末也开放", "图书室晚上也开放，周末也开放", ""),
        ("楼道太黑，老人容易摔", "楼道太黑，老人容易摔", ""),
        ("建议箱坏了", "建议箱坏了", ""),
        ("Hire a gardener", "Hire a gardener", ""),
        ("我建议", "", ""),
        ("我建议在青松苑一区3栋装路灯，麻烦修台阶，晚上太黑", "在青松苑一区3栋装路灯，麻烦修台阶", "晚上太黑"),
        ("晚上太黑，麻烦修台阶", "麻烦修台阶", "晚上太黑"),
        ("拜托装路灯", "拜托装路灯", ""),
        ("麻烦修下灯", "麻烦修下灯", ""),
        ("我建议麻烦修路灯", "麻烦修路灯", ""),
        ("装路灯，辛苦得很", "装路灯", "辛苦得很"),
        ("麻烦得很，装个灯", "装个灯", "麻烦得很"),
        ("please fix the lamp", "please fix the lamp", ""),
    ],
)
def test_wish_and_reason_are_told_apart(words: str, what: str, why: str) -> None:
    assert wish(words, OPENERS) == (what, why)


@pytest.mark.parametrize(
    "courtesy",
    [
        "谢谢", "谢谢大家", "麻烦您了", "辛苦了！", "拜托了", "拜托拜托", "非常感谢", "多谢各位，辛苦了", "謝謝你們的支持", "thanks", "Thank you very much!",
        "thanks a lot", "please",
    ],
)  # fmt: skip
def test_courtesies_are_no_part_of_a_wish(courtesy: str) -> None:
    assert wish(f"我建议装路灯，{courtesy}", OPENERS) == ("装路灯", "")
    assert wish(f"我建议装路灯，晚上太黑，{courtesy}", OPENERS) == ("装路灯", "晚上太黑")


@given(st.text(alphabet="我建议装灯太黑因为所以方便老人，。, .so", max_size=40))
def test_what_was_parted_once_is_not_parted_again(words: str) -> None:
    once = wish(words, OPENERS)
    assert wish(once.what, OPENERS) == (once.what, "")


def test_nothing_but_openers_is_no_wish() -> None:
    assert wish("建议" * 1000, OPENERS) == ("", "")


def test_where_something_is_wanted_is_no_wish() -> None:
    assert all(map(tells_where, ("在3栋旁边", "放在东门口", "就在小区门口", "還是裝在二號樓")))
    assert not any(map(tells_where, ("装路灯", "在东门装路灯", "在3栋门口加一排座椅", "东门")))
