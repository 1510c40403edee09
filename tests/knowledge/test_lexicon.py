from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexicon import Keywords, Lexicon

LIGHTS = (
    Keywords("corridor", ("楼道灯", "灯+不亮"), ("红绿灯",)),
    Keywords("lamp", ("灯", "台灯")),
    Keywords("road", ("路灯", "楼道灯坏了怎么修")),
)


def owners(text: str) -> list[str]:
    return [hit.owner for hit in Lexicon(LIGHTS).find(text).hits]


def test_the_longest_word_wins_over_those_inside_it() -> None:
    assert owners("楼道灯坏了") == ["corridor"]
    assert owners("楼道灯坏了怎么修") == ["road"]


def test_a_joint_phrase_needs_both_parts() -> None:
    assert owners("我家的灯一直不亮") == ["lamp", "corridor"] or owners("我家的灯一直不亮") == ["corridor", "lamp"]
    assert owners("门口不亮") == []


def test_words_beside_each_other_all_count() -> None:
    assert owners("台灯和路灯") == ["lamp", "road"]


def test_longer_words_and_words_of_fewer_owners_weigh_more() -> None:
    found = Lexicon([Keywords("a", ("垃圾", "垃圾分类投放")), Keywords("b", ("垃圾",))])
    (long,) = found.find("垃圾分类投放").hits
    short = found.find("垃圾").hits
    assert {hit.owner for hit in short} == {"a", "b"}
    assert long.weight > short[0].weight
    (alone,) = Lexicon([Keywords("a", ("垃圾",))]).find("垃圾").hits
    assert alone.weight > short[0].weight


@given(st.text(alphabet="楼道路红绿灯不亮坏了", max_size=20), st.text(alphabet="楼道路灯不亮", max_size=20))
def test_an_exclusion_always_wins(before: str, after: str) -> None:
    found = Lexicon(LIGHTS).find(f"{before}红绿灯{after}")
    assert "corridor" in found.barred
    assert all(hit.owner != "corridor" for hit in found.hits)


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Lexicon([]).find("楼道灯").hits == ()


def test_a_part_counts_although_it_rules_another_out() -> None:
    lexicon = Lexicon([Keywords("lift", ("电梯+往下",)), Keywords("bikes", ("单车",), ("电梯",))])
    assert [hit.owner for hit in lexicon.find("电梯往下坠").hits] == ["lift"]
    assert lexicon.find("电梯往下坠").barred == {"bikes"}


def test_a_part_hides_no_other_part_but_a_word_does() -> None:
    lexicon = Lexicon([Keywords("roof", ("下雨+漏",)), Keywords("road", ("一下雨+淹",)), Keywords("lamp", ("楼道灯",))])
    assert [hit.owner for hit in lexicon.find("一下雨就漏").hits] == ["roof"]
    assert not Lexicon([Keywords("lamp", ("楼道灯",)), Keywords("other", ("灯+坏",))]).find("楼道灯坏").hits[1:]


def test_a_word_whose_owner_is_ruled_out_hides_nothing() -> None:
    lexicon = Lexicon([Keywords("trees", ("虫子",), ("水里",)), Keywords("water", ("水里+虫",))])
    assert [hit.owner for hit in lexicon.find("水里有虫子").hits] == ["water"]
