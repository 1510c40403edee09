"""What every test of a page does: wait for the connection, write, look whether all is in its place, keep a picture."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect


async def connected(page: Page) -> None:
    await expect(page.get_by_text("已连接")).to_be_visible()


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="输入消息").fill(text)
    await page.get_by_role("button", name="发送").click()


async def shoot(page: Page, pictures: Path, name: str) -> None:
    await page.wait_for_timeout(150)
    await page.screenshot(path=pictures / f"{name}.png")


async def nothing_sticks_out(page: Page) -> None:
    """No page may scroll sideways, and everything to press is at least 44 px high."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    least = 60 if await page.evaluate("document.documentElement.classList.contains('elder')") else 44
    small = await page.evaluate(
        """least => [...document.querySelectorAll('button, select, textarea, .tool')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least - 0.5)
        .map(one => one.id || one.textContent)""",
        least,
    )
    assert not small
