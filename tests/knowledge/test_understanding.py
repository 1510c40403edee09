import time
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue
from knowledge.understanding import Understander, as_json


@pytest.mark.parametrize(
    ("text", "intent", "entry"),
    [
        ("楼道灯坏了三天没人管", "report", "corridor-light"),
        ("樓道燈壞了", "report", "corridor-light"),
        ("孩子上户口要什么材料", "service", "newborn"),
        ("老年卡怎么办", "service", "bus-card"),
        ("我建议换路灯", "proposal", None),
        ("R7K2Q", "progress", None),
        ("R7K2QX", "progress", None),
        ("P23ABCDE", "progress", None),
        ("人工", "human", None),
        ("着火了", "emergency", "fire"),
        ("你好", "none", None),
        ("红绿灯坏了", "report", None),
    ],
)
def test_how_it_is_said_and_what_it_is_about(engine: Understander, text: str, intent: str, entry: str | None) -> None:
    understood = engine.understand(text)
    assert (understood.intent, understood.entry_id) == (intent, entry), understood


def test_a_greeting_is_known_for_one_and_a_riddle_is_not(engine: Understander) -> None:
    assert engine.understand("你好").sure
    assert not engine.understand("咕噜咕噜").sure


def test_an_emergency_keeps_what_else_it_may_be(engine: Understander) -> None:
    understood = engine.understand("楼道灯着火了")
    assert understood.emergency is not None
    assert understood.emergency.phone == "119"
    assert understood.sure
    assert understood.alternatives[0].entry_id == "corridor-light"
    assert engine.understand("着火了演练通知").intent != "emergency"


def test_an_excluding_word_silences_an_intent(engine: Understander) -> None:
    assert engine.understand("人工湖").intent != "human"


def test_reasons_name_the_word_and_the_entry(engine: Understander) -> None:
    why = [str(reason) for reason in engine.understand("楼道灯坏了").why]
    assert "词 楼道灯 → 照明/楼道灯" in why
    assert "说法 坏了 → 报事" in why


def test_the_answer_of_ask_has_the_agreed_fields(engine: Understander) -> None:
    said = as_json(engine.understand("楼道灯坏了三天没人管"))
    assert set(said) == {"text", "intent", "entry", "score", "why", "alternatives"}
    assert said["entry"] == {"id": "corridor-light", "name": "照明/楼道灯"}
    assert said["text"] == "楼道灯坏了三天没人管"
    assert all(set(other) == {"intent", "id", "name", "score"} for other in said["alternatives"])
    assert as_json(engine.understand("人工"))["entry"] is None


@pytest.mark.parametrize("text", ["", "...", "😀" * 2000, "\x00", "？", "a" * 1000, "楼道灯" * 400_000])
def test_bad_input_is_answered_at_once(engine: Understander, text: str) -> None:
    started = time.thread_time()
    understood = engine.understand(text)
    assert time.thread_time() - started < 0.2
    assert understood.text == text
    assert 0.0 <= understood.score <= 1.0


def test_unrelated_entries_leave_the_ranking_of_others_as_it_was(
    small: Catalogue, engine: Understander, cache: Path
) -> None:
    stranger = replace(
        small.services["bus-card"], id="zzz", name="申购纪念币", aliases=("纪念币",), examples=("哪天发行纪念币",)
    )
    more = Understander.build(replace(small, services={**small.services, "zzz": stranger}), cache)
    for text in ("楼道灯坏了三天没人管", "老年卡怎么办", "娃要上户口", "路灯一闪一闪"):
        assert more.understand(text) == engine.understand(text)


def test_building_again_gives_the_same_answers(small: Catalogue, engine: Understander, cache: Path) -> None:
    again = Understander.build(small, cache)
    for text in ("楼道灯坏了", "老人坐车办什么卡", "路灯和楼道灯都不亮"):
        assert again.understand(text) == engine.understand(text)
