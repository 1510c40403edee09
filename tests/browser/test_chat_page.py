"""The chat page in a real browser, before a backend in memory."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, Route, WebSocketRoute, expect

from bot.channels.base import Button
from tests.bot.web.fakes import MemoryBackend
from tests.browser.conftest import DESKTOP, PHONE, SMALL, OpenPage
from tests.browser.looking import connected, nothing_sticks_out, shoot, write

CARD = """孩子出生登记（上户口）
能办的人：孩子的父亲、母亲或其他监护人
要带：出生医学证明、父母双方户口簿和身份证、结婚证（都带原件）
去哪办：青松派出所户籍窗口，走路约 8 分钟
时间：周一到周五 9:00–12:00，13:30–17:00
多久：当场办好
费用：不收费
电话：0871-63330001
社区代办：可以，社区工作者帮您递交
来源：示例数据，2026-10-08 核对"""


def answer(backend: MemoryBackend, chat: str, raw: Mapping[str, Any]) -> None:
    """What Linli says in these tests."""
    text = str(raw.get("label") or raw.get("text", ""))
    if "灯" in text:
        backend.say(
            chat,
            "看起来是要报事：照明 · 楼道灯。\n请问在哪里？可以发位置，也可以写“3栋2单元”。",
            Button("换一类", "report:recode"),
            Button("取消", "f:1:cancel"),
        )
    elif "3栋" in text:
        backend.say(chat, "要不要加一张照片？没有也可以。", Button("跳过", "f:1:skip"), Button("取消", "f:1:cancel"))
    elif text == "跳过" or raw["type"] == "photo":
        backend.say(
            chat,
            "请核对\n事情：楼道灯坏了三天没人管\n类别：照明 · 楼道灯\n地点：青松社区 3栋2单元\n答复：11月24日 18:00 前",
            Button("提交", "f:1:send", "primary"),
            Button("修改", "f:1:edit"),
            Button("取消", "f:1:cancel", "danger"),
            card=True,
        )
    elif text == "提交":
        backend.say(
            chat, "已经报上去了，编号 R7K2Q。\n网格员会在 11月24日 18:00 前答复您。急事请打 110 或 0871-63330000。"
        )
    elif "户口" in text:
        buttons = ("材料清单", "最近的办理点", "代办", "信息有误", "找人工")
        backend.say(chat, CARD, *(Button(one, f"service:{n}") for n, one in enumerate(buttons)), card=True)
    elif text == "人工":
        backend.say(chat, "已经转给社区工作者，请稍等。您可以接着写。")


@pytest.fixture
def backend(tmp_path: Path) -> MemoryBackend:
    return MemoryBackend(tmp_path, answer)


async def report(page: Page) -> None:
    """A report from the first words to the summary."""
    await write(page, "楼道灯坏了三天没人管")
    await expect(page.get_by_role("log")).to_contain_text("请问在哪里")
    await write(page, "3栋2单元")
    await page.get_by_role("button", name="跳过", exact=True).click()
    await expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()


async def test_a_resident_reports_from_a_phone(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    await nothing_sticks_out(page)
    await shoot(page, pictures, "empty")
    await page.get_by_role("button", name="楼道灯坏了三天没人管").click()
    await expect(page.get_by_role("textbox", name="输入消息")).to_have_value("楼道灯坏了三天没人管")
    await report(page)
    await expect(page.locator("#empty")).to_be_hidden()
    await nothing_sticks_out(page)
    await shoot(page, pictures, "phone")
    await expect(page.locator(".choice")).to_have_count(3)
    await expect(page.locator(".choice .number").first).to_have_text("1")
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("R7K2Q")
    await expect(page.locator(".choice")).to_have_count(0)
    await expect(page.locator(".past").last).to_contain_text("1 提交 · 2 修改 · 3 取消")
    await expect(page.get_by_role("link", name="0871-63330000")).to_have_attribute("href", "tel:087163330000")
    await shoot(page, pictures, "phone-done")
    own = page.locator(".own .bubble")
    assert await own.count() == 4
    await expect(page.locator(".mark", has_text="发送中")).to_have_count(0)


@pytest.mark.parametrize(("name", "dark"), [("desktop", False), ("desktop-dark", True)])
async def test_a_service_card_on_a_desktop(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path, name: str, dark: bool
) -> None:
    page = await open_page(f"{site}/chat", viewport=DESKTOP, dark=dark)
    await connected(page)
    earlier = datetime.now(UTC) - timedelta(days=1)
    chat = backend.session().chat
    backend.hear(chat, "你好", at=earlier)
    backend.say(chat, "您好，我是社区助手。写一句话就行，比如“楼道灯坏了”。", at=earlier)
    await write(page, "孩子上户口要什么材料")
    await expect(page.get_by_role("heading", name="孩子出生登记（上户口）")).to_be_visible()
    await nothing_sticks_out(page)
    await shoot(page, pictures, name)


async def test_the_large_view_and_the_dark_one_on_a_phone(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    await page.get_by_role("button", name="长辈版").click()
    await write(page, "楼道灯坏了三天没人管")
    await expect(page.get_by_role("log")).to_contain_text("请问在哪里")
    await nothing_sticks_out(page)
    assert await page.locator(".bubble").first.evaluate("one => getComputedStyle(one).fontSize") == "24px"
    await shoot(page, pictures, "elder")
    await page.reload()
    await expect(page.get_by_role("button", name="长辈版")).to_have_attribute("aria-pressed", "true")
    dark = await open_page(f"{site}/chat", dark=True)
    await connected(dark)
    await report(dark)
    await shoot(dark, pictures, "phone-dark")
    small = await open_page(f"{site}/chat", viewport=SMALL)
    await connected(small)
    await small.get_by_role("button", name="长辈版").click()
    await write(small, "孩子上户口要什么材料")
    await expect(small.get_by_role("heading", name="孩子出生登记（上户口）")).to_be_visible()
    await nothing_sticks_out(small)
    await shoot(small, pictures, "elder-320")


async def test_words_written_without_network_are_sent_later_and_once(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    await page.context.set_offline(True)
    await expect(page.locator("#state")).to_have_text("没有网络")
    await write(page, "楼道灯坏了")
    await write(page, "在3栋2单元")
    await expect(page.locator(".mark", has_text="等联网后发送")).to_have_count(2)
    await nothing_sticks_out(page)
    await shoot(page, pictures, "offline")
    assert not backend.accepted
    await page.context.set_offline(False)
    await expect(page.get_by_role("log")).to_contain_text("要不要加一张照片", timeout=15_000)
    assert [one.raw["text"] for one in backend.accepted] == ["楼道灯坏了", "在3栋2单元"]
    await expect(page.locator(".own")).to_have_count(2)


async def test_words_the_server_could_not_keep_survive_a_reload_and_arrive_once(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    backend.failing = True
    await write(page, "人工")
    await expect(page.locator(".mark")).to_contain_text("稍后会自动再发")
    await page.get_by_role("textbox", name="输入消息").fill("还没写完的话")
    await page.reload()
    await expect(page.get_by_role("textbox", name="输入消息")).to_have_value("还没写完的话")
    backend.failing = False
    await expect(page.get_by_role("log")).to_contain_text("已经转给社区工作者", timeout=15_000)
    await expect(page.locator(".own")).to_have_count(1)
    assert len(backend.accepted) == 1


async def test_a_photo_is_made_small_sent_and_shown(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    large = io.BytesIO()
    Image.linear_gradient("L").resize((3000, 2000)).convert("RGB").save(large, "JPEG")
    await page.set_input_files("#file", {"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": large.getvalue()})
    await expect(page.get_by_role("log")).to_contain_text("请核对")
    (_, photo), *_ = backend.photos.values()
    with Image.open(photo.path) as kept:
        assert kept.size == (1600, 1067)
    await shoot(page, pictures, "photo")
    await page.reload()
    await connected(page)
    loaded = "() => document.querySelector('.photos img')?.naturalWidth > 0"
    await page.wait_for_function(loaded)


async def test_what_is_no_photo_is_refused_with_a_reason_that_can_be_put_away(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    await page.set_input_files("#file", {"name": "表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(page.locator(".mark-refused")).to_contain_text("只能收照片")
    await write(page, "人工")
    await expect(page.get_by_role("log")).to_contain_text("已经转给社区工作者")
    await page.get_by_role("button", name="删除这条").click()
    await expect(page.locator(".mark-refused")).to_have_count(0)


async def test_hostile_text_is_shown_as_it_was_written(site: str, backend: MemoryBackend, open_page: OpenPage) -> None:
    page = await open_page(f"{site}/chat")
    await connected(page)
    text = '<img src=x onerror="document.title=1"> **粗** [x](javascript:alert(1)) http://example.org/a?b=1。'
    backend.say(backend.session().chat, text, Button("<b>按</b>", "x"), card=True)
    backend.say(backend.session().chat, "花了110元，第120页，编号A12345，138****8000；打 13800138000 或 12345。")
    backend.say(backend.session().chat, "It costs 110.5 yuan; or call 0871-63330000. I keep your words.")
    log = page.get_by_role("log")
    await expect(log).to_contain_text(text)
    await expect(log).to_contain_text("<b>按</b>")
    links = await log.get_by_role("link").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links == ["http://example.org/a?b=1", "tel:13800138000", "tel:12345", "tel:087163330000"]


async def english(page: Page) -> None:
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    await expect(page.get_by_label("Language")).to_have_value("en")


@pytest.mark.parametrize("late", ["**/chat.js?*", "**/chat/words?lang=zh_Hans"])
async def test_a_language_chosen_before_all_has_come_is_followed(
    site: str, backend: MemoryBackend, open_page: OpenPage, late: str
) -> None:
    page = await open_page(f"{site}/chat")
    asked, comes = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await comes.wait()
        await route.continue_()

    await page.route(late, hold)
    await page.reload(wait_until="commit")
    await asked.wait()
    await page.get_by_label("语言").select_option("en")
    if "words" in late:
        await expect(page.get_by_role("button", name="Send")).to_be_visible()
    async with page.expect_response(late):
        comes.set()
    await english(page)
    assert backend.session().language == "en"


async def test_a_language_chosen_before_the_connection_stands_is_kept_for_it(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page("about:blank")
    comes = asyncio.Event()

    async def hold(socket: WebSocketRoute) -> None:
        await comes.wait()
        socket.connect_to_server()

    await page.route_web_socket("**/ws", hold)
    await page.goto(f"{site}/chat")
    await page.get_by_label("语言").select_option("en")
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    comes.set()
    await english(page)
    await page.reload()
    await english(page)


async def test_the_page_follows_the_language_and_the_keyboard(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat", viewport=DESKTOP)
    await connected(page)
    await page.get_by_label("语言").select_option("en")
    box = page.get_by_role("textbox", name="Type a message")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    await expect(page.locator("#state")).to_have_text("Connected")
    await box.focus()
    await page.keyboard.type("灯")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("3")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("请问在哪里")
    assert backend.accepted[0].raw["text"] == "灯\n3" and backend.accepted[0].raw["lang"] == "en"
    await page.keyboard.press("Shift+Tab")
    for _ in range(8):
        if await page.evaluate("document.activeElement.getAttribute('aria-label')") == "取消":
            break
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own").last).to_contain_text("取消")
    await shoot(page, pictures, "english")
    await page.get_by_label("Language").select_option("zh_Hant")
    await expect(page.get_by_role("button", name="發送")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="發送")).to_be_visible()


async def test_a_long_conversation_opens_at_its_end_and_goes_back_page_by_page(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/chat")
    chat = backend.session().chat
    start = datetime.now(UTC) - timedelta(days=3)
    for n in range(150):
        backend.say(chat, f"第{n}条", at=start + timedelta(minutes=20 * n))
    await page.reload()
    await expect(page.get_by_text("第149条")).to_be_in_viewport()
    await page.locator("#scroll").evaluate("one => one.scrollTop = 0")
    await page.get_by_role("button", name="看更早的消息").click()
    await expect(page.get_by_text("第30条", exact=True)).to_be_attached()
    texts = await page.locator(".message .words").all_text_contents()
    assert texts == [f"第{n}条" for n in range(30, 150)]
    assert await page.locator(".day").count() >= 2
    backend.say(chat, "新来的")
    await expect(page.get_by_role("button", name="有新消息")).to_be_visible()
    await page.get_by_role("button", name="有新消息").click()
    await expect(page.get_by_text("新来的")).to_be_in_viewport()


async def test_the_place_is_sent_or_the_page_says_what_to_write(
    site: str, backend: MemoryBackend, open_page: OpenPage
) -> None:
    place = {"latitude": 25.0389, "longitude": 102.7183}
    page = await open_page(f"{site}/chat", geolocation=place, permissions=["geolocation"])
    await connected(page)
    await page.get_by_role("button", name="位置").click()
    await expect(page.get_by_role("link", name=re.compile("位置 25.03890"))).to_be_visible()
    assert backend.accepted[0].raw["lon"] == place["longitude"]
    refused = await open_page(f"{site}/chat")
    await connected(refused)
    await refused.get_by_role("button", name="位置").click()
    await expect(refused.locator("#notice")).to_contain_text("3栋2单元")


async def test_the_other_pages_are_fit_to_be_seen(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    for name, view, dark in (("first", PHONE, False), ("first-desktop", DESKTOP, False), ("first-dark", PHONE, True)):
        page = await open_page(site, viewport=view, dark=dark)
        await nothing_sticks_out(page)
        await shoot(page, pictures, name)
    backend.codes.add("code-1234")
    page = await open_page(f"{site}/signin/code-1234")
    await shoot(page, pictures, "signin")
    await page.get_by_role("button", name="确认登录").click()
    await expect(page).to_have_url(f"{site}/chat/staff")
    await page.goto(f"{site}/signin/code-1234")
    await page.get_by_role("button", name="确认登录").click()
    await expect(page.get_by_role("heading", name="链接已失效")).to_be_visible()
    await shoot(page, pictures, "gone")


async def test_a_part_to_play_opens_in_a_tab_of_its_own(site: str, backend: MemoryBackend, open_page: OpenPage) -> None:
    page = await open_page(site)
    async with page.context.expect_page() as opening:
        await page.get_by_role("button", name="居民").click()
    tab = await opening.value
    await connected(tab)
    assert tab.url == f"{site}/chat/resident" and page.url == f"{site}/"
    assert list(backend.parts.values()) == ["resident"]


async def test_a_printed_page_is_a_readable_transcript(
    site: str, backend: MemoryBackend, open_page: OpenPage, pictures: Path
) -> None:
    page = await open_page(f"{site}/chat", dark=True)
    await connected(page)
    await report(page)
    await page.emulate_media(media="print", color_scheme="light")
    await expect(page.get_by_role("button", name="发送")).to_be_hidden()
    height = await page.locator("#log").evaluate("one => one.scrollHeight")
    assert await page.evaluate("document.documentElement.scrollHeight") >= height
    await page.screenshot(path=pictures / "print.png", full_page=True)
