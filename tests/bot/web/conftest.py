"""The web application in front of a backend in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import build_app
from bot.web.pages import WebSettings
from handlers.texts import Texts
from tests.bot.web.fakes import MemoryBackend
from tests.bot.web.page import Page


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts.load()


@pytest.fixture
def backend(tmp_path: Path) -> MemoryBackend:
    return MemoryBackend(tmp_path)


@pytest.fixture
def settings() -> WebSettings:
    return WebSettings(sample=True)


@pytest_asyncio.fixture
async def page(backend: MemoryBackend, texts: Texts, settings: WebSettings) -> AsyncIterator[Page]:
    """A browser without scripts: cookies, forms, sockets."""
    app = build_app(backend, backend.webchat, texts, settings, incident=lambda: "abc12345")
    delivery = asyncio.create_task(backend.webchat.run(_no_intake))
    async with TestClient(TestServer(app)) as client:
        yield Page(client)
    delivery.cancel()
    with suppress(asyncio.CancelledError):
        await delivery


async def _no_intake(channel: str, updates: object) -> None:
    raise AssertionError("pages hand their words to the backend, not to the channel's intake")
