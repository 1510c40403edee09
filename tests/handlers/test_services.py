"""办事: from a question to the card, and from the card to everything behind its buttons."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.app import Knowledge
from bot.channels.render import utf16
from handlers.context import Context, Shelf
from handlers.conversation import respond
from handlers.errors import NotFound, Refusal
from handlers.messages import Incoming, Kind, Location, Reply
from handlers.rules import Rules
from handlers.services import card, menu, topic
from handlers.texts import LANGUAGES, Texts
from handlers.topic import Registry
from knowledge.catalogue import Catalogue, load
from storage.engine import Database
from storage.models import Area, Base, Case, Chat, Remark
from storage.unit import Unit
from tests.handlers.harness import Town, reference, shelf_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CATALOGUE = load()
TEXTS = Texts.load()
NEWBORN = "hukou-newborn"
BUILDING = "S1-C1-G1-B3"


@dataclass(slots=True)
class Resident:
    """Somebody in a chat; every message is answered in the same open transaction."""

    unit: Unit
    chat: Chat
    shelf: Shelf

    async def sends(self, **what: Any) -> list[Reply]:
        said = Incoming("test", "1", "x", **what)
        return await respond(Context(self.unit, self.chat, self.shelf, NOW), said)

    async def says(self, text: str) -> list[Reply]:
        return await self.sends(kind=Kind.TEXT, text=text)

    async def presses(self, token: str) -> list[Reply]:
        return await self.sends(kind=Kind.PRESS, press=token)

    async def answers(self, value: str) -> list[Reply]:
        """Press a button of the open question."""
        return await self.presses(f"f:{self.chat.revision}:{value}")

    async def pins(self, lat: float, lon: float) -> list[Reply]:
        return await self.sends(kind=Kind.LOCATION, location=Location(lat, lon))

    async def kept(self, model: Any) -> list[Any]:
        await self.unit.session.flush()
        return list(await self.unit.session.scalars(select(model)))


@pytest.fixture(scope="session")
def shelf(knowledge: Knowledge) -> Shelf:
    return Shelf(Rules(), TEXTS, Registry([topic], TEXTS), *knowledge)


@pytest_asyncio.fixture
async def resident(shelf: Shelf, tmp_path: Path) -> AsyncIterator[Resident]:
    database = Database(f"sqlite:///{tmp_path / 'linli.db'}")
    await database.run_sync(Base.metadata.create_all)
    async with database.writing() as unit:
        unit.areas.add(stored(CATALOGUE))
        await unit.session.flush()
        chat = unit.people.open_chat("test", "1", "zh_Hans", NOW)
        await unit.session.flush()
        yield Resident(unit, chat, shelf)
    await database.close()


def stored(catalogue: Catalogue) -> list[Area]:
    rows = []
    for area in catalogue.areas.values():
        above = [one.code for one in reversed(catalogue.lineage(area.code))]
        known = {name: getattr(area, name) for name in ("code", "kind", "name", "lat", "lon", "households", "units")}
        rows.append(Area(**known, parent_code=area.parent or None, path="".join(f"{code}/" for code in above)))
    return sorted(rows, key=lambda row: len(row.path))


def heard(replies: Iterable[Reply], language: str = "zh_Hans") -> str:
    return "\n".join(TEXTS.lines(language, one.lines) for one in replies)


def keys(replies: Iterable[Reply]) -> list[str]:
    return [line.key for one in replies for line in one.lines]


def tokens(replies: Iterable[Reply]) -> list[str]:
    return [one.token for reply in replies for one in reply.choices]


# -- the card ------------------------------------------------------------------------------------------------------------


async def test_a_question_is_answered_with_a_card_that_can_be_read_aloud(resident: Resident) -> None:
    replies = await resident.says("孩子上户口要什么材料")
    lines = heard(replies).split("\n")
    assert replies[0].card
    assert lines[0] == "新生儿落户"
    assert lines[1].startswith("谁能办：")
    assert "1. 出生医学证明" in lines
    assert any(line.startswith("多久：") for line in lines)
    assert any(line.startswith("费用：") for line in lines)
    assert any(line.startswith("社区帮办：") for line in lines)
    assert any(line.startswith("来源：") and re.search(r"\d{4}-\d\d-\d\d核实$", line) for line in lines)
    assert any("示例" in line for line in lines)


async def test_the_phone_stands_on_a_line_of_its_own_so_that_it_can_be_tapped(resident: Resident) -> None:
    lines = heard(await resident.presses(f"service.open:{NEWBORN}")).split("\n")
    assert re.fullmatch(r"[0-9-]{5,13}", lines[lines.index("电话（青松社区警务室）：") + 1])


async def test_the_hotline_stands_in_where_no_place_can_be_called(resident: Resident) -> None:
    assert "电话：\n12305\n" in heard(await resident.presses("service.open:parcels-complaint"))


async def test_the_buttons_are_those_of_the_trade(resident: Resident) -> None:
    (reply,) = await resident.presses("service.open:assistance-minimum-living")
    named = [TEXTS.say("zh_Hans", one.label) for one in reply.choices]
    assert named == ["材料清单", "最近的办理点", "代办", "信息有误", "找人工"]


async def test_buttons_that_make_no_sense_are_left_out(resident: Resident) -> None:
    elsewhere = tokens(await resident.presses(f"service.open:{NEWBORN}"))
    knowledge = tokens(await resident.presses("service.open:disaster-knowledge-shelter"))
    assert f"service.behalf:{NEWBORN}" not in elsewhere
    assert knowledge == ["service.near:disaster-knowledge-shelter", "service.wrong:disaster-knowledge-shelter", "human"]


async def test_knowledge_has_no_duration_and_tells_its_steps_on_the_card(resident: Resident) -> None:
    words = heard(await resident.presses("service.open:disaster-knowledge-shelter"))
    assert "多久" not in words
    assert "怎么做：" in words
    assert "问：" in words


async def test_done_on_the_spot_is_said_in_words(resident: Resident) -> None:
    found = [one for one in CATALOGUE.services.values() if one.materials and one.days_promised == 0 == one.days_legal]
    words = heard(await resident.presses(f"service.open:{found[0].id}"))
    assert "多久：当场办好\n" in words


async def test_optional_papers_are_marked(resident: Resident) -> None:
    assert "4. 残疾证、诊断书（看情况带）" in heard(await resident.presses("service.open:assistance-minimum-living"))


async def test_without_a_known_place_two_are_named_and_no_minutes(resident: Resident) -> None:
    replies = await resident.presses(f"service.open:{NEWBORN}")
    assert keys(replies).count("service.place") == 2
    assert "走路" not in heard(replies)


async def test_the_nearest_place_comes_first_with_minutes_when_the_building_is_known(resident: Resident) -> None:
    resident.chat.person.area_code = BUILDING
    words = heard(await resident.presses(f"service.open:{NEWBORN}"))
    minutes = [int(found) for found in re.findall(r"从3栋走路约(\d+)分钟", words)]
    assert len(minutes) == 2
    assert minutes == sorted(minutes)


async def test_a_pin_counts_more_than_the_home(resident: Resident) -> None:
    far, post = CATALOGUE.areas["S1-C3"], CATALOGUE.places["c1-police-post"]
    resident.chat.person.area_code = far.code
    resident.chat.preset = {"area": BUILDING, "lat": post.lat, "lon": post.lon}
    assert f"1. {post.name}，从您发的位置走路约1分钟" in heard(await resident.presses(f"service.open:{NEWBORN}"))


async def test_a_whole_community_is_too_wide_for_minutes(resident: Resident) -> None:
    community = CATALOGUE.areas["S1-C1"]
    resident.chat.preset = {"area": community.code, "text": community.name, "lat": community.lat, "lon": community.lon}
    assert "走路" not in heard(await resident.presses(f"service.open:{NEWBORN}"))


async def test_old_people_are_given_more_time_to_walk(resident: Resident) -> None:
    resident.chat.person.area_code = BUILDING
    quick = re.search(r"约(\d+)分钟", heard(await resident.presses(f"service.open:{NEWBORN}")))
    resident.chat.person.elder = True
    slow = re.search(r"约(\d+)分钟", heard(await resident.presses(f"service.open:{NEWBORN}")))
    assert quick and slow and int(slow[1]) > int(quick[1])


async def test_in_english_the_frame_is_english_and_one_line_says_the_rest_is_chinese(resident: Resident) -> None:
    resident.chat.person.language = "en"
    replies = await resident.presses(f"service.open:{NEWBORN}")
    lines = heard(replies, "en").split("\n")
    assert lines[0] == "新生儿落户"
    assert sum("details are in Chinese" in line for line in lines) == 1
    assert "Please bring:" in lines


async def test_the_last_opened_item_is_remembered_for_a_pin_that_follows(resident: Resident) -> None:
    await resident.presses(f"service.open:{NEWBORN}")
    assert resident.chat.preset["service"] == NEWBORN


# -- menu ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way", [{"kind": Kind.PRESS, "press": "menu.service"}, {"kind": Kind.COMMAND, "command": "services"}]
)
async def test_the_menu_leads_over_topics_and_items_to_a_card(resident: Resident, way: dict[str, Any]) -> None:
    groups = await resident.sends(**way)
    assert len(tokens(groups)) <= menu.PAGE
    topics = await resident.presses(tokens(groups)[0])
    named = [TEXTS.say("zh_Hans", one.label) for one in topics[0].choices]
    items = await resident.presses(tokens(topics)[named.index("户口")])
    assert f"service.open:{NEWBORN}" in tokens(items)


async def test_every_topic_is_found_from_the_groups(resident: Resident) -> None:
    groups = await resident.sends(kind=Kind.PRESS, press="menu.service")
    shown: set[str] = set()
    for group in tokens(groups):
        found = await resident.presses(group)
        assert len(tokens(found)) <= menu.PAGE + 2
        topics = [found] if "service.open:" in " ".join(tokens(found)) else []
        topics += [await resident.presses(one) for one in tokens(found) if one.startswith("service.topic:")]
        opened = [token.partition(":")[2] for items in topics for token in tokens(items)]
        shown |= {CATALOGUE.services[one].topic for one in opened if one in CATALOGUE.services}
    assert shown == {one.topic for one in CATALOGUE.services.values()}


def test_a_topic_in_no_group_is_shown_in_the_last() -> None:
    bare = replace(CATALOGUE, groups=CATALOGUE.groups[:1])
    assert tokens([menu.groups(bare)]) == ["service.group:1", "service.group:2"]
    assert len(tokens([menu.topics(bare, "2")])) > menu.PAGE


async def test_a_long_topic_is_shown_in_pages_of_eight(resident: Resident) -> None:
    groups = menu.grouped(CATALOGUE)
    number, name = next((n, name) for n, (name, items) in enumerate(groups.items(), 1) if len(items) > menu.PAGE)
    first = tokens(await resident.presses(f"service.topic:{number}"))
    second = tokens(await resident.presses(first[menu.PAGE]))
    opened = [token.partition(":")[2] for token in first + second if token.startswith("service.open:")]
    assert first[menu.PAGE] == f"service.topic:{number}.2"
    assert opened == [one.id for one in groups[name]]


async def test_a_question_about_no_single_item_shows_the_topics(resident: Resident) -> None:
    assert keys(await resident.says("办事")) == ["service.topics"]


@pytest.mark.parametrize(
    "token",
    [
        "service.open:", "service.open:nobody", "service.open:../../etc", "service.open:" + "x" * 5000, "service.topic:0",
        "service.topic:999", "service.topic:1.9", "service.topic:1.0", "service.topic:-1", "service.topic:１", "service.topic:",
        "service.group:0", "service.group:99", "service.group:２", "service.beside:nobody", "service.materials:nobody", "service.near:nobody", "service.behalf:nobody", "service.wrong:nobody",
    ],
)  # fmt: skip
async def test_forged_tokens_are_not_found(resident: Resident, token: str) -> None:
    with pytest.raises(NotFound) as refused:
        await resident.presses(token)
    assert len(str(refused.value.reply.lines[0].params["ref"])) <= 64


async def test_a_button_the_card_does_not_have_is_refused_with_a_sentence(resident: Resident) -> None:
    for token in (f"service.behalf:{NEWBORN}", "service.materials:disaster-knowledge-shelter"):
        with pytest.raises(Refusal) as refused:
            await resident.presses(token)
        assert heard([refused.value.reply])


# -- checklist, nearest place --------------------------------------------------------------------------------------------


async def test_the_checklist_tells_form_copies_and_note_and_answers_questions(resident: Resident) -> None:
    replies = await resident.presses("service.materials:assistance-minimum-living")
    words = heard(replies)
    assert "2. 身份证和户口簿：原件，再加复印件1份，全家人的" in words
    assert "问：有房子能申请吗\n答：" in words
    assert "service.materials:assistance-minimum-living" not in tokens(replies)


async def test_the_nearest_place_is_told_at_once_when_the_building_is_known(resident: Resident) -> None:
    resident.chat.preset = {"area": BUILDING, "text": "3栋"}
    (reply,) = await resident.presses(f"service.near:{NEWBORN}")
    assert reply.lines[0].key == "service.near.title"
    assert "service.digits" in [line.key for line in reply.lines]
    assert resident.chat.form is None


async def test_otherwise_it_asks_where_and_forgets_the_answer(resident: Resident) -> None:
    post = CATALOGUE.places["c1-police-post"]
    asked = await resident.presses(f"service.near:{NEWBORN}")
    told = await resident.pins(post.lat + 0.0005, post.lon)
    assert "service.near.ask" in keys(asked)
    assert f"1. {post.name}，从您发的位置走路约" in heard(told)
    assert (resident.chat.person.area_code, resident.chat.person.consented_at) == (None, None)
    assert not {"lat", "lon", "area", "said"} & set(resident.chat.preset)


async def test_a_building_in_words_will_do(resident: Resident) -> None:
    await resident.presses(f"service.near:{NEWBORN}")
    assert "从3栋走路约" in heard(await resident.says("我在3栋"))


async def test_a_pin_that_comes_with_the_press_is_used(resident: Resident) -> None:
    post = CATALOGUE.places["c1-police-post"]
    pinned = Location(post.lat, post.lon)
    (reply,) = await resident.sends(kind=Kind.PRESS, press=f"service.near:{NEWBORN}", location=pinned)
    assert f"1. {post.name}，从您发的位置走路约1分钟" in heard([reply])


# -- 代办, 信息有误 ---------------------------------------------------------------------------------------------------------


async def test_done_on_behalf_becomes_a_case_after_consent(resident: Resident) -> None:
    asked = await resident.presses("service.behalf:assistance-minimum-living")
    assert "form.consent" in keys(asked)
    await resident.answers("agree")
    await resident.says("腿脚不便，下午在家")
    summed = await resident.says("3栋2单元")
    assert {"service.behalf.sum", "service.behalf.home", "service.behalf.note"} <= set(keys(summed))
    assert not await resident.kept(Case)
    filed = await resident.answers("yes")
    (case,) = await resident.kept(Case)
    assert (case.kind, case.subject, case.title) == ("behalf", "assistance-minimum-living", "代办：低保申请")
    assert (case.words, case.area_code) == ("腿脚不便，下午在家", BUILDING)
    assert filed[0].lines[0].params["ref"] == case.ref


async def test_the_note_of_a_wish_may_be_skipped(resident: Resident) -> None:
    await resident.presses("service.behalf:assistance-minimum-living")
    for value in ("agree", "skip"):
        await resident.answers(value)
    await resident.says("3栋2单元")
    await resident.answers("yes")
    assert [case.words for case in await resident.kept(Case)] == ["低保申请"]


async def test_without_consent_nothing_is_filed(resident: Resident) -> None:
    await resident.presses("service.behalf:assistance-minimum-living")
    assert keys(await resident.answers("disagree")) == ["form.disagreed"]
    assert not await resident.kept(Case)


@pytest.mark.parametrize(("skipped", "text"), [(False, "窗口已经搬走了"), (True, "")])
async def test_wrong_information_is_kept_for_staff_without_consent(
    resident: Resident, skipped: bool, text: str
) -> None:
    await resident.presses(f"service.wrong:{NEWBORN}")
    thanked = await (resident.answers("skip") if skipped else resident.says(text))
    (remark,) = await resident.kept(Remark)
    assert keys(thanked) == ["service.wrong.thanks"]
    assert (remark.kind, remark.entry, remark.text, remark.at) == ("wrong", NEWBORN, text, NOW)


async def test_by_typing_alone_a_wish_reaches_the_grid_worker(tmp_path: Path, knowledge: Knowledge) -> None:
    database = Database(f"sqlite:///{tmp_path / 'town.db'}")
    town = Town(database, shelf_of(knowledge, Rules()))
    await town.settle()
    await town.moves_in("aunt", BUILDING, consented=False)
    await town.serves("worker", "grid_worker", "S1-C1-G1")
    assert "走路约" in await town.says("aunt", "低保怎么申请")
    assert "代办：低保申请" in await town.says("aunt", "代办")
    for words in ("1", "跳过", "3栋2单元", "1"):
        answer = await town.says("aunt", words)
    ref = reference(answer, "R")
    assert ref in town.last("worker") and "代办：低保申请" in town.last("worker")
    await database.close()


# -- all of the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_item_fits_one_message_in_every_language(resident: Resident, language: str) -> None:
    resident.chat.person.language = language
    resident.chat.person.area_code = BUILDING
    ctx = Context(resident.unit, resident.chat, resident.shelf, NOW)
    for service in CATALOGUE.services.values():
        for reply in (card.overview(ctx, service), card.checklist(ctx, service)):
            words = TEXTS.lines(language, reply.lines)
            assert 0 < utf16(words) <= 4096, service.id
            assert not re.search(r"[{}]|None|\bSay\(|service\.", words), (service.id, words)
            assert all(line.strip() for line in words.split("\n")), service.id
        assert all(len(one.token.encode()) <= 64 for one in card.choices(service))


def test_every_paper_form_and_every_kind_of_help_has_its_words() -> None:
    forms = {paper.form for one in CATALOGUE.services.values() for paper in one.materials}
    helped = {one.community for one in CATALOGUE.services.values()}
    assert forms <= {"原件", "复印件", "原件和复印件", "电子版"}
    assert {f"service.community.{one}" for one in helped} <= TEXTS.keys("zh_Hans")


def test_both_catalogues_say_the_same_things_with_the_same_parameters() -> None:
    mine = {key for key in TEXTS.keys("zh_Hans") if key.startswith("service.")}
    assert mine == {key for key in TEXTS.keys("en") if key.startswith("service.")}
    for key in mine:
        said = [set(re.findall(r"{(\w+)}", TEXTS._catalogues[language][key])) for language in ("zh_Hans", "en")]
        assert said[0] == said[1], key
