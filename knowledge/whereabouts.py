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


def may_be_place(text: str) -> bool:
    """Whether the words (their first 1,000 characters) speak of some place, known or not; a question never does."""
    text = text[:LONGEST].strip()
    return not _ASKED.search(text) and bool(_PLACE.search(text))
