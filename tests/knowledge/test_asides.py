"""What only sounds like danger goes, and takes nothing with it."""

import time

import pytest

from knowledge.asides import set_aside


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("要是着火了怎么办,楼道里全是烟", ",,楼道里全是烟"),
        ("电动车冒烟了要是着火了怎么办", "电动车冒烟了,"),
        ("如果着火了怎么办,孩子在里面", "着火了怎么办,孩子在里面"),
        ("水快没了,人也快不行了", ",,人也快不行了"),
        ("氧气快没了", "氧气快没了"),
        ("水快没了命", "水快没了命"),
        ("我妈吃了降压药,血压还是高", "我妈,,血压还是高"),
        ("我爸吃了降压药血压还是高人倒了", "我爸吃了降压药血压还是高人倒了"),
        ("我把降压药吃完了", "我把降压药吃完了"),
        ("想死的心都有了", "想死的心都有了"),
        ("想死的心都有了,这停车费", ",,这停车费"),
        ("我们打牌打死我了", "我们,"),
        ("他打牌打死我了", "他打牌打死我了"),
        ("我家狗快死了,爷爷也快死了", "我家,,爷爷也快死了"),
        ("人和狗快死了", "人和狗快死了"),
        ("着火了消防通道堵了", "着火了消防通道堵了"),
        ("煤气炸了", "煤气炸了"),
    ],
)
def test_what_is_set_aside(text: str, rest: str) -> None:
    assert set_aside(text) == rest


@pytest.mark.parametrize("part", ["要是", "怕", "消防通道", "吃了降压药", "狗", "旅游没", "摔倒了有"])
def test_long_texts_take_no_time(part: str) -> None:
    started = time.thread_time()
    set_aside((part * 1000)[:1000])
    assert time.thread_time() - started < 0.1
