"""What sounds like danger and is none, wherever it stands: it is set aside by itself, and silences nothing beside it.

Words that rule a danger out (`not_words`) silence all of their stretch, and manners of speaking what follows as well;
these are for what is said in the same breath as danger: 要是着火了怎么办，楼道里全是烟. A pattern matches no more than
the words that are harmless, and in doubt nothing.
"""

import re
from typing import Final

_MARK: Final = ","

_IF: Final = r"(?:要是|如果|万一|假如|假使|倘若|若是)"
_BURNS: Final = r"(?:[着起失著]火|(?:煤气|燃气|天然气)漏气?)(?:了|啦)?(?:的话)?"
_ASKED: Final = (
    r"(?:[我咱]们?)?(?:怎么(?:办|逃生?|跑|弄)?|咋[办整弄跑]?|往哪[里儿边]?[跑逃躲]?|[该应]该?(?:怎么[办做跑逃]?|往哪[里儿]?跑|咋办)?"
    r"|谁(?:来)?负?责?|找谁|打(?:什么|哪个|啥)电话)[啊呀呢吗嘛哦]*"
)
_SUPPOSED: Final = re.compile(rf"{_IF}(?P<what>[^,?烟火烧救]{{0,6}}?{_BURNS}{_ASKED})")
"""A question what to do if it should burn, or gas leak."""

_REAL: Final = re.compile(
    r"没[跑逃撤爬]?[出下]来|[出下]不[来去]|[跑逃]不[出掉]|还在(?:楼|屋|家|上|下|房)|困[在住]"
    r"|(?<!现)[在困][^,?]{0,3}(?:里面|里头|里边|屋里|上面)|快来|快救|救命|救救|救人|来人啊|来人哪|正在|真的?着"
)
"""Said beside such a question, it is no question: 要是着火了怎么办，孩子在里面."""

_STOCK: Final = (
    r"药|药片|(?<!呼吸机)(?<!制氧机)电|油|米|面|盐|菜|饭|钱|话费|流量|(?:燃|煤|天然|液化|罐|灶|胎|我家|家里)气|水|票|名额|纸|墨"
    r"|时间|假期|车位|货"
)
_RUN_OUT: Final = rf"(?:{_STOCK})(?:就|都|也)?快没了(?!呼吸|气|心跳|命)"
"""What may run out without harm; breath and oxygen may not."""

_THINGS: Final = r"(?:手机|钥匙|帽子|眼镜|球|鞋子?|钱包|无人机|东西|垃圾|玩具|戒指|耳机|单车|自行车)"
_DROPPED: Final = rf"掉(?:进|到|在)?(?:河|水|湖|井|塘|池塘|沟|下水道|下水井)里?的{_THINGS}"
_CREATURES: Final = r"(?:狗|猫|鸟|鱼|乌龟|兔子|仓鼠|鸡|鸭|(?<![眼小阿])花|树|草|植物|盆栽|绿萝|多肉)"
_PERISHES: Final = rf"(?<![和跟与被让]){_CREATURES}(?:也|都|好像|就)?(?:快要?|要)(?:死|不行)了"

_WAY_OUT: Final = r"(?:(?:着火|起火|失火)(?:时的?|的)|火灾(?:时的?|的)?)(?:消防通道|逃生通道|疏散通道|安全出口)"
_BLOCKED: Final = (
    r"(?:怕|消防通道|停满|乱停|天天|每天|长期|一直|经常|总是|万一|以后|将来)[^,?烧火烟着]{0,12}?,?(?:导致|害得)?"
    r"消防车(?:都|也|根本)?[进开过]不[来去了]?"
)
"""A fire engine that could not come, and no fire."""

