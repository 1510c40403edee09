import pytest

from knowledge import grams
from knowledge.grams import Index, pairs

TEXTS = [("a", "孩子上户口要什么材料"), ("a", "报户口"), ("b", "老年卡怎么办"), ("c", "路灯不亮")]


def test_pairs_leave_marks_and_numbers_out() -> None:
    assert pairs("灯,坏了?") == {"灯坏", "坏了"}
    assert pairs("灯") == {"灯"}
    assert pairs("12345") == frozenset()


def test_the_same_text_is_most_alike_and_a_near_one_less() -> None:
    index = Index(TEXTS)
    same = index.nearest("老年卡怎么办")["b"].score
    near = index.nearest("老年卡如何办理")["b"].score
    assert 0.9 < same <= 1.0
    assert 0.2 < near < same


def test_each_owner_is_met_by_his_nearest_text() -> None:
    assert Index(TEXTS).nearest("娃报户口")["a"].text == "报户口"


def test_barred_owners_and_strangers_are_not_found() -> None:
    index = Index(TEXTS)
    assert "c" not in index.nearest("路灯不亮", frozenset({"c"}))
    assert index.nearest("周杰伦") == {}
    assert index.nearest("") == {}


def test_texts_about_something_else_change_nothing() -> None:
    more = Index([*TEXTS, ("d", "停水三天"), ("e", "噪音扰民")])
    assert more.nearest("娃报户口") == Index(TEXTS).nearest("娃报户口")


def test_what_everybody_says_counts_little_and_only_the_shortest_are_looked_up() -> None:
    crowd = [(str(number), f"怎么办{chr(0x4E00 + number)}{chr(0x5E00 + number)}") for number in range(400)]
    found = Index([*crowd, ("short", "怎么办")]).nearest("怎么办")
    assert found.pop("short").score > 0.4
    assert len(found) < 200
    assert all(like.score < 0.1 for like in found.values())


def test_the_last_feature_that_may_be_looked_at_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grams, "_TOUCHED", 3)
    texts = [("x", "rare common"), *((f"o{n}", f"common other{n} more{n}") for n in range(3))]
    index = Index(texts, lambda text: frozenset(text.split()), floor=0.9)
    assert index.nearest("rare common")["x"].score > 0.95
