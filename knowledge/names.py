"""People's names as they stand before a place or behind a door: 王秀英住, 张大爷家, 老李; 方便 and 桂花园 are none.

Surnames are the commonest in use and rare ones, in simplified characters, without those that are mostly other words (成, 路, 单, 管);
one that is not listed is known by what stands beside it (缑大爷, 佴某).
"""

import re
from typing import Final

_ONE: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅付沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石姚谭廖邹"
    "熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍申尤毕聂焦柳邢岳齐梅莫庄"
    "辛祝祁耿牟卜詹关苗凌费纪靳童欧甄裴屈鲍覃霍翁柯阮桂冉褚卞佟代麦"
    "佴缑仉亓昝逄郄郗郜郏邬邝郯郦邰鄢酆臧蔺仝佘冼岑庾扈晁晏栾滕濮瞿缪胥荀蒯谌谯贲逯邴郇闵阚隗雍禹窦褟芮羿訾妫逯"
)
_TWO: Final = ("欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "慕容")
_SURNAME: Final = f"(?:{'|'.join(_TWO)}|[{_ONE}])"
_GIVEN: Final = "(?![住家楼栋幢座号单元层门的人户队])[\u4e00-\u9fff]"
_GIVEN_PLAINLY: Final = "(?![住家楼栋幢座号单元层门的人户队不了太很多少没有是在就都也还要会能到上下])[\u4e00-\u9fff]"
_GIVEN_LAST: Final = (
    "(?!天天|老是|总是|半夜|晚上|每[天晚]|[经常]常|一直|同意|赞成|反对|建议|[把被和与跟打吵抽漏装修占说让给放养总们你我他她它这那])"
    f"{_GIVEN_PLAINLY}"
)
_ORDINARY_WORDS: Final = (
    "高速度级中校等于大温层低声压档空峰处楼龄铁音点墙兴考手出效呼涨产粱新位亢端程地分职贵额一检台官价频跟管抛 "
    "周围期边年末岁到一二三四五六日转刊长身全 黄色土昏线金河沙豆纸牌瓜牛灯 胡乱同须闹说扯来 林带地荫木区业子 "
    "何况时处必人种以等不在故事尝苦者 马上路桶蹄头车场口虎达 郑重州 谢谢绝 于是此情 程序度 许多可久愿诺 曾经是 "
    "余下地额震热 夏天季日令 钟头表声点 田地园径间 任务何期意由免职命教 范围本例 方面法式向案便才砖针言程位形块 "
    "石头板子墩块材凳桌阶柱油化桥窟器碑壁灰料雕棉匠膏缝库 金属毛额钱融牌牙丝台色箔元针蛇桂地科都 陆续地 "
    "白天色蚁日衣人嫩果纸带夜酒菜骨灰墙 康复 毛病坯笔皮巾毯孩 江边面南陵苏湖西北东岸道段湾底 史料 顾客及虑 "
    "龙头门泉井舟骨湖光袍 万一元户人科达象吨亩历年家辆物里般 雷电雨击声 汤水 易燃爆滑碎于拉 "
    "常年常见用住规开亮务委设有绿数人识驻州态来去看 武术警汉器装力官 文化明件体艺字娱献物集科教凭坛盲库本 "
    "施工行展加肥救 洪水涝流 安全装排静心置放保防上在个一两几徽慰稳葬顿息歇 颜色料面 "
    "严重格禁查管肃厉峻密谨寒守整惩酷加控防 温度暖水馨和带柔差州饱室泉 季节度风 章程鱼 申请报办诉 尤其为 毕竟业 "
    "焦急点虑躁味 柳树絮 齐全心名刷 梅花雨园 莫名非大不 庄稼严重 辛苦 祝愿福大 "
    "关于键注心闭门上照爱掉灯电水系节联头税切口押外内 苗圃族 费用力时电 纪念录律要委检 童车年话装鞋 凌晨乱 "
    "牛奶肉车筋皮逼 杜绝鹃 陈旧列设述 张贴罗开嘴 孔洞隙 钱款币包 杨树絮 桂花 兰花州 代表替办码理价谢数号为 "
    "付款费出给清 叶片子 唐代突 宋代 屈服辱 庞大 徐州徐 欧洲盟元 沈阳 秦皇 罗马列 芦花苇 苏州联打醒 萧条 "
    "董事 赖以着在 邢台 陶器瓷 麦田地子 丁字香 戴着 汪汪 熊孩 黎明 乔木装 霍乱 孙女 甄别 鲁莽 "
    "段落 "
)
"""What a surname begins besides names: 高度, 高级, 周围; a surname is followed by all it goes together with."""
_ORDINARY: Final = "|".join(f"{words[0]}[{words[1:]}]" for words in _ORDINARY_WORDS.split())
_NO_PLACE: Final = (
    "(?<![苑园村路街巷弄桥湾府郡墅厦寓镇乡区院坊墙边旁站店场厂庙寺庄])"
    "(?<![华豪雅名]庭)(?<![新花科达]城)(?<![龙金东西南北]湖)"
)
"""Stands behind a name: 桂花园, 师范新村, 麦田路, 万达城 are none."""
_NO_ROAD: Final = f"(?!{_SURNAME}[\u4e00-\u9fff]{{0,2}}?(?:[苑村街巷弄桥镇]|花园|路(?![过口上边])))"
"""Stands before one."""

_TITLE: Final = (
    "(?:家|阿姨|大[爷妈娘叔伯姐哥婶]|奶奶|爷爷|[外婆]婆|叔叔|伯[伯父母]|老师|师傅|先生|女士"
    "|小姐|医生|主任|老太太?|老伯|嫂子?|[婶姐哥叔伯姨]|同志)"
)
_LIVES: Final = "(?:也|就|还|都|现在|目前|一直|一?家人?|一个人|独自|独|她|他|们){0,3}(?:居?住|租)[在着了于的]{0,2}[ ]?"
_BEGINS: Final = "(?:(?<![\u4e00-\u9fff])|(?<=[给帮叫找问请和与跟为让由在到替户人居婆爷姨妈爸妻夫友师主系]))"
"""Where a bare name may begin: not in the middle of another word."""


_PINYIN: Final = (
    "Wang|Li|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Sun|Hu|Zhu|Gao|Lin|Guo|Ma|Luo|Liang|Song|Zheng|Xie|Han|Tang|Feng|Dong"
    "|Xiao|Cheng|Cao|Yuan|Deng|Fu|Shen|Zeng|Peng|Lu|Su|Jiang|Cai|Jia|Ding|Wei|Xue|Ye|Yan|Yu|Pan|Du|Dai|Xia|Zhong|Tian|Ren|Fan"
    "|Fang|Shi|Yao|Tan|Liao|Zou|Xiong|Jin|Hao|Kong|Bai|Cui|Kang|Mao|Qiu|Qin|Gu|Hou|Shao|Meng|Wan|Duan|Qian"
)
_ENGLISH: Final = (
    "(?:\\b(?:Mrs?|Ms|Miss|Dr|Uncle|Aunt(?:y|ie)?|Grand(?:ma|pa)|Old)\\.? [A-Z][a-z]+(?: [A-Z][a-z]+)?"
    f"|\\b(?!The |Building |Block |Unit )[A-Z][a-z]+ [A-Z][a-z]+|\\b(?:{_PINYIN})\\b)"
)


_PERSON: Final = (
    "(?:阿姨|大[爷妈娘叔伯姐哥婶]|奶奶|爷爷|叔叔|伯[伯父母]|老师|师傅|先生|女士|小姐|医生|老太太?|老伯|嫂子|同志|老头)"
)
_ANYBODY: Final = (
    "(?![老大小我你您他她它咱俺那这哪位个名两几各每有是在给和与跟对把被让请找叫帮送"
    "的了着也都还就又全众多某外亲男女])[\u4e00-\u9fff]"
)
"""What may be a surname nobody listed, by what stands beside it: 缑大爷, 佴某."""
_SOME: Final = f"{_ANYBODY}某某?(?![个种些位家户天日年月处人])"


def names_before(door: str, address: str) -> re.Pattern[str]:
    """A pattern for the names right before what the patterns ``door`` and ``address`` match, in simplified characters.

    Somebody who lives there is found before any address, other names only before a door.
    """
    also = r"(?:[和、与跟及]\*\*){0,5}"
    titled = (
        f"(?!{_ORDINARY})[老小]?{_SURNAME}(?:{_GIVEN}){{0,2}}?"
        f"{_NO_PLACE}(?={_TITLE}(?:[的家里人住在着是，,、：:（( ]{{0,4}}{door}|{_LIVES}{address}))"
    )
    living = (
        f"(?:(?!(?:{_ORDINARY}){_LIVES}){_SURNAME}(?:{_GIVEN}){{1,2}}?{_NO_PLACE}|[老小]{_SURNAME})"
        f"(?={also}{_LIVES}{address})"
    )
    beside = (
        f"{_BEGINS}(?!{_ORDINARY})(?:{_SURNAME}(?:{_GIVEN_PLAINLY}){{1,2}}?{_NO_PLACE}(?<![来去修查装帮找看管扫])|[老小]{_SURNAME})"
        f"(?={also}[，,、：:（( ]?[在是]?{door})"
    )
    unlisted = (
        f"{_BEGINS}(?:{_ANYBODY}(?={_PERSON}(?:[的家里人住在着是，,、：:（( ]{{0,4}}{door}|{_LIVES}{address}))"
        f"|{_SOME}(?={also}(?:[，,、：:（( ]?[在是]?{door}|{_LIVES}{address})))"
    )
    english = f"{_ENGLISH}(?=,? ?\\(?(?:who )?(?:(?:lives?|living|is|stays) )?(?:in |at |of |from )?{door})"
    return re.compile(f"{titled}|{living}|{beside}|{unlisted}|{english}")


_ROLE: Final = "户主|业主|房主|主人|住户|租户|租客|房东|老人|邻居"
_LINK: Final = (
    f"(?:[的、:( “]|{_ROLE}|住(?:的|着|了)?|是|名?叫(?:做|个)?|姓|有?一?[位个]|有|里|家"
    f"|独居|空巢|高龄|孤寡|\\*\\*{_TITLE}?[和、与跟及]){{0,5}}+"
)
_WHOLE: Final = "(?=[^\u4e00-\u9fff]|$|[在住家的总老天半每打养吵抽也和与跟]|同意|反对|经常)"
"""What may follow a name that stands behind a comma."""
_CALLED: Final = (
    f"(?!.{{0,2}}(?:{_ROLE}|独居|空巢|高龄|孤寡))(?:(?![大全自住有在我你他这那每各几请整老])[\u4e00-\u9fff]){{1,3}}?"
    "(?=奶奶|爷爷|大爷|大妈|阿姨|叔叔|先生|女士|师傅|老师)"
)
BARE: Final = (
    f"(?:(?!{_ORDINARY}){_NO_ROAD}{_SURNAME}(?:{_GIVEN_PLAINLY}(?:{_GIVEN_LAST})?|(?={_TITLE}))"
    f"|[老小](?!{_ORDINARY}){_SURNAME})"
)
"""Somebody's name without anything beside it, in simplified characters."""


def names_behind(door: str) -> re.Pattern[str]:
    """A pattern for the names right behind what the pattern ``door`` matches; the group ``kept`` is no part of them.

    Whoever is named behind a door lives there: in doubt it is a name, behind a comma only where nothing goes on.
    """
    said = (
        f"(?<=叫)(?![人我你他她大来去])[\u4e00-\u9fff]{{2,3}}(?=[^\u4e00-\u9fff]|$)|(?<=姓)[\u4e00-\u9fff]|{_ENGLISH}"
    )
    name = f"{_CALLED}|{BARE}|{_SOME}|{said}"
    return re.compile(f"(?P<kept>{door}(?P<comma>,(?! ?(?:{_ROLE})))?,?{_LINK})(?:{name})(?(comma){_WHOLE})")
