"""Whether words can be a place at all: 小区东门旁边 can, 你们快点来, 哈哈 and another question cannot."""

import re

from knowledge.words import LONGEST

_ASKED = re.compile(
    r"[吗呢么嘛]\s*[?？!！。]*$|[?？]|什么|怎么|多久|几点|几天|为啥|为何|谁|\b(?:when|how|why|what|who)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"[东南西北]|[门口旁边面侧楼栋幢号层室户院区园路街巷弄桥河湖池塘沟坡角墙杆井棚库场店厅站亭树林坛台桩坝村庄校堂馆厕]"
    r"|附近|对过|隔壁|中间|中心|里面|外头|地下|[前后上下]$|超市|电梯|公寓|宿舍|过道|走廊|我家|家里|银行|医院|市场|公园"
    r"|\b(?:near|behind|beside|next to|in front|opposite|between|under|outside|inside|corner|gate|door|entrance|street|road"
    r"|building|block|unit|floor|lift|stairs?|park|garden|shop|market|school|bridge|river|home|yard|square)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"^(?:不是|不在)[^，,。；; ]{1,12}?[，,。；; ]*(?:应该是|而是|是在|是|在)(?=\w)")
_ELSEWHERE = re.compile(
    r"对面|对过|隔壁|旁边|附近|[东西南北正大]门|门卫|岗亭|广场|公园|花园|绿地|路口|路边|马路|大街|街上|停车场|车库|车棚|超市|市场|菜场|学校|医院|河边|池塘|外面|操场|健身"
    r"|\b(?:opposite|across|near|next to|gate|square|park|street|road|car park|garage|market|school|outside|gym)\b",
    re.IGNORECASE,
)


def without_denied(text: str) -> str:
    """What is left of 不是3栋，是4栋: 4栋; all other words as they are."""
    return _DENIED.sub("", text.strip()) or text


def is_question(text: str) -> bool:
    """Whether the words (their first 1,000 characters) ask something."""
    return bool(_ASKED.search(text[:LONGEST].strip()))


def may_be_place(text: str) -> bool:
    """Whether the words (their first 1,000 characters) speak of some place, known or not; a question never does."""
    return not is_question(text) and speaks_of_place(text)


def speaks_of_place(text: str) -> bool:
    """Whether some place occurs in the words (their first 1,000 characters), be it in a question."""
    return bool(_PLACE.search(text[:LONGEST]))


def speaks_of_elsewhere(text: str) -> bool:
    """Whether the words speak of a place that a building is not: 小区北门, 对面那栋, 健身广场."""
    return bool(_ELSEWHERE.search(text[:LONGEST]))
