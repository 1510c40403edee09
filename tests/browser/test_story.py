"""The newcomer's first five minutes in a real browser against the real product: a process, a database, three tabs.

``PICTURES_DIR=docs/pictures`` keeps the screenshots that the README shows.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, OpenPage
from tests.support.web import OnWeb

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture
async def address(tmp_path: Path, warm: Path, unused_tcp_port: int) -> AsyncIterator[str]:
    """A freshly installed Linli with its sample, as ``make run`` starts it, but for what other tests have worked out."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cache").symlink_to(warm)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LINLI_")},
        "LINLI_DATA_DIR": str(tmp_path / "data"),
        "LINLI_HTTP_PORT": str(unused_tcp_port),
        "LINLI_METRICS_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--welcome", cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{unused_tcp_port}"
    await _until_ready(url)
    yield url
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def _until_ready(url: str) -> None:
    async with ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            await asyncio.sleep(0.05)
    pytest.fail("not ready within 30 seconds")


class Tab:
    """One person's page, used by what a screen reader would hear."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log: Locator = page.get_by_role("log")

    async def say(self, words: str) -> None:
        await self.page.get_by_role("textbox", name="输入消息").fill(words)
        await self.page.get_by_role("button", name="发送").click()

    async def sees(self, words: str) -> None:
        await self.log.get_by_text(words).last.wait_for(timeout=10_000)

    async def presses(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def shoot(self, path: Path) -> None:
        """Keep a picture of the page, with all of its own pictures in it."""
        await self.page.wait_for_function("() => [...document.images].every(one => one.complete && one.naturalWidth)")
        await self.page.wait_for_timeout(200)
        await self.page.screenshot(path=path)

    async def sends(self, picture: Path) -> None:
        await self.page.locator("input[type=file]").first.set_input_files(picture)
        await self.sees("收到 1 张")


async def _tab(first: Page, part: str) -> Tab:
    async with first.context.expect_page() as opened:
        await first.locator(f"form[action='/play/{part}'] button").click()
    page = await opened.value
    await page.wait_for_load_state()
    return Tab(page)


async def _neighbours(address: str) -> None:
    """Others report as well, so that the desk has something to show."""
    for words, place in (("垃圾桶满了没人收", "5栋1单元"), ("消防通道被车堵住了", "7栋"), ("楼上漏水", "2栋1单元")):
        person = await OnWeb("邻居", address).open()
        await person.say(words)
        await person.expect(re.compile("可以吗|是下面"))
        for said, then in (("同意", "在哪"), (place, "照片"), ("跳过", "提交"), ("提交", "收到了")):
            await person.say(said)
            await person.expect(then)
        await person.leave()


async def test_a_newcomer_reports_a_lamp_and_the_grid_worker_repairs_it(
    address: str, open_page: OpenPage, pictures: Path, lamp: Path, lit: Path
) -> None:
    first = await open_page(address)
    await first.screenshot(path=pictures / "first-phone.png")
    worker, resident = await _tab(first, "grid"), await _tab(first, "resident")

    await resident.say("楼道灯坏了三天没人管")
    await resident.sees("明白了：报事 · 照明/楼道灯")
    await resident.presses("同意")
    await resident.sees("在哪儿")
    await resident.say("3栋2单元")
    await resident.sees("有照片的话请发来")
    await resident.sends(lamp)
    await resident.presses("完成")
    await resident.sees("这样提交可以吗")
    await resident.shoot(pictures / "report-phone.png")
    await resident.say("1")
    await resident.sees("收到了，编号 R")

    await worker.sees("楼道灯坏了三天没人管")
    await worker.shoot(pictures / "grid-worker-phone.png")
    await worker.presses("受理")
    await resident.sees("已受理")
    await worker.presses("办结")
    await worker.sees("办得怎么样")
    await worker.presses("已解决")
    await worker.sees("做了什么")
    await worker.say("换了灯泡，亮了")
    await worker.sees("办好后的照片")
    await worker.sends(lit)
    await worker.presses("完成")
    await resident.sees("解决了吗")
    await resident.shoot(pictures / "chat-phone.png")

    await resident.presses("没解决")
    await resident.sees("重新打开")
    await worker.sees("重新办理")
    await worker.presses("受理")
    await worker.presses("办结")
    await worker.sees("办得怎么样")
    await worker.presses("已解决")
    await worker.sees("做了什么")
    await worker.say("线路也修好了")
    await worker.sees("办好后的照片")
    await worker.presses("跳过")
    await resident.sees("线路也修好了")

    await _neighbours(address)
    desk = await _tab(first, "desk")
    await desk.page.set_viewport_size(DESKTOP)
    row = desk.page.get_by_role("row").filter(has_text="楼道灯")
    await row.get_by_role("link").click()
    await expect(desk.page.locator("#case")).to_contain_text("说没解决，重新打开")
    await desk.shoot(pictures / "desk.png")
    await resident.presses("解决了")
    await resident.sees("打几颗星")
    await resident.presses("★5")
    await resident.sees("谢谢您的评价")
    await expect(row).to_have_count(0)  # by itself
    await expect(desk.page.locator("#case")).to_contain_text("打了 5 星")


async def test_a_question_is_answered_with_a_card_in_the_normal_elder_and_dark_view(
    address: str, open_page: OpenPage, pictures: Path
) -> None:
    for name, dark, elder in (("card-phone", False, False), ("chat-elder", False, True), ("card-dark", True, False)):
        tab = Tab(await open_page(f"{address}/chat", dark=dark))
        if elder:
            await tab.page.get_by_role("button", name="长辈版").click()
        await tab.say("孩子上户口要什么材料")
        await tab.sees("新生儿落户")
        await tab.shoot(pictures / f"{name}.png")
        wide = await tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: the page is wider than the screen"
        await tab.presses("材料清单")
        await tab.sees("出生医学证明：原件")


@pytest.fixture
def lamp(tmp_path: Path) -> Path:
    """A drawn photograph of a stairwell whose lamp is out, with a camera's notes in it."""
    return _stairwell(tmp_path / "lamp.jpg", lit=False)


