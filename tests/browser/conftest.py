"""Chromium for the browser tests: found, started with a fresh profile, told to mind its own business."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from bot.app import bind
from bot.web.app import build_app
from bot.web.pages import WebSettings
from handlers.texts import Texts
from tests.bot.web.fakes import MemoryBackend

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
SMALL: Final[ViewportSize] = {"width": 320, "height": 568}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}

OpenPage = Callable[..., Awaitable[Page]]


def chromium_path() -> str | None:
    """The browser of this machine; ``CHROMIUM`` names another."""
    asked = os.environ.get("CHROMIUM")
    return asked or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. Missing: a loud skip on a desk, a failure where CI=true."""
    found = chromium_path()
    if found:
        return found
    reason = "NO BROWSER: install chromium and fonts-noto-cjk, the pages have NOT been looked at"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: ``PICTURES_DIR`` keeps them, otherwise a temporary folder."""
    folder = Path(os.environ.get("PICTURES_DIR") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A running Chromium with a profile of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS), headless=True)
        yield running
        await running.close()


@pytest_asyncio.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """``await open_page(url, viewport=PHONE, dark=False, …)``: a page in a fresh context that fails on any script error."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    async def open_(url: str, *, viewport: ViewportSize | None = None, dark: bool = False, **more: Any) -> Page:
        options: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **more}
        context = await browser.new_context(
            viewport=viewport or PHONE, color_scheme="dark" if dark else "light", **options
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if _is_trouble(said.type, said.text) else None)
        await page.goto(url)
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert not troubles, troubles


def _is_trouble(kind: str, text: str) -> bool:
    """Errors of scripts and of the content policy; a lost network is what some tests are about."""
    return kind == "error" and not any(
        word in text for word in ("net::ERR_", "WebSocket connection to", "the server responded with a status of")
    )


@pytest.fixture
def backend(tmp_path: Path) -> MemoryBackend:
    """A backend that says nothing by itself."""
    return MemoryBackend(tmp_path)


@pytest_asyncio.fixture
async def site(backend: MemoryBackend) -> AsyncIterator[str]:
    """The address of the running pages.

    Listened for as the product does: a `TestServer` cancels what a browser stops waiting for, and aiohttp then leaves the
    file open that it was about to send.
    """
    app = build_app(backend, backend.webchat, Texts.load(), WebSettings(sample=True))
    server = await bind(app, "127.0.0.1", 0)
    delivery = asyncio.create_task(backend.webchat.run(_no_intake))
    yield f"http://127.0.0.1:{server.addresses[0][1]}"
    delivery.cancel()
    with suppress(asyncio.CancelledError):
        await delivery
    await server.cleanup()


async def _no_intake(channel: str, updates: object) -> None:
    raise AssertionError("pages hand their words to the backend")
