"""What a message is about, apart from how it is said: 医保怎么办 and 暴雨怎么办 are about nothing in common."""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORDS = """
在哪里 在哪儿 去哪里 去哪儿 到哪里 到哪儿 到哪 要带什么 带什么 要带 带啥 啥子
怎么办理 怎么办 怎么弄 怎么 怎样 如何 咋办 咋个 咋 什么时候 什么地方 什么 哪里 哪儿 哪个 去哪 在哪 哪 多少钱 多少 多久 几天 几点
为什么 为啥 啥 请问 想问 问一下 一下 可以 能不能 可不可以 是不是 有没有 没有 需要 应该 能 要 想 帮我 麻烦 谢谢 师傅 办理 办 弄 搞
我们 我家 我 你们 你 您 他们 他 她 它 自己 这个 那个 这 那 个 些 社区 小区 楼下 楼上 门口 旁边
是 的 了 吗 呢 啊 吧 呀 嘛 着 过 得 地 不 没人管 没人理 没人 没 也 都 就 还 又 很 太 好 在 有 到 去 来 给 把 被 和 跟
三天 两天 几个月 好久 很久 一直 天天 每天 老是 总是
"""
_SAID = re.compile("|".join(sorted(_WORDS.split(), key=len, reverse=True)))
"""Words that say how or where, longest first; what is left tells what about."""


def shares_content(text: str, cues: Iterable[str], known: Iterable[str]) -> bool:
    """Whether one of the `known` wordings is about something the normalised `text` is about.

    `cues` are words of the text that only tell what is wanted (材料, 补贴); where nothing else is said they count.
    """
    about = _pairs(text, frozenset(cues)) or _pairs(text, frozenset())
    return any(piece in one for one in known for piece in about)


def says_nothing(text: str) -> bool:
    """Whether a normalised text holds nothing but such words: 我们, 怎么办."""
    return not _SAID.sub("", text)


@lru_cache(maxsize=4096)
def _pairs(text: str, cues: frozenset[str]) -> frozenset[str]:
    """The character pairs of what is left, a single character where it stands alone."""
    for cue in cues:
        text = text.replace(cue, ",")
    pieces = [piece for piece in re.split(r"[,? ]+", _SAID.sub(",", text)) if piece]
    return frozenset(
        gram for piece in pieces for gram in ([piece[at : at + 2] for at in range(len(piece) - 1)] or [piece])
    )
