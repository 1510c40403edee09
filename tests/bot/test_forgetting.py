"""删除我的信息: what is deleted is gone everywhere, what stays is named, and others hear what concerns them."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from storage.models import Case, Chat, Claim, Handoff, Media, Message, Outbox, Person, Proposal, Remark, Volunteer
from tests.support.bed import Bed
from tests.support.pictures import jpeg
from tests.support.resident import Resident

PHONE = "13800138000"
NAME = "莫婆婆"


async def volunteer(bed: Bed, name: str, called: str = "") -> Resident:
    person = await bed.on_web(name)
    await person.say("当志愿者")
    await person.press("同意")
    for words in ("搬运", "完成", "随时", "完成", "3栋", called or "跳过", "提交"):
        await person.say(words)
    await person.expect("登记好了")
    return person


async def reported(person: Resident, words: str = "3栋2单元楼道灯坏了") -> str:
    await person.say(words)
    await person.say("跳过")
    await person.say("提交")
    return (await person.expect(re.compile(r"编号 (\w+)")))[1]


async def proposed(person: Resident, words: str = "建议在3栋2单元501门口装扶手") -> str:
    await person.say(words)
    await person.expect("为什么需要")
    await person.say(f"找王秀兰，电话{PHONE}")
    await person.expect("这样提交可以吗")
    await person.press("提交")
    return (await person.expect(re.compile(r"编号 (\w+)")))[1]


async def forgotten(bed: Bed, person: Resident) -> None:
    await person.say("隐私")
    await person.press("删除我的信息")
    await person.press("删除")
    await person.expect("已删除。")
    await bed.settle()


async def told(bed: Bed) -> list[str]:
    """All words of the transcripts."""
    return [message.text for message in await bed.all(Message)]


async def one(bed: Bed, model: Any, **values: Any) -> Any:
    (found,) = [row for row in await bed.all(model) if all(getattr(row, key) == value for key, value in values.items())]
    return found


async def test_everything_kept_is_listed_deleted_and_what_stays_is_named(bed: Bed) -> None:
    worker = await bed.on_web("网格员")
    await bed.takes_office(worker, "grid_worker", "S1-C1-G1")
    desk = await bed.on_web("社区")
    await bed.takes_office(desk, "community", "S1-C1")
    person = await volunteer(bed, "居民", NAME)
    ref = await reported(person)
    await person.forge(f"case.phone:{ref}")
    await person.say(PHONE)
    await bed.settle()
    await worker.forge(f"case.card:{ref}")
    await person.say("哇啦哇啦哇啦")
    await person.send_photo(jpeg())
    await person.say("人工")
    await desk.press("接待")
    await person.say("我家老伴走丢了")
    await desk.expect("我家老伴走丢了")
    await desk.press("结束")
    await person.expect("人工对话结束")
    await bed.settle()

    await person.say("隐私")
    for line in (
        f"称呼：{NAME}",
        "电话：138****8000",
        "所在：青松社区",
        "报过的事：1 件",
        "照片和语音：1 个",
        "找人工时",
    ):
        await person.expect(line)
    await person.expect("志愿者登记")
    await forgotten(bed, person)

    words = "\n".join(await told(bed))
    assert not [secret for secret in (NAME, PHONE, "老伴", "哇啦") if secret in words]
    assert "这条内容已按本人要求删除" in words
    assert "3栋2单元楼道灯坏了" in words  # the case's card stays with the staff
    assert (await one(bed, Case)).words == "3栋2单元楼道灯坏了"
    assert {handoff.reason for handoff in await bed.all(Handoff)} == {""}
    assert {remark.text for remark in await bed.all(Remark)} <= {""}
    assert [media.deleted_at is not None for media in await bed.all(Media)] == [True]
    assert not await bed.all(Volunteer)
    assert NAME not in {known.name for known in await bed.all(Person)}

    await person.say("隐私")
    await person.expect("我这里只还有这些和您有关：")
    await person.expect("报过的事：1 件")
    await worker.press("受理")
    await person.expect(f"{ref} 已受理")


async def test_a_cancelled_deletion_leaves_no_draft_and_offers_no_change(bed: Bed) -> None:
    person = await bed.on_web()
    await person.say("隐私")
    await person.press("删除我的信息")
    await person.expect("会留下：报过的事")
    await person.expect("确定删除吗？\n[删除] [取消]")
    await person.press("取消")
    await person.expect("已取消")
    await person.say("继续")
    await person.expect("没有")


async def test_a_forgotten_volunteer_is_asked_no_more_and_the_place_is_passed_on(bed: Bed) -> None:
    desk = await bed.on_web("社区")
    await bed.takes_office(desk, "community", "S1-C1")
    first, second = await volunteer(bed, "甲", NAME), await volunteer(bed, "乙")
    for words in ("/task", "搬桌椅", "搬运", "2026-11-28 09:00", "3栋", "1"):
        await desk.say(words)
    await desk.press("发布")
    await first.press("我来")
    await second.press("排候补")
    await second.expect("候补第 1 位")
    await desk.say("/tasks")
    await desk.expect(NAME)
    await forgotten(bed, first)
    await second.expect("有空位了")
    assert NAME not in "\n".join(await told(bed))
    states = {claim.person_id: claim.state for claim in await bed.all(Claim)}
    assert sorted(states.values()) == ["claimed", "declined"]
    assert len(await bed.all(Volunteer)) == 1


async def test_open_proposals_are_withdrawn_and_adopted_ones_stay_in_public_words(bed: Bed) -> None:
    desk, neighbour, person = await bed.on_web("社区"), await bed.on_web("邻居"), await bed.on_web("居民")
    await bed.takes_office(desk, "community", "S1-C1")
    await person.say("建议在3栋2单元501门口装扶手")
    await person.press("同意")
    await person.say(f"找王秀兰，电话{PHONE}")
    await person.expect("这样提交可以吗")
    await person.press("提交")
    adopted = (await person.expect(re.compile(r"编号 (\w+)")))[1]
    withdrawn = await proposed(person, f"建议5栋旁边装凉亭，联系{PHONE}")
    await desk.forge(f"proposal.adopt:{adopted}")
    await desk.say("下周装好")
    await desk.press("提交")
    await person.expect("采纳")
    await neighbour.forge(f"proposal.sign:{withdrawn}")
    await neighbour.press("同意")
    await neighbour.press("附议")
    await neighbour.expect("138****8000")
    await forgotten(bed, person)
    await neighbour.expect(f"{withdrawn} 被提议人撤回了")
    gone, kept = await one(bed, Proposal, ref=withdrawn), await one(bed, Proposal, ref=adopted)
    assert (gone.state, gone.what, gone.why, gone.place) == ("withdrawn", "", "", "")
    assert (kept.state, kept.what, kept.why, kept.place) == (
        "adopted", "在3栋门口装扶手", "", "青松社区青松苑一区3栋",
    )  # fmt: skip
    assert "凉亭" not in "\n".join(await told(bed))
    await neighbour.forge(f"proposal.status:{withdrawn}")
    await neighbour.expect("内容已删除")


async def test_what_was_still_to_be_sent_to_the_forgotten_is_dropped(bed: Bed) -> None:
    person = await bed.on_telegram()
    await person.say("你好")
    await bed.settle()
    await forgotten(bed, person)
    assert {row.state for row in await bed.all(Outbox)} == {"sent"}


async def test_whoever_refuses_consent_leaves_no_words_anywhere(bed: Bed) -> None:
    person = await bed.on_web()
    await person.say("哇啦哇啦哇啦")
    await person.send_photo(jpeg())
    await person.say("人工")
    await person.say("3栋2单元楼道灯坏了")
    await person.expect("同意")
    await person.press("不同意")
    await bed.settle()
    words = "\n".join(await told(bed))
    assert not [secret for secret in ("哇啦", "楼道灯") if secret in words]
    assert {handoff.reason for handoff in await bed.all(Handoff)} == {""}
    assert {handoff.state for handoff in await bed.all(Handoff)} == {"waiting"}  # they asked for a person, and get one
    assert {remark.text for remark in await bed.all(Remark)} <= {""}
    assert [media.deleted_at is not None for media in await bed.all(Media)] == [True]
    (chat,) = [one for one in await bed.all(Chat) if one.channel == "web"]
    assert (chat.form, chat.answers, chat.draft, chat.preset, chat.choices) == (None, {}, {}, {}, [])


async def test_what_was_told_in_a_call_goes_when_it_is_over_for_whoever_refused_meanwhile(bed: Bed) -> None:
    desk, person = await bed.on_web("社区"), await bed.on_telegram()
    await bed.takes_office(desk, "community", "S1-C1")
    await person.say("/start loc_S1-C1-G1-B3")
    await person.say("3栋2单元楼道灯坏了")
    await person.expect("同意")
    await person.say("人工")
    await person.press("不同意")
    await desk.press("接待")
    await person.say("我家老伴走丢了")
    await desk.expect("我家老伴走丢了")
    await asyncio.sleep(1)  # the job that erases has looked
    assert "：我家老伴走丢了" in "\n".join(await told(bed))
    await desk.press("结束")
    await person.expect("人工对话结束")
    async with asyncio.timeout(10):
        while "：我家老伴走丢了" in "\n".join(await told(bed)):
            await asyncio.sleep(0.1)
    assert "这条内容已按本人要求删除" in "\n".join(await told(bed))
