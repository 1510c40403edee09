"""People's names as they stand before a place: 王秀英住, 张大爷家, 老李. What only begins like one (方便, 周末) is none.

Surnames are the commonest in use, in simplified characters, without those that are mostly other words (成, 路, 单, 管).
"""

import re
from typing import Final

_ONE: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅付沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石姚谭廖邹"
    "熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍申尤毕聂焦柳邢岳齐梅莫庄"
    "辛祝祁耿牟卜詹关苗凌费纪靳童欧甄裴屈鲍覃霍翁柯阮桂冉褚卞佟代麦"
)
_TWO: Final = ("欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "慕容")
_SURNAME: Final = f"(?:{'|'.join(_TWO)}|[{_ONE}])"
_GIVEN: Final = "(?![住家楼栋幢座号单元层门的人户队])[\u4e00-\u9fff]"
_GIVEN_PLAINLY: Final = "(?![住家楼栋幢座号单元层门的人户队不了太很多少没有是在就都也还要会能到上下])[\u4e00-\u9fff]"
_ORDINARY: Final = (
    "高速 高度 高级 高中 高校 高等 高于 高大 高温 高层 高低 高声 高压 高档 高空 高峰 高处 高楼 高龄 高铁 高音 高点 "
    "高墙 周围 周期 周边 周年 周末 周岁 周到 周一 周二 周三 周四 周五 周六 周日 周转 黄色 黄土 黄昏 黄线 黄金 胡乱 "
    "胡同 林带 林地 林荫 林木 何况 何时 何处 何必 何人 何种 马上 马路 马桶 郑重 谢谢 于是 于此 程序 程度 许多 许可 "
    "许久 曾经 余下 夏天 夏季 钟头 钟表 田地 田园 任务 任何 任期 任意 任由 范围 方面 方法 方式 方向 方案 方便 方才 "
    "方砖 石头 石板 石子 石墩 石块 石材 石凳 石桌 石阶 石柱 金属 金额 金钱 陆续 陆地 白天 白色 白蚁 白日 康复 毛病 "
    "毛坯 江边 江面 史料 顾客 顾及 顾虑 龙头 万一 万元 万户 万人 雷电 雷雨 汤水 易燃 易爆 易滑 易碎 易于 常年 常常 "
    "常见 常用 常住 常规 常开 常亮 武术 武警 文化 文明 文件 文体 文艺 文字 文娱 施工 施行 洪水 洪涝 安全 安装 安排 "
    "安静 安心 安置 安放 安保 安防 安上 安在 安个 安一 安两 安几 颜色 严重 严格 严禁 严查 严管 温度 温暖 温水 温馨 "
    "季节 季度 章程 申请 申报 申办 尤其 毕竟 毕业 焦急 柳树 齐全 齐心 梅花 莫名 庄稼 辛苦 祝愿 关于 关键 关注 关心 "
    "关闭 关门 关上 关照 关爱 关掉 关灯 关电 关水 苗圃 费用 费力 费时 费电 纪念 童车 凌晨 牛奶 杜绝 陈旧 张贴 孔洞 "
    "钱款 杨树 桂花 兰花 代表 代替 代办 付款 付费"
).replace(" ", "|")

_TITLE: Final = (
    "(?:家|阿姨|大[爷妈娘叔伯姐哥婶]|奶奶|爷爷|[外婆]婆|叔叔|伯[伯父母]|老师|师傅|先生|女士"
    "|小姐|医生|主任|老太太?|老伯|嫂子?|[婶姐哥叔伯姨]|同志)"
)
_LIVES: Final = "(?:也|就|还|都|现在|目前|一直|一?家人?|一个人|独自|独|她|他|们){0,3}(?:居?住|租)[在着了于的]{0,2}[ ]?"
_BEGINS: Final = "(?:(?<![\u4e00-\u9fff])|(?<=[给帮叫找问请和与跟为让由户人居婆爷姨妈爸妻夫友师主系]))"
"""Where a bare name may begin: not in the middle of another word."""


def names_before(door: str, address: str) -> re.Pattern[str]:
    """A pattern for the names right before what the patterns ``door`` and ``address`` match, in simplified characters.

    Somebody who lives there is found before any address, other names only before a door.
    """
    also = r"(?:[和、与跟及]\*\*){0,5}"
    titled = (
        f"(?!{_ORDINARY})[老小]?{_SURNAME}(?:{_GIVEN}){{0,2}}?"
        f"(?={_TITLE}(?:[的家里人住在着是，,、：:（( ]{{0,4}}{door}|{_LIVES}{address}))"
    )
    living = (
        f"(?:(?!(?:{_ORDINARY}){_LIVES}){_SURNAME}(?:{_GIVEN}){{1,2}}?|[老小]{_SURNAME})(?={also}{_LIVES}{address})"
    )
    beside = (
        f"{_BEGINS}(?!{_ORDINARY})(?:{_SURNAME}(?:{_GIVEN_PLAINLY}){{1,2}}?|[老小]{_SURNAME})"
        f"(?={also}[，,、：:（( ]?[在是]?{door})"
    )
    return re.compile(f"{titled}|{living}|{beside}")
