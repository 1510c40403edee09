"""What residents write in the benchmarks: short messages of every kind, each of which is answered by exactly one message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, cycle, islice

CONVERSATIONS = (
    ("孩子上户口要什么材料",),
    ("楼道灯坏了三天没人管", "同意", "3栋2单元", "取消"),
    ("身份证丢了怎么补办",),
    ("菜单",),
    ("高龄补贴怎么申请",),
    ("上次报的事情怎么样了",),
    ("居住证怎么办", "谢谢"),
    ("我建议在小区门口装个充电桩", "取消"),
    ("公交卡在哪里办",),
    ("今天天气不错",),
)
"""Lookups mostly; a report and a proposal begun and given up, progress, the menu, small talk."""


def lines(start: int, count: int) -> Iterator[str]:
    """So many messages of one chat, beginning with the conversation number ``start`` so that chats are not in step."""
    at = start % len(CONVERSATIONS)
    return islice(cycle(chain.from_iterable(CONVERSATIONS[at:] + CONVERSATIONS[:at])), count)
