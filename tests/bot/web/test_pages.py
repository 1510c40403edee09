"""Pages, pictures and sign-in: headers, cookies, who may do what, and what everybody else is told."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry, Gauge

from bot.channels.base import RawUpdate
from bot.web.app import build_app
from bot.web.backend import ChatSession, Desk, DeskRow
from bot.web.health import build_metrics_app
from bot.web.pages import WebSettings
from handlers.messages import Kind, Location
from handlers.texts import Texts
from tests.bot.web.fakes import MemoryBackend
from tests.bot.web.page import Page, greet, hear

JPEG = b"\xff\xd8\xff\xe0 a picture"
OWN = {"X-Linli": "1", "Content-Type": "image/jpeg"}


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/static/chat.css", "/healthz", "/signin/abcdef", "/desk"])
async def test_every_answer_carries_the_security_headers(page: Page, path: str) -> None:
    headers = (await page.get(path)).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' blob:;")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/signin/abcdef"])
async def test_no_page_holds_a_script_or_a_style_of_its_own(page: Page, path: str) -> None:
    html = await (await page.get(path)).text()
    assert "<style" not in html and "style=" not in html and "onclick" not in html
    assert html.count("<script") == html.count('<script type="module" src=')


async def test_the_cookie_is_random_http_only_and_same_site(page: Page) -> None:
    answer = await page.get("/chat/grid")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("linli_grid=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Max-Age=15552000" in cookie and "Secure" not in cookie


async def test_behind_https_the_cookie_is_secure_and_the_public_origin_is_ours(
    backend: MemoryBackend, texts: Texts
) -> None:
    app = build_app(backend, backend.webchat, texts, WebSettings(public_url="https://linli.example/"))
    backend.codes.add("code-1234")
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/chat")
        assert "Secure" in answer.headers["Set-Cookie"] and "Strict-Transport-Security" in answer.headers
        origin = {"Origin": "https://linli.example"}
        assert (await client.post("/signin/code-1234", headers=origin, allow_redirects=False)).status == 303


async def test_the_chat_keeps_its_chat_and_slots_are_apart(page: Page, backend: MemoryBackend) -> None:
    assert await page.token() == await page.token()
    assert await page.token("grid") != await page.token()


async def test_looking_at_the_page_keeps_nothing(page: Page, backend: MemoryBackend) -> None:
    token = await page.token()
    async with page.socket() as ws:
        await greet(ws)
        await ws.send_json({"type": "ping"})
        await hear(ws, "pong")
        assert not backend.sessions
        await ws.send_json({"type": "text", "id": "00000000-0000-0000", "text": "你好"})
        await hear(ws, "ack")
    assert [session.token for session in backend.sessions.values()] == [token]
    assert await page.token() == token


async def test_a_photo_is_something_said(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    assert (await page.post("/chat/me/photo", headers=OWN, data=JPEG)).status == 201
    assert len(backend.sessions) == 1


async def test_an_ended_cookie_opens_nothing_and_is_replaced(page: Page, backend: MemoryBackend) -> None:
    token = await page.token()
    backend.over.add(token)
    assert (await page.post("/chat/me/photo", headers=OWN, data=JPEG)).status == 401
    assert await page.token() != token


@pytest.mark.parametrize("slot", ["UPPER", "a1", "seventeenletterss", "..%2fdesk"])
async def test_what_is_no_slot_is_not_found(page: Page, slot: str) -> None:
    assert (await page.get(f"/chat/{slot}")).status == 404


async def test_the_parts_to_play_open_their_own_chats(page: Page, backend: MemoryBackend) -> None:
    html = await (await page.get("/")).text()
    assert html.count('target="_blank"') == 4 and "网格员" in html
    for part, place in {"resident": "/chat/resident", "grid": "/chat/grid", "desk": "/desk"}.items():
        answer = await page.post(f"/play/{part}")
        assert (answer.status, answer.headers["Location"]) == (303, place)
    assert set(backend.parts.values()) == {"resident", "grid", "desk"}


async def test_without_the_sample_or_under_a_foreign_name_there_is_nothing_to_play(
    page: Page, backend: MemoryBackend, texts: Texts
) -> None:
    foreign = {"Host": "rebound.example"}
    assert (await page.get("/", headers=foreign)).headers["Location"] == "/chat"
    assert (await page.post("/play/desk", origin="http://rebound.example", headers=foreign)).status == 404
    app = build_app(backend, backend.webchat, texts, WebSettings())
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/", allow_redirects=False)).headers["Location"] == "/chat"
    assert not backend.parts


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_forms_of_other_sites_are_refused(page: Page, backend: MemoryBackend, origin: str | None) -> None:
    backend.codes.add("code-1234")
    assert (await page.post("/signin/code-1234", origin=origin)).status == 403
    assert (await page.post("/play/desk", origin=origin)).status == 403
    await page.token()
    assert (await page.post("/chat/me/photo", origin=origin, headers=OWN, data=JPEG)).status == 403
    assert backend.codes == {"code-1234"} and not backend.parts and not backend.photos


async def test_a_sign_in_link_survives_previews_and_works_once_under_a_new_cookie(
    page: Page, backend: MemoryBackend
) -> None:
    backend.codes.add("code-1234")
    planted = await page.token("staff")
    for _ in range(3):
        assert (await page.get("/signin/code-1234")).status == 200
    answer = await page.post("/signin/code-1234")
    assert (answer.status, answer.headers["Location"]) == (303, "/chat/staff")
    assert await page.token("staff") != planted
    again = await page.post("/signin/code-1234")
    told = await again.text()
    assert again.status == 410 and "链接已失效" in told
    assert "请让管理员再发一个" in told and "python -m bot signin" in told


async def test_a_photo_is_kept_and_shown_to_its_chat_only(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    await page.token("grid")
    answer = await page.post("/chat/me/photo", headers=OWN, data=JPEG)
    assert answer.status == 201
    name = (await answer.json())["media"]
    shown = await page.get(f"/media/{name}?slot=me")
    assert shown.status == 200 and await shown.read() == JPEG and shown.content_type == "image/jpeg"
    for other in (f"/media/{name}?slot=grid", f"/media/{name}?slot=nobody", "/media/other.jpg", "/media/..%2fsecret"):
        assert (await page.get(other)).status == 404


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({"Content-Type": "application/pdf"}, 10, 415),
        ({}, 10 * 1024 * 1024 + 1, 413),
        ({}, 10, 422),
        ({"X-Linli": "0"}, 10, 403),
    ],
)
async def test_a_photo_we_cannot_take_is_refused_with_a_sentence(
    page: Page, headers: dict[str, str], size: int, status: int
) -> None:
    await page.token()
    answer = await page.post("/chat/me/photo", headers={**OWN, **headers}, data=io.BytesIO(b"x" * size))
    assert answer.status == status
    assert status == 403 or "照片" in (await answer.json())["error"]


async def test_a_photo_without_a_cookie_is_refused(page: Page) -> None:
    assert (await page.post("/chat/me/photo", headers=OWN, data=JPEG)).status == 401


async def test_words_come_in_the_asked_language_and_complete(page: Page, texts: Texts) -> None:
    for language, send in {"zh_Hans": "发送", "zh_Hant": "發送", "en": "Send"}.items():
        words = await (await page.get(f"/chat/words?lang={language}")).json()
        assert words["send"] == send
        assert len(words) == sum(key.startswith("web.") for key in texts.keys("en"))


async def test_the_chat_page_keeps_its_names(page: Page) -> None:
    html = await (await page.get("/chat")).text()
    for part in (
        'role="log"',
        'aria-live="polite"',
        'aria-label="输入消息"',
        ">发送</button>",
        ">人工<",
        ">菜单<",
        "长辈版",
    ):
        assert part in html
    traditional = await (await page.get("/chat/tw", headers={"Accept-Language": "en, zh-TW;q=0.8"})).text()
    assert ">發送</button>" in traditional


async def test_no_choice_is_named_as_the_pages_own_button(texts: Texts) -> None:
    offered = re.compile(r'(?:choice\(\s*|submit=)"([a-z_.]+)"')
    keys = {key for room in Path("handlers").rglob("*.py") for key in offered.findall(room.read_text("utf-8"))}
    assert len(keys) > 50
    for language in ("zh_Hans", "en"):
        send = texts.word(language, "web.send")
        assert [key for key in sorted(keys) if send in texts.word(language, key)] == []


async def test_only_who_chose_english_has_an_english_page(page: Page, backend: MemoryBackend) -> None:
    browser = {"Accept-Language": "en-GB, en;q=0.8"}
    assert 'aria-label="输入消息"' in await (await page.get("/chat", headers=browser)).text()
    await backend.set_language(backend.open(await page.token()).chat, "en")
    english = await (await page.get("/chat", headers=browser)).text()
    assert 'aria-label="Type a message"' in english and ">Send</button>" in english


async def test_names_are_shown_literally(page: Page, backend: MemoryBackend) -> None:
    backend.name = "<script>alert(1)</script>"
    assert "<script>alert" not in await (await page.get("/chat")).text()


async def test_the_desk_shows_rows_to_staff_and_a_sentence_to_others(page: Page, backend: MemoryBackend) -> None:
    assert (await page.get("/desk")).status == 403
    await page.token("staff")
    assert (await page.get("/desk")).status == 403
    row = DeskRow("R7K2Q", "楼道灯", "3栋<b>", "已受理", "剩 3 小时 · 橙", "warning")
    backend.desks[backend.session("staff").chat] = Desk("李敏", "青松社区", (row,))
    html = await (await page.get("/desk")).text()
    assert "R7K2Q" in html and "3栋&lt;b&gt;" in html and "due-warning" in html
    backend.desks[backend.session("staff").chat] = Desk("李敏", "青松社区", ())
    assert "现在没有没办完的事" in await (await page.get("/desk")).text()


async def test_anything_unforeseen_gives_an_incident_number_and_nothing_else(
    page: Page, backend: MemoryBackend
) -> None:
    async def broken(token: str, slot: str, language: str) -> ChatSession:
        raise RuntimeError("secret detail")

    backend.find_chat = broken  # type: ignore[method-assign]
    answer = await page.get("/chat")
    html = await answer.text()
    assert answer.status == 500 and "abc12345" in html and "secret detail" not in html


async def test_health_and_readiness_differ(page: Page, backend: MemoryBackend) -> None:
    assert (await page.get("/readyz")).status == 200
    backend.failing = True
    assert (await page.get("/healthz")).status == 200
    answer = await page.get("/readyz")
    assert answer.status == 503 and (await answer.json())["problems"] == ["database unreachable"]


async def test_metrics_are_plain_prometheus_text() -> None:
    registry = CollectorRegistry()
    Gauge("linli_open_pages", "Pages open now", registry=registry).set(3)
    async with TestClient(TestServer(build_metrics_app(registry))) as client:
        answer = await client.get("/metrics")
        assert answer.content_type == "text/plain" and "linli_open_pages 3.0" in await answer.text()


async def test_stopping_lets_open_pages_go_at_once(backend: MemoryBackend, texts: Texts) -> None:
    server = TestServer(build_app(backend, backend.webchat, texts))
    async with TestClient(server) as client:
        page = Page(client)
        await page.token()
        async with page.socket() as ws:
            await ws.send_json({"type": "hello", "after": 0})
            await hear(ws, "welcome")
            await server.app.shutdown()
            assert (await ws.receive()).type in {web.WSMsgType.CLOSE, web.WSMsgType.CLOSED}


def test_what_pages_send_is_read_as_what_people_say(backend: MemoryBackend) -> None:
    def parsed(**raw: object) -> object:
        said = backend.webchat.parse(RawUpdate("chat1:abc", "chat1", {"id": "abc", "lang": "en", **raw}))
        assert said is not None and (said.channel, said.chat, said.language) == ("web", "chat1", "en")
        return said

    assert parsed(type="text", text="你好").text == "你好"  # type: ignore[attr-defined]
    start = parsed(type="text", text="/start loc_S1-C1")
    assert (start.kind, start.command, start.text) == (Kind.COMMAND, "start", "loc_S1-C1")  # type: ignore[attr-defined]
    assert parsed(type="press", token="case:accept:7", label="受理").press == "case:accept:7"  # type: ignore[attr-defined]
    assert parsed(type="location", lat=30.1, lon=120).location == Location(30.1, 120.0)  # type: ignore[attr-defined]
    assert parsed(type="photo", media="a.jpg", text="灯").attachments[0].remote == "a.jpg"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="earth"):
        parsed(type="location", lat=float("nan"), lon=0)
