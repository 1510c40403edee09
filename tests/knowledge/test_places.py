import pytest

from knowledge.catalogue import Catalogue, load
from knowledge.gazetteer import Gazetteer, locate
from knowledge.places import cell, cells_around, distance, inside, nearest, nearest_area


def test_distance_is_metres_on_the_globe() -> None:
    assert distance(30.0, 120.0, 30.0, 120.0) == 0.0
    assert distance(0.0, 0.0, 0.0, 1.0) == pytest.approx(111_195, rel=0.001)


def test_the_nearest_place_comes_first_with_minutes_to_walk(small: Catalogue) -> None:
    found = nearest(small, ["police"], 30.5125, 120.6810)
    assert [near.place.id for near in found] == ["police-1", "police-2"]
    assert found[0].metres == pytest.approx(56, abs=2)
    assert found[0].minutes == 1
    assert found[1].minutes == 16
    assert nearest(small, ["police"], 30.5125, 120.6810, speed=50)[1].minutes == 22
    assert nearest(small, ["bank"], 30.5125, 120.6810) == []


def test_a_point_at_sea_is_not_inside(small: Catalogue) -> None:
    assert inside(small, "S1", 30.515, 120.683)
    assert not inside(small, "S1", 30.0, 123.5)
    assert not inside(small, "S1", 95.0, 120.0)
    assert not inside(small, "S9", 30.515, 120.683)


def test_a_point_falls_to_the_nearest_area(small: Catalogue) -> None:
    grid = nearest_area(small, 30.5219, 120.6818)
    assert grid is not None
    assert grid.code == "S1-C2-G1"
    building = nearest_area(small, 30.5119, 120.6801, kind="building")
    assert building is not None
    assert building.code == "S1-C1-G1-B3"
    assert nearest_area(small, 0.0, 0.0) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("3栋2单元501", ["S1-C1-G1-B3", "S1-C2-G1-B3"]),
        ("河湾里3栋", ["S1-C2-G1-B3"]),
        ("青松社区三号楼楼道灯坏了", ["S1-C1-G1-B3"]),
        ("派出所门口的路灯", ["S1-C1"]),
        ("东门菜场旁边", ["S1-C1-G1"]),
        ("青松苑一区，青松社区", ["S1-C1-G1", "S1-C1"]),
        ("99栋", []),
        ("青松苑一区12栋", ["S1-C1-G1"]),
        ("灯坏了", []),
    ],
)
def test_areas_named_in_a_text_are_located(small: Catalogue, text: str, codes: list[str]) -> None:
    assert [area.code for area in locate(text, small)] == codes


def test_an_estate_that_has_no_such_building_is_known_to_lack_it(small: Catalogue) -> None:
    gazetteer = Gazetteer(small)
    assert gazetteer.lacking("青松苑一区99栋") == "99"
    assert gazetteer.lacking("河湾里3栋") == gazetteer.lacking("99栋") == gazetteer.lacking("河湾里2单元") == ""


def test_a_part_named_before_a_building_names_its_estate() -> None:
    gazetteer = Gazetteer(load())
    assert [area.code for area in gazetteer.locate("二区5栋楼道灯坏了")] == ["S1-C1-G2"]
    assert gazetteer.lacking("2区5栋") == "5"
    assert [area.code for area in gazetteer.locate("一区，3栋2单元")] == ["S1-C1-G1-B3"]
    assert not gazetteer.is_bare("一区3栋")
    assert gazetteer.is_bare("小区3栋")


def test_an_estate_alone_is_told_from_words_that_say_more(small: Catalogue) -> None:
    gazetteer = Gazetteer(small)
    assert gazetteer.only_names("不是，是河湾里")
    assert gazetteer.only_names("河湾里3栋2单元")
    assert not gazetteer.only_names("河湾里的灯坏了")
    assert not gazetteer.only_names("3栋")
    assert gazetteer.is_bare("3栋2单元")
    assert not gazetteer.is_bare("河湾里3栋")


def test_the_squares_around_a_point_hold_what_is_near_and_little_else() -> None:
    lat, lon, metres = 30.25, 120.17, 100.0
    around = cells_around(lat, lon, metres)
    assert len(around) <= 16
    for north, east in ((0.0, 0.0), (0.0008, 0.0), (-0.0008, 0.0), (0.0, 0.001), (0.0, -0.001), (0.0006, 0.0006)):
        assert distance(lat, lon, lat + north, lon + east) <= metres
        assert cell(lat + north, lon + east) in around
    assert cell(lat + 0.005, lon) not in around
