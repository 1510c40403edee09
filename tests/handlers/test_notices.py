"""通知: the exact text to the exact people, once each, through every interruption."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from handlers.messages import Priority
from handlers.notices.fanout import fan_out
from handlers.rules import Rules
from storage.models import Message, Notice, Outbox, Recipient
from storage.repositories.notices import Counts
from tests.handlers.harness import Town, reference

TELEGRAM = frozenset({"telegram"})
WORDS = "11月23日 9:00–12:00 青松苑一区停水\n请提前存水"


@pytest.fixture
def rules() -> Rules:
    return Rules(notice_limit=100, notice_hours=24)


async def peopled(town: Town) -> None:
    """A clerk, and five people in the first grid: four on Telegram, one on the web page, one of them reading English."""
    await town.serves("wang", "community", "S1-C1")
    for number in range(1, 4):
        await town.moves_in(f"r{number}", f"S1-C1-G1-B{number}")
    await town.moves_in("web", "S1-C1-G1-B3", channel="web")
    await town.moves_in("smith", "S1-C1-G1", language="en")
    await town.moves_in("far", "S1-C1-G2-B7")
    await town.moves_in("nowhere")


async def sent(town: Town, who: str = "wang", area: str = "青松苑一区") -> str:
    for words in ("/notify", WORDS, area):
        await town.says(who, words)
    return reference(await town.says(who, "发送"), "N")


async def step(town: Town, chunk: int = 500) -> int:
    async with town.database.writing() as unit:
        return await fan_out(unit, town.shelf, town.now, TELEGRAM, chunk)


async def counts(town: Town, ref: str) -> Counts:
    async with town.database.reading() as unit:
        notice = await unit.notices.find(ref)
        assert notice is not None
        return await unit.notices.counts(notice)


async def test_the_preview_is_the_exact_text_and_number(town: Town) -> None:
    await peopled(town)
    await town.says("wang", "/notify")
    assert "发给哪一片" in await town.says("wang", WORDS)
    assert await town.sees("wang") == ["青松社区", *[name for name in await town.sees("wang") if name != "青松社区"]]
    assert len(await town.sees("wang")) == 9
    preview = await town.says("wang", "青松苑一区")
    assert preview.startswith(f"{WORDS}\n\n—— 青松苑一区\n")
    assert "青松苑一区，5 人（说过住在这里的），大约 1 分钟" in preview
    assert await town.sees("wang") == ["发出", "修改", "取消"]
    ref = reference(await town.says("wang", "1"), "N")
    (notice,) = await town.all(Notice)
    assert (notice.ref, notice.state, notice.people, notice.area_code) == (ref, "sending", 5, "S1-C1-G1")
    assert ("notice.send", ref) in await town.audited()


async def test_where_nobody_would_get_it_nothing_is_sent_and_another_area_can_be_chosen(town: Town) -> None:
    await peopled(town)
    for words in ("/notify", WORDS, "青松苑三区"):
        await town.says("wang", words)
    assert "没有能收到通知的人" in await town.says("wang", "发送")
    assert not await town.all(Notice)
    for words in ("修改", "发给哪里", "青松苑二区"):
        told = await town.says("wang", words)
    assert "青松苑二区，1 人" in told
    assert "开始发送" in await town.says("wang", "发送")


@pytest.mark.parametrize(
    ("text", "unsaid"),
    [
        (WORDS, ""),
        ("明天上午9点在3栋门口发米", ""),
        ("即日起全小区禁止电动车上楼", ""),
        ("本周六 14:00-16:00 活动室有义诊", ""),
        ("12月1日起停止供暖", "没有写地点，居民会问"),
        ("3栋要停水，请存水", "没有写时间，居民会问"),
        ("请大家提前存水", "没有写时间和地点，居民会问"),
        ("有事请打 0100-5550101", "没有写时间和地点，居民会问"),
        ("Free check-ups tomorrow at 9 am in the main hall", ""),
    ],
)
async def test_a_notice_without_time_or_place_is_gently_questioned_and_can_still_be_sent(
    town: Town, text: str, unsaid: str
) -> None:
    await peopled(town)
    for words in ("/notify", text):
        await town.says("wang", words)
    preview = await town.says("wang", "青松苑一区")
    assert unsaid in preview
    assert ("居民会问" in preview) == bool(unsaid)
    assert "开始发送" in await town.says("wang", "发送")


async def test_everybody_gets_it_once_in_their_language(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    assert await step(town) == 5
    assert await step(town) == 0
    assert await step(town) == 0
    messages = await town.all(Message)
    assert len(messages) == 5
    assert {message.text for message in messages} == {f"{WORDS}\n\n—— 青松苑一区", f"{WORDS}\n\n— 青松苑一区"}
    assert {message.body["buttons"][0][0] for message in messages} == {"已读", "Read"}
    assert messages[0].body["buttons"][0][1:] == [f"notice.read:{ref}", ""]
    rows = await town.all(Outbox)
    assert [(row.channel, row.priority, row.state) for row in rows] == [("telegram", Priority.NOTICE, "queued")] * 4
    assert {row.expires_at for row in rows} == {(await town.all(Notice))[0].expires_at}
    assert len(await town.all(Recipient)) == 5
    assert [notice.state for notice in await town.all(Notice)] == ["sent"]


async def test_a_fan_out_broken_off_goes_on_where_it_stopped(town: Town) -> None:
    await peopled(town)
    await sent(town)
    assert await step(town, 2) == 2
    with pytest.raises(RuntimeError):
        async with town.database.writing() as unit:
            assert await fan_out(unit, town.shelf, town.now, TELEGRAM, 2) == 2
            raise RuntimeError
    assert [notice.state for notice in await town.all(Notice)] == ["sending"]
    assert len(await town.all(Recipient)) == 2
    assert [await step(town, 2), await step(town, 2), await step(town, 2)] == [2, 1, 0]
    people = [row.person_id for row in await town.all(Recipient)]
    assert len(people) == len(set(people)) == 5


async def test_a_cursor_set_back_writes_nobody_twice(town: Town) -> None:
    await peopled(town)
    await sent(town)
    await step(town, 3)
    async with town.database.writing() as unit:
        await unit.session.execute(update(Notice).values(cursor=0))
    assert await step(town) == 2
    assert len(await town.all(Message)) == 5


async def test_two_notices_share_a_step(town: Town) -> None:
    await peopled(town)
    await sent(town)
    await sent(town, area="青松社区")
    assert await step(town, 4) == 4
    assert [notice.cursor > 0 for notice in await town.all(Notice)] == [True, True]


async def test_the_newest_chat_of_a_person_gets_it(town: Town) -> None:
    await peopled(town)
    await town.says("r1", "你好")
    async with town.database.writing() as unit:
        chat = await unit.session.scalar(select(Recipient).limit(1))
        assert chat is None
    await sent(town)
    await step(town)
    assert len(await town.all(Recipient)) == 5


async def test_counts_are_exact(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    assert await counts(town, ref) == Counts(audience=5, sent=0, read=0, unreachable=0, waiting=5, stopped=0)
    await step(town, 3)
    assert await counts(town, ref) == Counts(audience=5, sent=0, read=0, unreachable=0, waiting=5, stopped=0)
    await step(town)
    await step(town)
    assert await counts(town, ref) == Counts(audience=5, sent=1, read=0, unreachable=0, waiting=4, stopped=0)
    async with town.database.writing() as unit:
        for row, state in zip(await town.all(Outbox), ("sent", "dead", "expired", "sending"), strict=True):
            await unit.session.execute(update(Outbox).where(Outbox.id == row.id).values(state=state))
    assert "谢谢" in await town.presses("r1", f"notice.read:{ref}")
    await town.presses("r1", f"notice.read:{ref}")
    assert await counts(town, ref) == Counts(audience=5, sent=2, read=1, unreachable=2, waiting=1, stopped=0)
    shown = await town.says("wang", "/notices")
    assert "已发 2/5，已读 1/5，送不到 2/5，等待 1/5" in shown


async def test_somebody_who_blocks_us_before_it_goes_out_counts_as_not_reached(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    async with town.database.writing() as unit:
        chats = await unit.people.lock_chats([("telegram", "r2")])
        chats[("telegram", "r2")].unreachable_at = town.now
    await step(town)
    await step(town)
    assert (await counts(town, ref)).unreachable == 1


async def test_stopping_takes_back_what_has_not_gone_out(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    await step(town, 3)
    async with town.database.writing() as unit:
        first = (await town.all(Outbox))[0].id
        await unit.session.execute(update(Outbox).where(Outbox.id == first).values(state="sent"))
    await town.says("wang", "/notices")
    assert await town.sees("wang") == [f"停发 {ref}"]
    assert "确定吗" in await town.says("wang", "1")
    assert "4 人不会收到，1 人已经发出" in await town.says("wang", "2")
    assert await step(town) == 0
    assert await counts(town, ref) == Counts(audience=5, sent=1, read=0, unreachable=0, waiting=0, stopped=4)
    assert "已经停止过" in await town.presses("wang", f"notice.cancel:{ref}")
    assert "已停止 4/5" in await town.says("wang", "/notices")
    assert ("notice.cancel", ref) in await town.audited()


async def test_what_has_gone_out_completely_can_not_be_stopped(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    await step(town)
    await step(town)
    async with town.database.writing() as unit:
        await unit.session.execute(update(Outbox).values(state="sent"))
    assert "全部发完" in await town.presses("wang", f"notice.cancel:{ref}")


async def test_a_notice_past_its_expiry_is_not_written(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    await step(town, 2)
    town.passes(hours=25)
    assert await step(town) == 0
    assert (await counts(town, ref)).unreachable == 3


async def test_only_the_desk_writes_and_only_to_its_areas(town: Town) -> None:
    refused = town.shelf.texts.word("zh_Hans", "common.not_allowed")
    await peopled(town)
    await town.serves("feng", "grid_worker", "S1-C1-G1")
    await town.serves("zhao", "community", "S1-C2")
    for who in ("r1", "feng"):
        assert await town.says(who, "/notify") == refused
    for words in ("/notify", WORDS):
        await town.says("zhao", words)
    assert "请" in await town.presses("zhao", await forged(town, "zhao", "S1-C1"))
    ref = await sent(town)
    for who in ("r1", "feng", "zhao"):
        assert await town.presses(who, f"notice.cancel:{ref}") == refused
    assert len(await town.all(Notice)) == 1


async def forged(town: Town, who: str, value: str) -> str:
    """The token of the open question with a value that was not offered."""
    token = str((await town._choices(who))[0][1])
    return ":".join([*token.split(":")[:2], value])


async def test_a_notice_for_nobody_is_not_sent(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    for words in ("/notify", WORDS, "青松苑一区"):
        await town.says("wang", words)
    assert "没有发送" in await town.says("wang", "发送")
    assert not await town.all(Notice)
    assert await town.sees("wang") == ["发出", "修改", "取消"]


async def test_words_beyond_the_limit_are_refused_with_it(town: Town) -> None:
    await peopled(town)
    await town.says("wang", "/notify")
    assert "100" in await town.says("wang", "水" * 101)


async def test_only_who_was_addressed_can_have_read(town: Town) -> None:
    await peopled(town)
    ref = await sent(town)
    await step(town)
    missing = town.shelf.texts.word("zh_Hans", "common.not_found", ref=ref)
    assert await town.presses("far", f"notice.read:{ref}") == missing
    for token in ("", "N", "R7K2Q", "'--", "N" * 50):
        assert "没" in await town.presses("r1", f"notice.read:{token}")


async def test_a_resident_says_once_where_they_live(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.moves_in("li", consented=False)
    assert "住在哪里" in await town.says("li", "最近有什么通知")
    assert "哪一栋" in await town.says("li", "同意")
    assert "记下了：青松社区青松苑一区3栋" in await town.says("li", "3栋")
    assert "最近没有通知" in town.last("li")
    await sent(town)
    assert WORDS in await town.says("li", "/notices")
    await town.moves_in("far", "S1-C1-G2-B7")
    assert WORDS not in await town.says("far", "/notices")
    assert await town.sees("li") == ["换楼栋", "不再接收"]
    await town.says("li", "不再接收")
    assert "住在哪里" in await town.says("li", "/notices")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("通知明天上午停水", "明天上午停水"),
        ("通知：3栋明天上午停水", "3栋明天上午停水"),
        ("发个通知，明天上午停水", "明天上午停水"),
        ("請通知大家明天上午停水", "明天上午停水"),
    ],
)
async def test_staff_may_order_a_notice_with_its_words(town: Town, typed: str, kept: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.says("wang", typed)
    chat = await town.chat("wang")
    assert (chat.form, chat.answers["notice_words"]) == ("notify", kept)


@pytest.mark.parametrize("typed", ["通知发出去了吗", "通知在哪看", "通知书丢了", "通知", "明天上午停水的通知", "通知好", "通知3栋着火了"])
async def test_words_about_notices_order_none(town: Town, typed: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.says("wang", typed)
    assert (await town.chat("wang")).form != "notify"


async def test_who_may_send_none_orders_none(town: Town) -> None:
    await town.serves("feng", "grid_worker", "S1-C1-G1")
    await town.moves_in("li")
    for who in ("feng", "li"):
        await town.says(who, "通知明天上午停水")
        assert (await town.chat(who)).form != "notify"