@pytest.fixture
def lit(tmp_path: Path) -> Path:
    """The same stairwell once the lamp is repaired."""
    return _stairwell(tmp_path / "lit.jpg", lit=True)


def _stairwell(path: Path, *, lit: bool) -> Path:
    from PIL import Image, ImageChops, ImageDraw, ImageFilter

    wall, tread, riser = (206, 198, 178), (150, 142, 128), (112, 105, 95)
    image = Image.new("RGB", (1200, 800), wall)
    draw = ImageDraw.Draw(image)
    for step in range(9):
        left, top = 330 + 100 * step, 760 - 62 * step
        draw.rectangle((left, top, 1200, 800), fill=riser)
        draw.rectangle((left, top, 1200, top + 16), fill=tread)
        draw.line((left - 70, top - 190, left - 70, top - 20), fill=(74, 82, 84), width=8)
    draw.line((250, 560, 1130, 14), fill=(74, 82, 84), width=18)
    draw.rectangle((180, 520, 290, 800), fill=(88, 112, 104))
    light = Image.new("RGB", image.size, (66, 72, 88))
    glow = ImageDraw.Draw(light)
    if lit:
        glow.rectangle((0, 0, 1200, 800), fill=(205, 196, 176))
        glow.ellipse((120, -180, 1000, 640), fill=(255, 250, 232))
    image = ImageChops.multiply(image, light.filter(ImageFilter.GaussianBlur(130)))
    draw = ImageDraw.Draw(image)
    draw.line((560, 0, 560, 90), fill=(60, 62, 64), width=8)
    bulb = (255, 252, 236) if lit else (78, 82, 88)
    draw.ellipse((505, 80, 615, 190), fill=bulb, outline=(120, 122, 120), width=5)
    exif = image.getexif()
    exif[0x010F] = "Camera of somebody"
    image.save(path, exif=exif)
    return path
