"""What is seen of a conversation in a real browser: its end, its times, its sounds, its buttons once they were pressed."""

from __future__ import annotations

import asyncio
import io
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from bot.channels.base import Button, Photo
from bot.web.backend import Recording
from tests.bot.web.fakes import MemoryBackend
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.looking import connected, nothing_sticks_out, shoot, write


def picture(backend: MemoryBackend, chat: str, width: int = 900, height: int = 1200) -> str:
    """A kept picture of this chat; its name."""
    name = f"picture{len(backend.photos) + 1}.jpg"
    Image.new("RGB", (width, height), (90, 110, 120)).save(backend.folder / name)
    backend.photos[name] = (chat, Photo(len(backend.photos) + 1, backend.folder / name))
    return name


def spoken(backend: MemoryBackend, chat: str) -> str:
    """A kept second of silence; its name."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    (backend.folder / "spoken").write_bytes(sound.getvalue())
    backend.photos["spoken"] = (chat, Photo(99, backend.folder / "spoken", "audio/wav"))
    return "spoken"


async def from_end(page: Page) -> float:
    """How far the view is from the conversation's end, in pixels, once it has come to rest."""
    await page.wait_for_function("() => [...document.images].every(one => one.complete)")
    await page.wait_for_timeout(250)
    return float(await page.locator("#scroll").evaluate("one => one.scrollHeight - one.scrollTop - one.clientHeight"))


async def test_the_view_stays_at_the_end_when_pictures_take_their_room_late(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    chat = backend.session().chat
    for n in range(6):
        backend.say(chat, f"第{n}条")
    large = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 1600)).convert("RGB").save(large, "JPEG")
    photo = {"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": large.getvalue()}
    await page.set_input_files("#file", [photo, {**photo, "name": "灯2.jpg"}])
    await expect(page.locator(".own img")).to_have_count(2)
    backend.say(chat, "收到 2 张照片。", Button("完成", "f:1:done"))
    await expect(page.get_by_text("收到 2 张照片。")).to_be_in_viewport()
    assert await from_end(page) <= 1
    lines = "诉求 R7K2Q · 楼道灯\n地点：青松社区3栋2单元\n原话：楼道灯坏了三天没人管\n期限：11-25 17:30 · 待受理"
    names = tuple(picture(backend, chat) for _ in range(3))
    moves = (Button("受理", "case.accept:R7K2Q", "primary"), Button("退回", "case.return:R7K2Q"))
    backend.say(chat, lines, *moves, card=True, photos=names)
    await expect(page.get_by_role("button", name="受理")).to_be_in_viewport()
    assert await from_end(page) <= 1
    await shoot(page, pictures, "card-with-photos")
    backend.say(chat, lines + "\n长" * 14, *moves, card=True)  # taller than the view: read from its beginning
    await expect(page.get_by_role("heading", name="诉求 R7K2Q").last).to_be_in_viewport()
    await from_end(page)
    await expect(page.get_by_role("heading", name="诉求 R7K2Q").last).to_be_in_viewport()
    await page.locator("#scroll").evaluate("one => one.scrollTop -= 300")
    await page.wait_for_timeout(100)
    backend.say(chat, "又一条")
    await expect(page.get_by_role("button", name="有新消息")).to_be_visible()
    assert await from_end(page) > 100


