"""What strangers need not read is hidden, and what leads to nobody stays."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.discretion import discreet
from knowledge.numerals import DIGIT_CHARS, to_arabic


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("3栋2单元501室漏水", "3栋漏水"),
        ("三栋二单元五零一太吵", "三栋太吵"),
        ("A座1203门口", "A座门口"),
        ("12-3-1802的车", "12-**的车"),
        ("18号楼602，602室", "18号楼，**"),
        ("2单元501的狗", "**的狗"),
        ("电话0100-5550123", "电话0100-***0123"),
        ("3栋旁边装充电桩，五一路", "3栋旁边装充电桩，五一路"),
        ("3#2-501漏水", "3-**漏水"),
        ("3栋-2-501门口", "3栋门口"),
        ("3栋2单元五楼西户", "3栋"),
        ("3 栋 2 单元 501 室", "3栋"),
        ("3栋501、502太吵", "3栋太吵"),
        ("3栋 2单元 5 01", "3栋"),
        ("3栋(2单元)(501)", "3栋(**)"),
        ("2-501太吵", "**太吵"),
        ("5楼西户养鸡", "**养鸡"),
        ("Building 3, Unit 2, Room 501 is noisy", "Building 3, ** is noisy"),
        ("住501的李老师", "住**的**老师"),
        ("138.0013.8000", "138****8000"),
        ("138_0013_8000", "138****8000"),
        ("打13 800 138 000，谢谢", "打138****8000，谢谢"),
        ("一三八零零一三八零零零", "138****8000"),
        ("１３８００１３８０００和13900139000", "138****8000和139****9000"),
        ("身份证11010119490307123X", "身份证**"),
        ("身份证 110101 19490307 1234", "身份证 **"),
        ("QQ123456，微信号：wang_1949", "QQ**，微信号：**"),
        ("电话 6555 1234", "电话 **"),
        (
            "我建议给3 栋 2 单元 501的王秀英家装扶手，身份证110101194903071234，电话 138.0013.8000",
            "我建议给3栋的**家装扶手，身份证**，电话 138****8000",
        ),
        ("王秀英住3栋2单元", "**住3栋"),
        ("张大爷家 3-201", "**大爷家 **"),
        ("請給張大爺家3棟2單元501裝扶手", "請給**大爺家3棟裝扶手"),
        ("独居老人王秀英一直住在3栋，腿脚不便", "独居老人**一直住在3栋，腿脚不便"),
        ("王秀英和李建国住3栋2单元", "**和**住3栋"),
        ("王阿姨一个人住12-3-1802", "**阿姨一个人住12-**"),
        ("联系业主刘强，3栋2单元501", "联系业主**，3栋"),
        ("给老李家3-201、张伟（5栋2单元）装灯", "给**家**、**（5栋）装灯"),
        ("欧阳锋在3栋2单元501养鸡", "**在3栋养鸡"),
    ],
)
def test_doors_and_numbers_are_cut_to_the_building(words: str, shown: str) -> None:
    assert discreet(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "3栋2部电梯一部常坏，请在一楼大厅装扶手",
        "3栋一楼的台阶太滑，给3栋的独居老人装扶手",
        "任何住3栋的居民，许多人住5栋，常年住3栋的老人，周围住3栋的人",
        "2024年10月1日到2025年3月1日修好，大约5000元",
        "120户都同意，有300多人",
        "每晚 7:00-9:30 不要跳舞",
        "More benches near building 3, please, and 20 bins",
        "建一个微信群，公交 105 路改道",
        "1、路灯 2、座椅 3、扶手",
    ],
)
def test_what_leads_to_nobody_stays(words: str) -> None:
    assert discreet(words) == words


@pytest.mark.parametrize(
    "before",
    [
        "关于", "周末", "方便", "给", "我家", "我住", "大家住", "马上修", "高峰期关闭", "石凳放在", "文件贴在", "钱不够，", "温度低，", "楼道灯坏了，",
        "万元住宅", "安全出口在", "老师傅", "申请给", "许多人住", "施工队住", "何不给", "关灯", "住户住", "独居老人住", "物业管家", "白天", "金属门",
    ],
)  # fmt: skip
def test_ordinary_words_before_a_door_stay(before: str) -> None:
    assert discreet(f"{before}3栋2单元501") == f"{before}3栋"


def test_whoever_is_spoken_of_without_a_name_stays() -> None:
    assert discreet("方便3栋2单元的老人，常年住3栋2单元的独居老人") == "方便3栋的老人，常年住3栋的独居老人"


_BETWEEN = st.text(alphabet=" .-_/,:·—\u200b\u3000\t，。", max_size=3)
_ALPHABETS = st.sampled_from(
    ["0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇一二三四五六七八九", "٠١٢٣٤٥٦٧٨٩"]
)


@st.composite
def _written(draw: st.DrawFn) -> tuple[str, str]:
    """A mobile or an identity number, and a way to write it."""
    pattern = draw(
        st.sampled_from([r"1[3-9][0-9]{9}", r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][0-9]{4}[0-9X]"])
    )
    number = draw(st.from_regex(pattern, fullmatch=True))
    written = ""
    for one in number:
        shape = draw(_ALPHABETS)[int(one)] if one.isdigit() else draw(st.sampled_from("Xx"))
        written += draw(_BETWEEN) + shape
    return number, written


@given(
    _written(),
    st.text(alphabet="3栋楼5户在一的 0138-", max_size=6),
    st.text(alphabet="3栋楼5户在一的 0138-", max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_no_mobile_and_no_identity_number_survives_however_it_is_written(
    number: tuple[str, str], before: str, behind: str
) -> None:
    plain, written = number
    shown = discreet(before + written + behind)
    digits = "".join(
        str(unicodedata.digit(one, "")) for one in re.sub(f"[{DIGIT_CHARS}]", _arabic, shown) if one != "*"
    )
    assert plain.rstrip("X") not in digits


def _arabic(found: re.Match[str]) -> str:
    return to_arabic(found[0])
