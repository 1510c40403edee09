"""What strangers need not read is hidden, and what leads to nobody stays."""

import re
import unicodedata
from time import perf_counter

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
        ("3栋501户主是王秀英", "3栋户主是**"),
        ("樓上502的張建國和501的劉麗華", "樓上**的**和**的**"),
        ("3栋501房东王秀英", "3栋房东**"),
        ("3栋501里住着张三、李四和王五", "3栋里住着**、**和**"),
        ("給3棟501的劉麗華裝扶手", "給3棟的**裝扶手"),
        ("Building 3 unit 2 Room 501 (Zhang San)", "Building 3 ** (**)"),
        ("Old Wang lives in building 3 unit 2", "** lives in building 3"),
        ("周三3栋2单元开会，3栋2单元501叫人来", "周三3栋开会，3栋叫人来"),
        ("3栋2单元501金毛乱叫，3栋2单元501白色的车，3栋2单元501江苏人", "3栋金毛乱叫，3栋白色的车，3栋江苏人"),
        ("管管3栋2单元501李小明在楼道抽烟", "管管3栋**在楼道抽烟"),
        ("让三栋二单元四百零二的老王别打麻将", "让三栋的**别打麻将"),
        ("青松苑一区3栋 501房张伟 打麻将", "青松苑一区3栋** 打麻将"),
        ("3栋501（王秀英）", "3栋（**）"),
        ("3栋501，户主王秀英", "3栋，户主**"),
        ("3栋501，王秀英", "3栋，**"),
        ("3栋501住着王秀英和李大爷", "3栋住着**和**大爷"),
        ("住在3栋501的李小明", "住在3栋的**"),
        ("501室的业主叫李小明", "**的业主叫**"),
        ("502室李四", "****"),
        ("3-2-501 Zhang San", "3-** **"),
        ("501房太吵", "**太吵"),
        ("五零一室太吵", "**太吵"),
        ("五〇一太吵", "**太吵"),
        ("1801那户", "**那户"),
        ("1801那家人", "**那家人"),
        ("1801邻居", "**邻居"),
        ("楼上502的张建国", "楼上**的**"),
        ("3/501太吵", "**太吵"),
        ("3栋,2,501", "3栋"),
        ("3栋5O1太吵", "3栋太吵"),
        ("四百零二的老王", "**的**"),
        ("3栋伍佰零壹太吵", "3栋太吵"),
        ("2栋叁单元伍零贰太吵", "2栋太吵"),
        ("3栋⑤⓪①太吵", "3栋太吵"),
        ("Mr. Wang in 501", "** in **"),
        ("0571 8765 4321", "**"),
        ("电话0571 8765 4321", "电话**"),
        ("87 65 43 21", "**"),
        ("壹叁捌零零壹叁捌零零零", "138****8000"),
        ("加我v：zhangsan88", "加我v：**"),
        ("加vx zs88", "加vx **"),
        ("微信：张三888", "微信：**"),
        ("浙A12345乱停", "**乱停"),
        ("501李小明", "****"),
        ("501的老王", "**的**"),
        ("3栋2单元501姓王的", "3栋姓**的"),
        ("3栋501张伟打麻将", "3栋**打麻将"),
        ("3栋501欧阳锋吵", "3栋**吵"),
        ("Room 501, Zhang San is noisy", "**, ** is noisy"),
        ("3栋2单元501，李小明天天吵", "3栋，**天天吵"),
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
        "一共320户，101家店，电话费 300 元，微信支付300元，伍老师",
        "桂花园住3栋",
        "马路边住3栋",
        "许愿墙住3栋",
        "南门3号门口",
        "3号门太窄",
        "3栋南门太窄",
        "2024年10月1日 10-12 14-18点",
        "1000-2000元，2019-2024年",
        "10 12 14 16栋",
        "加微信群，wifi 要好",
        "301医院和105路",
        "①装灯②加座③修路",
        "大陆3栋，3栋四百多人",
        "a meeting in 2025. Building 3 Is Dark",
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


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("安居苑3栋2单元", "安居苑3栋"),
        ("师范新村3栋2单元", "师范新村3栋"),
        ("万科3栋2单元", "万科3栋"),
        ("龙湖3栋2单元", "龙湖3栋"),
        ("金桂苑3栋2单元", "金桂苑3栋"),
        ("江南3栋2单元", "江南3栋"),
        ("石桥3栋2单元", "石桥3栋"),
        ("麦田路3栋2单元", "麦田路3栋"),
        ("请常来3栋2单元检查", "请常来3栋检查"),
        ("请严惩3栋2单元的人", "请严惩3栋的人"),
        ("找高手修3栋2单元", "找高手修3栋"),
        ("3栋2号门口太窄", "3栋门口太窄"),
        ("万一3栋2单元着火", "万一3栋着火"),
        ("3栋2单元501漏水严重", "3栋漏水严重"),
        ("3栋2单元501严重漏水", "3栋严重漏水"),
        ("3栋2单元501，常有人吵", "3栋，常有人吵"),
        ("3栋2单元501大家都同意", "3栋大家都同意"),
        ("3栋2单元501养老人", "3栋养老人"),
        ("3栋2单元门口", "3栋门口"),
        ("统一3栋2单元的门禁", "统一3栋的门禁"),
        ("3栋2单元龙湖路口", "3栋龙湖路口"),
        ("3栋2单元501请安装路灯", "3栋请安装路灯"),
        ("3栋2单元501高空抛物", "3栋高空抛物"),
    ],
)
def test_a_door_goes_and_the_ordinary_words_around_it_stay(words: str, shown: str) -> None:
    assert discreet(words) == shown


def test_what_places_are_called_is_nobodys_name() -> None:
    assert discreet("柳溪3栋2单元501柳溪的人") == "**3栋**的人"
    assert discreet("柳溪3栋2单元501柳溪的人", ["柳溪"]) == "柳溪3栋柳溪的人"


@pytest.mark.parametrize("sign", ["王", "王小", "3栋501", "1801", "一百零", "李和", "Li ", "87 ", "A1", "住", "叁"])
def test_a_thousand_signs_are_read_at_once(sign: str) -> None:
    begin = perf_counter()
    discreet((sign * 1000)[:1000])
    assert perf_counter() - begin < 5


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
