"""A Bot API and a channel that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import TelegramChannel
from tests.bot.channels.telegram.api import TOKEN, Api, serve


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    server = await serve(api)
    yield api
    await server.close()


@pytest.fixture
async def channel(api: Api) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, api_url=api.url, poll_timeout=1)
    await channel.start()
    yield channel
    await channel.close()
