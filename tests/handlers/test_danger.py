"""Danger to life is answered with a number first, however and wherever it is told."""

from __future__ import annotations

import re

import pytest

from handlers.messages import Attachment, Kind
from storage.models import Case
from tests.handlers.harness import Town

FIRE = "请马上打 119"


@pytest.mark.parametrize("kind", [Kind.EDITED, Kind.OTHER, Kind.DOCUMENT, Kind.VOICE])
async def test_a_changed_message_and_any_caption_are_heard(town: Town, kind: Kind) -> None:
    await town.moves_in("li")
    assert FIRE in await town.sends("li", kind, text="我家着火了")
    assert FIRE not in await town.sends("li", kind, text="灯坏了")


async def test_a_changed_message_is_heard_in_a_form_too(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "楼道灯坏了三天没人管")
    assert FIRE in await town.sends("li", Kind.EDITED, text="楼道灯着火了")
    assert await town.says("li", "3栋")
    assert "这样提交" in await town.says("li", "跳过")


async def test_a_picture_of_danger_at_another_question_is_kept_with_its_words(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "楼道灯坏了三天没人管")
    told = await town.shows("li", 7, caption="着火了")
    assert FIRE in told
    assert "在哪儿" in told
    await town.says("li", "3栋")
    await town.presses("li", f"f:{(await town.chat('li')).revision}:enough")
    await town.chooses("li", "提交")
    (case,) = await town.all(Case)
    assert (case.urgency, case.words) == ("critical", "楼道灯坏了三天没人管\n着火了")


async def test_danger_is_no_answer_to_a_button(town: Town) -> None:
    await town.moves_in("li")
    assert "特急" not in await town.says("li", "着火了")
    assert FIRE in await town.says("li", "嗯，不好了着火了")
    assert (await town.chat("li")).form is None


async def test_a_bare_number_to_call_is_answered(town: Town) -> None:
    await town.moves_in("li")
    assert "请马上打 120" in await town.says("li", "120")
    attachment = Attachment(Kind.PHOTO, "x", media_id=3)
    assert FIRE in await town.sends("li", Kind.PHOTO, text="119", attachments=(attachment,))


async def test_who_reads_english_is_told_every_danger_in_english(town: Town) -> None:
    await town.moves_in("ann", language="en")
    for danger in town.shelf.catalogue.emergencies.values():
        told = await town.says("ann", danger.examples[0])
        assert not re.search(r"[\u4e00-\u9fff]", told), told


@pytest.mark.parametrize("words", ["有个老头没出来", "着火了，独居老人还在里面", "煤气味好大，隔壁老人不开门"])
async def test_a_fire_is_nobodys_private_matter(town: Town, words: str) -> None:
    await town.moves_in("周")
    await town.says("周", words)
    assert (await town.sees("周"))[0] == "告诉网格员"
