from datetime import date
from pathlib import Path

import pytest

from knowledge.catalogue import DATA, Catalogue, CatalogueError, load
from knowledge.words import normalise

SERVICE = """
sample = true
topic = "户口"
[[service]]
id = "one"
name = "新生儿落户"
aliases = ["上户口"]
examples = ["怎么上户口"]
who = "新生儿"
materials = [{ name = "出生医学证明", form = "原件", copies = 1, required = true, note = "" }]
days_promised = 1
fee = "不收费"
steps = ["到窗口"]
community = "elsewhere"
source = "示例"
verified = 2026-10-15
"""


def problems_of(folder: Path, **files: str) -> tuple[str, ...]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(CatalogueError) as raised:
        load(folder)
    return raised.value.problems


def test_the_shipped_data_loads_without_a_problem() -> None:
    shipped = load(DATA)
    assert len(shipped.services) >= 90
    assert len(shipped.places) >= 60
    assert len([code for code in shipped.categories if code.startswith("gb-")]) == 403
    assert shipped.areas["S1-C1-G1-B3"].name == "3栋"


def test_every_service_has_many_examples_and_none_that_another_entry_has_too() -> None:
    shipped = load(DATA)
    few = {service.id for service in shipped.services.values() if len(service.examples) < 8}
    assert not few
    owners: dict[str, set[str]] = {}
    for entry in (*shipped.services.values(), *shipped.categories.values()):
        for example in entry.examples:
            owners.setdefault(normalise(example), set()).add(entry.id)
    shared = {example: ids for example, ids in owners.items() if len(ids) > 1 and ids & shipped.services.keys()}
    assert not shared


def test_every_local_category_has_many_examples() -> None:
    local = [entry for code, entry in load(DATA).categories.items() if not code.startswith("gb-")]
    assert [entry.id for entry in local if len(entry.examples) < 8] == []


def test_entries_are_found_by_id_with_defaults_filled_in(small: Catalogue) -> None:
    service = small.services["newborn"]
    assert service.topic == "户口"
    assert service.verified == date(2026, 10, 15)
    assert service.materials[0].form == "原件"
    assert service.complaint_phone == "12345"
    assert small.categories["corridor-light"].label == "照明/楼道灯"
    assert small.categories["corridor-light"].urgency == "normal"


def test_areas_form_a_tree(small: Catalogue) -> None:
    assert [area.code for area in small.lineage("S1-C1-G1-B3")] == ["S1-C1-G1-B3", "S1-C1-G1", "S1-C1", "S1"]
    assert [area.code for area in small.within("S1-C2")] == ["S1-C2", "S1-C2-G1", "S1-C2-G1-B3"]
    assert small.lineage("S9") == ()


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert "no .toml file" in problems_of(tmp_path)[0]


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, broken="[[service]\n")
    assert problem.startswith("broken.toml: is not valid TOML")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('who = "新生儿"\n', "", "field 'who' is missing"),
        ('fee = "不收费"', 'fee = "不收费"\nprice = 1', "unknown field 'price'"),
        ("days_promised = 1", 'days_promised = "1"', "field 'days_promised' must be a whole number"),
        ("days_promised = 1", "days_promised = true", "field 'days_promised' must be a whole number"),
        ("days_promised = 1", "days_promised = -1", "field 'days_promised' must not be negative"),
        ('id = "one"', 'id = "One_1"', "field 'id' must look like"),
        ('community = "elsewhere"', 'community = "there"', "field 'community' has 'there'"),
        ('aliases = ["上户口"]', "aliases = []", "field 'aliases' must not be empty"),
        ('aliases = ["上户口"]', 'aliases = ["上户口", "上户口"]', "field 'aliases' lists '上户口' twice"),
        ('form = "原件"', 'form = "纸"', "materials 1: field 'form' has '纸'"),
        ("verified = 2026-10-15", 'verified = "soon"', "field 'verified' must be a date"),
        ('topic = "户口"', "", "field 'topic' is missing"),
        ('topic = "户口"', 'topic = "户口"\nplace_kinds = "x"', "unknown table or field 'place_kinds'"),
    ],
)
def test_each_mistake_is_a_sentence(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SERVICE
    problems = problems_of(tmp_path, hukou=SERVICE.replace(old, new))
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("hukou.toml") for problem in problems)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    wrong = SERVICE.replace('who = "新生儿"\n', "").replace("days_promised = 1", "days_promised = 1.5")
    assert len(problems_of(tmp_path, a=wrong)) == 2


def test_the_same_id_or_alias_twice_names_both_entries(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, a=SERVICE, b=SERVICE.replace('id = "one"', 'id = "two"'))
    assert "b.toml, service two: the alias '上户口' is already used in a.toml, service one" in problems
    problems = problems_of(tmp_path, b=SERVICE.replace("户口", "牌照").replace("新生儿落户", "上牌"))
    assert "b.toml, service one: the id 'one' is already used in a.toml, service one" in problems


def test_references_must_lead_somewhere(tmp_path: Path) -> None:
    category = """
        [[category]]
        id = "light"
        group = "照明"
        name = "灯"
        words = ["灯"]
        department = "nobody"
        limit = "3wd"
    """
    (problem,) = problems_of(tmp_path, a=category)
    assert problem == "a.toml, category light: field 'department' names 'nobody', which does not exist"


def test_a_sign_has_the_words_of_those_it_includes_and_they_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[[sign]]\nid = "who"\nwords = ["有人"]\nincludes = ["child"]\n', "utf-8")
    (problem,) = problems_of(tmp_path)
    assert problem == "a.toml, sign who: field 'includes' names 'child', which does not exist"
    file.write_text(file.read_text("utf-8") + '[[sign]]\nid = "child"\nwords = ["孩子"]\n', "utf-8")
    catalogue = load(tmp_path)
    assert catalogue.words_of(catalogue.signs["who"]) == ("有人", "孩子")


def test_joints_of_an_emergency_name_known_signs(tmp_path: Path) -> None:
    emergency = """
        [[emergency]]
        id = "ill"
        name = "病人"
        phone = "120"
        words = ["晕倒"]
        joints = ["who>limp"]
        [[sign]]
        id = "who"
        words = ["孩子"]
    """
    (problem,) = problems_of(tmp_path, a=emergency)
    assert problem == "a.toml, emergency ill: field 'joints' names 'limp', which does not exist"


def test_a_group_names_topics_that_services_have(tmp_path: Path) -> None:
    group = '[[group]]\nname = "证件"\ntopics = ["户口", "驾照"]\n'
    (problem,) = problems_of(tmp_path, a=SERVICE, b=group)
    assert problem == "b.toml, group 证件: field 'topics' names '驾照', which no service has"


def test_an_area_must_not_be_its_own_ancestor(tmp_path: Path) -> None:
    areas = """
        [[area]]
        code = "S1"
        kind = "sub_district"
        name = "一"
        parent = "S2"
        lat = 1.0
        lon = 1.0
        [[area]]
        code = "S2"
        kind = "sub_district"
        name = "二"
        parent = "S1"
        lat = 1.0
        lon = 1.0
    """
    problems = problems_of(tmp_path, a=areas)
    assert "a.toml, area S1: field 'parent' leads back to the area itself" in problems
