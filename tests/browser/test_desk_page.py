"""The desk in a real browser: it stays fresh by itself, opens cases beside the table, and needs no mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.web.backend import Desk, DeskCase, DeskList, DeskRow, DeskStep
from tests.bot.web.fakes import MemoryBackend
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looking import nothing_sticks_out, shoot
from tests.browser.test_chat_view import picture, spoken

LAMP = DeskRow("R7K2Q", "照明/楼道灯", "青松社区青松苑一区3栋2单元", "办理中", "剩 3 小时", "warning", "紧急")
ROWS = (
    LAMP,
    DeskRow("M4XPT", "环境/垃圾满溢", "青松社区北门垃圾站", "待受理", "超期 2 小时", "urgent"),
    DeskRow("H9WCD", "停车/占用消防通道", "青松社区青松苑一区7栋", "换人办理", "剩 2 天", "good"),
    DeskRow("K2NFA", "邻里/夜间噪声", "青松社区青松苑二区5栋", "办结待确认", "已答复"),
)
OTHERS = (
    DeskList("等答复的建议", ("P4M9T 在3栋门口装一盏路灯（青松社区青松苑一区3栋）· 12 人附议",)),
    DeskList("还要人的志愿任务", ("T8C5H 扫雪，周六 11-28 09:00–11:00，青松社区北门 · 还缺 2 人",)),
)
DESK = Desk("社区工作者", "青松社区", ROWS, others=OTHERS, stamp="1")


def case_of(backend: MemoryBackend, chat: str, row: DeskRow) -> DeskCase:
    """A case with everything."""
    steps = (
        DeskStep("周二 11-24 08:10", "居民", "报了这件事"),
        DeskStep("周二 11-24 09:02", "网格员 王芳", "退回，原因：不是本网格", "归二区管"),
        DeskStep("周二 11-24 10:30", "网格员 李军", "受理"),
        DeskStep(
            "周二 11-24 15:20", "居民", "补充说明", "晚上特别黑，老人下楼要打手电", (picture(backend, chat, 800, 600),)
        ),
    )
    photos = tuple(picture(backend, chat, 800, 600) for _ in range(2))
    words = "楼道灯坏了三天没人管，老人晚上下楼看不见台阶。"
    return DeskCase(
        row, words, "周三 11-25 17:30", False, "13800138000", "李军", (25.0389, 102.7183), photos, (), steps, "c1"
    )


@pytest.fixture
def staff(backend: MemoryBackend) -> str:
    """The chat of who sits at the desk, with rows and cases."""
    backend.title = "社区工作者"
    chat = backend.open("t" * 40, "staff").chat
    backend.desks[chat] = DESK
    for row in ROWS:
        backend.cases[chat, row.number] = case_of(backend, chat, row)
    return chat


async def desk(open_page: OpenPage, site: str, path: str = "/desk", **more: object) -> Page:
    page = await open_page(f"{site}/healthz", **more)
    await page.context.add_cookies([{"name": "linli_staff", "value": "t" * 40, "url": site}])
    await page.goto(f"{site}{path}")
    return page


async def test_cases_open_beside_the_table_and_the_keyboard_is_enough(
    site: str, backend: MemoryBackend, staff: str, open_page: OpenPage, pictures: Path
) -> None:
    page = await desk(open_page, site, viewport=DESKTOP)
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="R7K2Q")).to_be_visible()
    await expect(page).to_have_url(f"{site}/desk/staff/R7K2Q")
    await expect(page.get_by_role("link", name="M4XPT")).to_be_visible()
    await expect(page.locator("#case")).to_contain_text("网格员 王芳 退回，原因：不是本网格")
    await page.wait_for_function("() => [...document.images].every(one => one.complete && one.naturalWidth > 0)")
    await nothing_sticks_out(page)
    await shoot(page, pictures, "desk-case")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="M4XPT")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="R7K2Q")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#case")).to_be_hidden()
    await page.get_by_text("夜间噪声").click()
    await expect(page.get_by_role("heading", name="K2NFA")).to_be_visible()
    await page.get_by_role("button", name="到聊天里办理").click()
    await expect(page).to_have_url(f"{site}/chat/staff")
    assert backend.accepted[-1].raw["token"] == "case.card:K2NFA"


async def test_a_finished_case_offers_nothing_to_do_in_the_chat(
    site: str, backend: MemoryBackend, staff: str, open_page: OpenPage
) -> None:
    page = await desk(open_page, site, f"/desk/staff/{ROWS[0].number}")
    act = page.get_by_role("button", name="到聊天里办理")
    await expect(act).to_be_visible()
    open_case = backend.cases[staff, ROWS[0].number]
    backend.cases[staff, ROWS[0].number] = replace(open_case, movable=False)
    await page.reload()
    await expect(page.locator("#case-title")).to_be_visible()
    await expect(act).to_have_count(0)


async def test_the_table_and_the_open_case_stay_fresh_without_a_reload(
    site: str, backend: MemoryBackend, staff: str, open_page: OpenPage
) -> None:
    page = await desk(open_page, site, "/desk/staff/R7K2Q", viewport=DESKTOP)
    await page.evaluate("window.same = true")
    backend.desks[staff] = replace(DESK, rows=(replace(LAMP, stage="办结待确认"), *ROWS[2:]), stamp="2")
    case = backend.cases[staff, "R7K2Q"]
    done = DeskStep("周二 11-24 16:00", "网格员 李军", "办结，结果：已解决", "换了灯泡")
    backend.cases[staff, "R7K2Q"] = replace(case, steps=(*case.steps, done), stamp="c2")
    await expect(page.get_by_role("link", name="M4XPT")).to_have_count(0, timeout=8_000)
    await expect(page.locator("#rows")).to_contain_text("共 3 件")
    await expect(page.locator("#case")).to_contain_text("换了灯泡")
    await expect(page.locator("tr[aria-current]")).to_contain_text("R7K2Q")
    await page.context.set_offline(True)
    await expect(page.locator("#state")).to_contain_text("没有连上", timeout=8_000)
    await page.context.set_offline(False)
    del backend.cases[staff, "R7K2Q"]  # it went to another area
    await expect(page.locator("#case")).to_be_hidden(timeout=8_000)
    await expect(page.locator("#state")).to_be_hidden(timeout=8_000)
    assert await page.evaluate("window.same"), "not reloaded"


async def test_the_desk_on_a_phone_in_the_dark_in_english_and_empty(
    site: str, backend: MemoryBackend, staff: str, open_page: OpenPage, pictures: Path
) -> None:
    page = await desk(open_page, site, viewport=PHONE)
    await nothing_sticks_out(page)
    await shoot(page, pictures, "desk-phone")
    await page.get_by_role("link", name="R7K2Q").click()
    await expect(page.get_by_role("heading", name="R7K2Q")).to_be_visible()
    await expect(page.get_by_role("link", name="M4XPT")).to_be_hidden()
    await nothing_sticks_out(page)
    await shoot(page, pictures, "desk-case-phone")
    await page.get_by_role("link", name="收起").click()
    await expect(page.get_by_role("link", name="R7K2Q")).to_be_focused()
    await backend.set_language(staff, "en")
    backend.cases[staff, "R7K2Q"] = replace(backend.cases[staff, "R7K2Q"], private=True)
    spoken(backend, staff)
    dark = await desk(open_page, site, "/desk/staff/R7K2Q", viewport=DESKTOP, dark=True)
    await expect(dark.get_by_role("link", name="Close")).to_be_visible()
    await expect(dark.locator("#case")).to_contain_text("A private matter")
    await nothing_sticks_out(dark)
    await shoot(dark, pictures, "desk-dark-english")
    backend.desks[staff] = replace(DESK, rows=(), stamp="0")
    await dark.goto(f"{site}/desk")
    await expect(dark.get_by_text("No open cases now")).to_be_visible()
    await shoot(dark, pictures, "desk-empty")
