from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.addresses import addresses, is_address


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("3栋2单元501灯坏了", "3", "2", "501"),
        ("三栋二单元五零一", "3", "2", "501"),
        ("我家在3栋2单元", "3", "2", ""),
        ("3栋，2单元，501室", "3", "2", "501"),
        ("3栋5楼502", "3", "", "502"),
        ("18号楼楼道", "18", "", ""),
        ("十八号楼", "18", "", ""),
        ("１８號樓", "18", "", ""),
        ("一百零一号楼", "101", "", ""),
        ("二十一栋", "21", "", ""),
        ("B座1203", "B", "", "1203"),
        ("a座", "A", "", ""),
        ("12-3-1802漏水", "12", "3", "1802"),
        ("5-2-301", "5", "2", "301"),
        ("我家5—2—301漏水", "5", "2", "301"),
        ("5 - 2 - 301", "5", "2", "301"),
        ("3 栋 2 单元 501", "3", "2", "501"),
        ("B 座 1203", "B", "", "1203"),
        ("3 栋 楼 道 灯 坏 了", "3", "", ""),
        ("我 家 三 栋 二 单 元 5 0 1 漏 水", "3", "2", "501"),
        ("3\u200b栋\u200b楼\u200d道\u2060灯", "3", "", ""),
        ("\u202e3\u2066栋2单元", "3", "2", ""),
        ("the 3 栋 light is broken", "3", "", ""),
        ("201幢", "201", "", ""),
        ("2#楼", "2", "", ""),
        ("lift broken in building 3", "3", "", ""),
        ("Block B, unit 2", "B", "2", ""),
        ("2单元501", "", "2", "501"),
        ("501室漏水", "", "", "501"),
        ("我们一栋没电了", "1", "", ""),
        ("三栋楼道黑", "3", "", ""),
        ("3栋楼下", "3", "", ""),
        ("3栋1200元", "3", "", ""),
        ("万一3栋2单元着火", "3", "2", ""),
        ("万一三栋着火", "3", "", ""),
        ("周三3栋停水", "3", "", ""),
        ("星期三三栋停水", "3", "", ""),
        ("一期三栋", "3", "", ""),
        ("统一2单元的门禁", "", "2", ""),
        ("3栋2025年建的", "3", "", ""),
    ],
)
def test_an_address_is_found(text: str, building: str, unit: str, room: str) -> None:
    (found,) = addresses(text)
    assert (found.building, found.unit, found.room) == (building, unit, room)


@pytest.mark.parametrize(
    "text",
    [
        "一栋楼",
        "小区里有一栋楼着火",
        "三栋楼都停水",
        "这一栋",
        "两栋之间",
        "住在一栋老房子里",
        "2#线",
        "一座桥",
        "7座车",
        "2026-10-15",
        "2026 - 11 - 28",
        "11-28",
        "3-12-2026",
        "9-11-1830-5",
        "020-8888-1234",
        "9:30-11:00",
        "1 月 3 号 楼 道 灯 坏 了",
        "有 三 栋 楼",
        "12月3号楼道灯坏了",
        "五一路",
        "三楼的灯",
        "打12345",
        "",
    ],
)
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert addresses(text) == []


def test_positions_are_those_of_the_text() -> None:
    text = "灯坏了，３栋２单元，还有201幢，或者 4 栋 2 单 元 吧"
    assert [text[found.start : found.end] for found in addresses(text)] == ["３栋２单元", "201幢", "4 栋 2 单 元"]


@given(st.text(alphabet="0123456789一二三十百零栋幢座号楼单元室-#月, 的A道", max_size=40))
def test_any_mixture_is_read_without_harm(text: str) -> None:
    found = addresses(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(one.building or one.unit or one.room for one in found)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("3栋", True),
        ("我住三栋二单元。", True),
        ("building 3", True),
        ("3栋灯坏了", False),
        ("3栋着火", False),
        ("没有", False),
        ("", False),
    ],
)
def test_an_address_and_nothing_else(text: str, alone: bool) -> None:
    assert is_address(text) is alone
