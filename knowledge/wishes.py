"""What a proposal in one sentence asks for and why: 我建议在3栋门口装路灯，晚上太黑 wants a lamp, since it is dark.

In doubt nothing is taken for a reason: the words stay together, and the reason is asked for.
"""

import re
from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from knowledge.words import LONGEST, simplified

_MARKS: Final = " \t\n,，;；:：.。、"
_BETWEEN = re.compile(
    r"(?<=[，；;。！!？?\n])|(?<=[,.])(?=[\s\u4e00-\u9fff])|(?=因为|因為|\bbecause\b|\bso that\b)", re.IGNORECASE
)
_PART_OF_WORD: Final = ("箱", "簿")
"""建议箱 is a thing and opens no proposal."""
_THEREFORE = re.compile(r"(?:所以|因此|\bso\b)[\s，,]*", re.IGNORECASE)
_SINCE = re.compile(
    r"(?:因为|因為|由于|由於|(?:主要)?(?:原因|理由)(?:是|(?=[：:]))|because|since)[\s：:]*", re.IGNORECASE
)
_POLITE = r"谢谢|多谢|感谢|拜托|麻烦|辛苦|劳驾|劳烦|有劳|费心|打扰"
_COURTESY = re.compile(
    rf"(?:(?:非常|十分|真是)?(?:{_POLITE})|(?:thanks|thank you|many thanks|please|cheers)\b)"
    rf"(?:{_POLITE}|大家|各位|[你您]们?|社区|物业|居委会|书记|主任|领导|师傅|同志|支持|理解|关心|配合|[的啦了啊哦呀哈]"
    r"|\W|\b(?:very|so|much|a|lot|in|advance|all|everyone|everybody)\b)*",
    re.IGNORECASE,
)
"""Thanks and nothing else: 麻烦您了 is, 麻烦修下灯 asks for something."""
_REASON = re.compile(
    r"因为|由于|(?:主要)?原因|理由|主要是|毕竟|为了|以便|以免|免得|省得|这样|不然|否则|要不然|方便|便于|让|好让"
    r"|(?:because|since|so that|otherwise|it is|it's|there is|there's|there are|this|that way|we have no)\b",
    re.IGNORECASE,
)
"""How a reason begins."""
_WISH = re.compile(
    r"建议|提议|希望|盼望|能不能|能否|可不可以|可否|应该|应当|最好|要是能|不如|\b(?:suggest|propose|should|could|please)\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"(?:麻烦|拜托|劳驾|辛苦)(?![得死了])|(?:再|还|并|也|同时|顺便|另外|以及|然后|和|或者|\band\b|\bor\b)"
    r"|(?:在.{1,12})?(?:多|加|增|装|安装|换|建|设|把|将|修|种|放|办|请|给|搞|弄|改|添|腾|划|铺|安排|组织|统一|定期|禁止|不要)",
    re.IGNORECASE,
)
"""How more of the same wish begins."""
_THERE = re.compile(r"(?:就|还是|最好)?[放装建设修安加种]?[在到](.*)", re.DOTALL)
"""How a place begins that something is wanted at."""
_TROUBLE = re.compile(
    r"太|没(?:有|地|法|处|人|光|灯|个|路)|不(?:够|方便|便|安全|好|了|到|见|清|卫生|得不|起|足)|方便|有利|安全|危险|隐患"
    r"|总(?:是|有|被)|老是|老被|经常|常常|容易|难|怕|看不|摔|滑(?![梯板道])|绊|吵|乱|挤|脏|臭|坏|黑(?!板)|暗|堵"
    r"|(?:很|特别|非常|好)(?:远|少|多|高|陡|窄|久|累)|(?:辛苦|麻烦|累|费劲)(?:得很|得要命|死了)|只有|受益|有好处|等得|要歇"
    r"|\b(?:too|dark|no|not|cannot|can't|dangerous|unsafe|safer|hard|difficult|need|tired|far|fall|fell|nowhere)\b",
    re.IGNORECASE,
)
"""What is told of a trouble, or of a good."""


class Wish(NamedTuple):
    """What is wished for, without 我建议 and the like before it, and the reason told beside it or an empty string."""

    what: str
    why: str


def wish(text: str, openers: Collection[str]) -> Wish:
    """Part the words (their first 1,000 characters); ``openers`` are what may stand before a wish and says nothing.

    Openers are simplified and in lower case. Reasons may stand before the wish, behind it, or both.
    """
    pieces = [piece for piece in _BETWEEN.split(bare(text[:LONGEST], openers)) if piece.strip(_MARKS)]
    pieces = [piece for piece in pieces if not _COURTESY.fullmatch(simplified(piece.strip(_MARKS)))]
    kinds = _kinds([simplified(piece.strip(_MARKS)) for piece in pieces])
    what, why = (
        "".join(piece for piece, kind in zip(pieces, kinds, strict=True) if kind == wanted)
        for wanted in ("what", "why")
    )
    return Wish(bare(_THEREFORE.sub("", what, 1) if _THEREFORE.match(what) else what, openers), _reason(why))


def tells_where(words: str) -> bool:
    """Whether words without an opener tell only where something is wanted: 在3栋旁边, 放在东门; not 在东门装灯."""
    found = _THERE.match(simplified(words[:LONGEST]))
    return found is not None and not _DEED.match(f"在{found[1]}")


def bare(words: str, openers: Collection[str]) -> str:
    """The words without the openers and marks they begin with, and the marks they end in: 我建议，装路灯。 is 装路灯."""
    words = words.strip(_MARKS)
    longest = sorted(openers, key=len, reverse=True)
    while (opener := next((one for one in longest if _opens(words, one)), None)) is not None:
        words = words[len(opener) :].strip(_MARKS)
    return words


def _opens(words: str, opener: str) -> bool:
    begin = words[: len(opener)]
    return simplified(begin).lower() == opener and not _goes_on(begin, words[len(opener) :])


def _kinds(pieces: list[str]) -> list[Literal["what", "why"]]:
    """Of each piece, whether it tells what or why; what tells neither goes with the piece before it."""
    kinds: list[Literal["what", "why"]] = []
    for piece in pieces:
        if _REASON.match(piece) and not _WISH.search(piece):
            kinds.append("why")
        elif _WISH.search(piece) or _DEED.match(_THEREFORE.sub("", piece, 1)):
            kinds.append("what")
        elif _TROUBLE.search(piece):
            kinds.append("why")
        else:
            kinds.append(kinds[-1] if kinds else "what")
    return kinds if "what" in kinds else ["what"] * len(kinds)


def _reason(words: str) -> str:
    bare = words.strip(_MARKS)
    since = _SINCE.match(bare)
    return bare[since.end() :] if since else bare


def _goes_on(word: str, rest: str) -> bool:
    """Whether a word is only the beginning of a longer one."""
    return rest.startswith(_PART_OF_WORD) or (word.isascii() and rest[:1].isalpha())
