"""Updates pushed to us: whom we listen to, and when we say that we have them."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

import storage.engine
from bot.app import App
from storage.models import Inbox
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.hold import held
from tests.faults.inside import ASKED, rows, running, until

SECRET = "s3cret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = b'{"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 3, "type": "private"}, "from": {"id": 3}}}'


@pytest_asyncio.fixture
async def pushed(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[App, BotApi]]:
    """An App whose updates the stand-in pushes, a hundred times as eager to try again as Telegram is."""
    monkeypatch.setattr(storage.engine, "BUSY_SECONDS", 0.2)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hook = {
        "telegram_webhook_url": f"http://127.0.0.1:{port}/hook",
        "telegram_webhook_secret": SECRET,
        "http_port": port,
    }
    async with BotApi(time_scale=0.01) as api, running(*place, api, **hook) as app:
        async with asyncio.timeout(5):
            while api.updates.hook is None:
                await asyncio.sleep(0.01)
        yield app, api


async def _post(app: App, body: bytes, secret: str | None = SECRET) -> int:
    headers = {HEADER: secret} if secret is not None else {}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"http://127.0.0.1:{app.port}/hook", data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


async def test_without_the_secret_nothing_is_read_and_bad_bodies_are_refused(pushed: tuple[App, BotApi]) -> None:
    app, _ = pushed
    huge = b'{"update_id": 6, "x": "' + b"x" * 3_000_000 + b'"}'
    assert await _post(app, UPDATE, None) == 401
    assert await _post(app, UPDATE, "wrong") == 401
    assert await _post(app, huge, "wrong") == 401
    assert await _post(app, b"{not json") == 400
    assert await _post(app, b'{"no": "id"}') == 400
    assert await _post(app, b"[" * 50_000) == 400
    assert await _post(app, huge) == 413
    assert await rows(app.database, Inbox) == []


async def test_what_is_acknowledged_is_committed(pushed: tuple[App, BotApi]) -> None:
    app, _ = pushed
    for number in range(20):
        assert await _post(app, UPDATE.replace(b'"update_id": 5', b'"update_id": %d' % number)) == 200
        assert len(await rows(app.database, Inbox, Inbox.external_id == f"u{number}")) == 1


async def test_while_the_database_is_away_telegram_is_told_503_and_tries_again(pushed: tuple[App, BotApi]) -> None:
    app, api = pushed
    async with held(app):
        api.user(8).say(ASKED[0][0])
        api.user(8).say(ASKED[1][0])
        await until(lambda: _refused(api))
        assert await rows(app.database, Inbox) == []
    await api.user(8).expect(ASKED[0][1])
    await api.user(8).expect(ASKED[1][1])
    assert [row.external_id for row in await rows(app.database, Inbox)] == sorted(
        {f"u{one.update_id}" for one in api.updates.deliveries}
    )
    assert len(api.user(8).heard) == 2


async def _refused(api: BotApi) -> bool:
    return any(one.status == 503 for one in api.updates.deliveries)