async def test_a_voice_message_can_be_heard_and_named(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    chat = backend.session().chat
    backend.say(chat, "居民找人工：\n（语音）", card=True, recordings=(Recording(spoken(backend, chat), "audio/wav"),))
    backend.say(chat, "", recordings=(Recording("odd", "application/octet-stream"),))
    sound = page.get_by_label("语音留言")
    await expect(sound).to_be_visible()
    await page.wait_for_function("() => document.querySelector('audio').duration === 1")
    await sound.evaluate("one => { one.muted = true; return one.play(); }")
    assert await page.locator(".log img").count() == 0
    await expect(page.get_by_role("link", name="下载语音留言")).to_have_attribute("href", "/media/odd?slot=me")
    await shoot(page, pictures, "voice")


async def test_times_and_days_are_the_communitys_wherever_the_browser_is(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat", timezone_id="America/New_York")
    await connected(page)
    chat = backend.session().chat
    backend.say(chat, "夜里", at=datetime(2024, 3, 4, 16, 5, tzinfo=UTC))  # 00:05 on the 5th in Beijing
    await expect(page.locator(".stamp time")).to_have_text("00:05")
    await expect(page.locator(".day")).to_have_text("2024年3月5日星期二")
    backend.say(chat, "昨天", at=datetime.now(UTC) - timedelta(days=1))
    await expect(page.locator(".day").last).to_have_text("昨天")


async def test_the_bars_fit_a_small_phone_in_english_and_for_staff(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    backend.codes.add("code-1234")
    backend.title = "Grid worker"
    page = await open_page(f"{site}/signin/code-1234", viewport=PHONE, locale="en-US")
    await page.get_by_role("button").click()
    await page.get_by_label("语言").select_option("en")
    await expect(page.get_by_role("link", name="Desk")).to_be_visible()
    await nothing_sticks_out(page)
    inside = """one => [...document.querySelectorAll(one)].filter(x => x.checkVisibility()).every(x =>
        x.getBoundingClientRect().right <= innerWidth - 12 && x.scrollWidth <= x.clientWidth + 1)"""
    assert await page.evaluate(inside, ".chip, .tool, .write > *")
    tops = await page.evaluate("[...document.querySelectorAll('.tool, #name')].map(x => x.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 44, "the head is one line"
    await shoot(page, pictures, "staff-english")


async def test_pressed_choices_of_a_card_become_words_and_stay_so(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    chat = backend.session().chat
    for ref in ("R7K2Q", "M4XPT"):
        backend.say(
            chat, f"诉求 {ref}", Button("受理", f"case.accept:{ref}"), Button("退回", f"case.return:{ref}"), card=True
        )
    backend.say(chat, "请尽快看看。")
    await expect(page.locator(".choice")).to_have_count(4)
    await page.get_by_role("button", name="受理").first.click()
    await expect(page.locator(".past")).to_have_text("当时的选项：1 受理 · 2 退回")
    await expect(page.locator(".choice")).to_have_count(2)
    await page.reload()
    await connected(page)
    await expect(page.locator(".choice")).to_have_count(2)
    await expect(page.locator(".past")).to_have_count(1)


async def test_two_tabs_of_one_browser_show_the_same_conversation_once(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    one = await open_page(f"{site}/chat")
    await connected(one)
    other = await one.context.new_page()
    await other.goto(f"{site}/chat")
    await connected(other)
    await write(one, "楼道灯坏了")
    await write(other, "在3栋2单元")
    for page in (one, other):
        await expect(page.locator(".own")).to_have_count(2)
    backend.say(backend.session().chat, "收到了")
    for page in (one, other):
        await expect(page.get_by_text("收到了")).to_have_count(1)
    await asyncio.sleep(1.2)  # a look at the database later
    for page in (one, other):
        await expect(page.locator(".message")).to_have_count(3)
    assert len(backend.accepted) == 2


async def test_an_open_question_keeps_its_choices_until_it_is_answered(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    await write(page, "楼道灯坏了")
    chat = backend.session().chat
    backend.say(chat, "有照片吗？", Button("跳过", "f:1:skip"))
    backend.say(chat, "明天停水。")
    numbers = page.locator(".choice .number:visible")
    await expect(numbers).to_have_count(1)
    backend.say(chat, "解决了吗？", Button("解决了", "case.solved:R7K2Q"), Button("没解决", "case.unsolved:R7K2Q"))
    for again in (False, True):
        if again:
            await page.reload()
            await connected(page)
        await expect(page.locator(".choice")).to_have_count(3)
        await expect(numbers).to_have_count(2)  # a typed number is of what was shown last
    await page.get_by_role("button", name="跳过").click()
    backend.say(chat, "这样提交可以吗？", Button("提交", "f:2:yes"))
    await expect(page.locator(".past")).to_have_count(2)
    await expect(page.locator(".choice")).to_have_text("1提交")
    await write(page, "取消")
    backend.say(chat, "已取消。", Button("菜单", "menu"))
    for again in (False, True):
        if again:
            await page.reload()
            await connected(page)
        await expect(page.locator(".past")).to_have_text(
            ["当时的选项：1 跳过", "当时的选项：1 解决了 · 2 没解决", "当时的选项：1 提交"]
        )
        await expect(page.locator(".choice")).to_have_count(1)