_ALLOWANCE: Final = (
    r"(?:老人|老年人|奶奶|爷爷)?(?:摔|跌|滑)(?:倒|跤|伤)了?(?:以后|之后)?(?:有(?:没有)?|能领|能拿|能不能领|给不给|能申请)"
    r"(?:什么|哪些)?(?:补贴|补助|津贴|保险|赔偿|救助)"
)
_STAYS_IN: Final = (
    r"没出来(?:过|好几天|好几个月|好多天|好久|几天|做|开会|开门|领|交|投|签|参加|上班|上课|跳|晒|玩|买|吃|锻炼|散步|打牌|打麻|倒垃圾"
    r"|走动|走走|活动|运动|排队|办)|(?<!半)[天月周]没出来"
)
_AWAY: Final = r"(?:出差|旅游|出国|打工|回老家|住校|住院)[^,?]{0,6}没(?:回家|回来)"
_SMELLS: Final = r"(?:垃圾|油漆|甲醛|装修|下水道|下水|化粪池|新家具|烧烤|狗)[^,?]{0,6}(?:怪味|异味)|进水[管阀口]"
_LIKENED: Final = (
    r"(?<![煤燃然化罐沼氧])气炸了?|忙得(?:跟|像|都)?着火了?(?:一样|似的)|着火了?(?:一样|似的)地?跑|忙得(?:跟|像)着火"
    r"|(?<![他她打])(?<!老公|老婆|丈夫|邻居)(?:打?麻将|打牌|打字|打工)打死我了"
)
"""Figures of speech; who is said to play and to beat is no figure."""

_HARMLESS: Final = re.compile(
    "|".join((_RUN_OUT, _DROPPED, _PERISHES, _WAY_OUT, _BLOCKED, _ALLOWANCE, _STAYS_IN, _AWAY, _SMELLS, _LIKENED))
)

_DRUG: Final = r"(?:降压|降糖|降血压|降血糖|血压|高血压)(?:的)?药"
_FINISHED: Final = rf"{_DRUG}(?:都|就)?(?:快|快要|要|已经|又|刚|刚好|今天|昨天)?[吃用]完了"
_STILL: Final = r"(?:还|一直|老|总|也|都|又)?是?(?:这么|很|偏)?(?:高|降不|下不|没降|没下|不稳|正常|控制不|怎么)"
_TAKEN: Final = (
    rf"(?:[吃服]了?{_DRUG}|{_DRUG}[吃服]了)(?=,?(?:(?:血压|血糖){_STILL}|还是(?:高|降不|下不|这么高)|也?不管用|也?没用|也?没效"
    r"|能不能|还?能(?:喝|吃|开车|打)|还?可以[喝吃开打]|要不要|不能|之?后能|以后能|多久))"
)
_MEDICINE: Final = re.compile(f"{_FINISHED}|{_TAKEN}")
"""Medicine taken as it should be, or used up."""

_MUCH: Final = re.compile(
    r"把|误|偷|错|全|一口气|[瓶盒板]|[十百几多]+[片颗粒]|[0-9]{2,}[片颗粒]|孩子|小孩|娃|宝|孙|倒|昏|晕|吐|死"
)
"""Beside medicine these tell of too much of it, of a child, or of harm."""

_DEAD_TIRED: Final = re.compile(r"想死的心都有了?")
_NUISANCE: Final = re.compile(
    r"停车|车位|堵车|物业|作业|排队|排了|太吵|吵[得死]|噪音|装修|广场舞|蚊子|价格|太贵|涨价|加班|网速|快递|太热|电梯|考勤|表格"
)
"""What people say they could die of; without it, somebody may mean it."""


def set_aside(plain: str) -> str:
    """A normalised text without what only sounds like danger."""
    rest = _HARMLESS.sub(_MARK, plain)
    if _NUISANCE.search(rest):
        rest = _DEAD_TIRED.sub(_MARK, rest)
    if not _MUCH.search(rest):
        rest = _MEDICINE.sub(_MARK, rest)
    asked = _SUPPOSED.sub(_MARK, rest)
    return _SUPPOSED.sub(r"\g<what>", rest) if asked != rest and _REAL.search(asked) else asked
