"""The stand-in itself: real clients are content with it, wrong calls are caught, polling, webhooks and faults are real."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.fakes.botapi import BotApi, BotApiProcess, Fault, Police
from tests.fakes.botapi.check import rules, tag_of
from tests.fakes.botapi.entities import EntityError, parse
from tests.fakes.botapi.methods import METHODS, RETURNS, least_value
from tests.fakes.botapi.prose import METHOD_RULES, TYPE_RULES, UPDATE_KINDS

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(30)]
TOKEN = "123456:TEST"


@pytest.fixture(autouse=True)
def retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB warns about its own older default, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(TOKEN, time_scale=0.01) as api:
        yield api


@pytest_asyncio.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(http: aiohttp.ClientSession, api: BotApi, method: str, **params: Any) -> dict[str, Any]:
    async with http.post(f"{api.url}/bot{TOKEN}/{method}", json=params) as response:
        answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer


def picture(width: int = 640, height: int = 480) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(file, "JPEG")
    return file.getvalue()


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"do:{label}") for label in labels]])


# The rules ---------------------------------------------------------------------------------------------------------


async def test_every_method_and_type_of_the_facts_compiles() -> None:
    assert all(rules().method(name) for name in rules().methods) and len(rules().methods) == 185
    assert all(rules().check(name) for name in rules().types)
    assert set(rules().types["Update"]["fields"]) - {"update_id"} == UPDATE_KINDS


async def test_our_tables_name_only_what_the_facts_know() -> None:
    assert {*METHODS, *RETURNS, *METHOD_RULES} <= set(rules().methods) and set(TYPE_RULES) <= set(rules().types)
    for returned in set(RETURNS.values()):
        assert rules().problem(returned, least_value(returned)) is None, returned


async def test_tags_of_types_follow_from_their_names() -> None:
    tags: dict[str, str | None] = {
        "InputMediaLivePhoto": "live_photo",
        "BotCommandScopeAllPrivateChats": "all_private_chats",
    }
    tags |= {"ChatMemberBanned": "kicked", "InlineQueryResultCachedMpeg4Gif": "mpeg4_gif", "InlineKeyboardMarkup": None}
    assert {name: tag_of(name) for name in tags} == tags


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("sendMessage", {"chat_id": 7, "text": "a", "txt": "b"}, "txt: unknown field"),
        ("sendMessage", {"chat_id": 7}, "text: missing"),
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 7, "text": 5}, "expected String"),
        ("sendMessage", {"chat_id": 7.0, "text": "a"}, "chat_id"),
        ("sendMessage", {"chat_id": 7, "text": "a", "disable_notification": "true"}, "expected Boolean"),
        ("sendMessage", {"chat_id": 7, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": 7, "text": " \n "}, "message text is empty"),
        ("sendMessage", {"chat_id": 7, "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ("sendMessage", {"chat_id": 7, "text": "字" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": 7, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": 7, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": 7, "text": "3.5元", "parse_mode": "MarkdownV2"}, "can't parse entities"),
        ("sendMessage", {"chat_id": 7, "text": "a", "parse_mode": "html5"}, "parse"),
        ("sendMessage", {"chat_id": 7, "text": "a", "reply_parameters": {"message_id": "1"}}, "reply_parameters"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_parameters": '{"message_id":1}'},
            "expected ReplyParameters",
        ),
        ("sendLocation", {"chat_id": 7, "latitude": 91, "longitude": 0}, "latitude"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "字" * 201}, "201 characters"),
        ("sendMediaGroup", {"chat_id": 7, "media": [{"type": "photo", "media": "x"}]}, "2–10"),
        ("sendMediaGroup", {"chat_id": 7, "media": [{"type": "photo", "media": "x"}] * 11}, "2–10"),
        ("sendMediaGroup", {"chat_id": 7, "media": [{"type": "foto", "media": "x"}] * 2}, "media[0].type"),
        ("sendPhoto", {"chat_id": 7, "photo": "x", "caption": "字" * 1025}, "caption is too long"),
        ("sendPhoto", {"chat_id": 7, "photo": "attach://p"}, "attach://"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "a"}]}, "commands[0].command"),
        ("setMyCommands", {"commands": [], "scope": {"type": "everyone"}}, "scope.type"),
        ("editMessageText", {"text": "a"}, "message identifier is not specified"),
        ("getUpdates", {"allowed_updates": ["messages"]}, "allowed_updates"),
        ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "a b"}, "secret_token"),
    ],
)
async def test_a_wrong_call_is_refused_and_kept(
    api: BotApi, http: aiohttp.ClientSession, method: str, params: dict[str, Any], told: str
) -> None:
    api.user(7)
    answer = await call(http, api, method, **params)
    assert not answer["ok"] and answer["error_code"] == 400 and told in answer["description"]
    assert [violation.method for violation in api.violations] == [method]
    with pytest.raises(AssertionError, match=method):
        api.assert_clean()


@pytest.mark.parametrize(
    ("button", "told"),
    [
        ({"text": "好", "callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "好"}, "exactly one action"),
        ({"text": "好", "callback_data": "a", "url": "https://a.b"}, "exactly one action"),
        ({"text": "", "callback_data": "a"}, "text"),
        ({"text": "好", "callback_data": "a", "style": "green"}, "style"),
        ({"text": "好", "data": "a"}, "data: unknown field"),
    ],
)
async def test_a_wrong_button_is_refused(api: BotApi, http: aiohttp.ClientSession, button: Any, told: str) -> None:
    api.user(7)
    answer = await call(http, api, "sendMessage", chat_id=7, text="a", reply_markup={"inline_keyboard": [[button]]})
    assert told in answer["description"] and len(api.violations) == 1


async def test_lone_surrogates_are_refused_in_json_and_in_forms(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.user(7)
    for kind, body in (
        ("application/json", b'{"chat_id": 7, "text": "a\\ud83d"}'),
        ("application/x-www-form-urlencoded", b"chat_id=7&text=a%ED%A0%BD"),
    ):
        async with http.post(
            f"{api.url}/bot{TOKEN}/sendMessage", data=body, headers={"Content-Type": kind}
        ) as response:
            assert response.status == 400 and "UTF-8" in (await response.json())["description"]
    assert len(api.violations) == 2 and not api.user(7).log


async def test_unknown_methods_and_tokens_are_answered_as_telegram_does(
    api: BotApi, http: aiohttp.ClientSession
) -> None:
    for path, status in (
        (f"/bot{TOKEN}/sendMesage", 404),
        ("/bot999:OTHER/getMe", 401),
        ("/botnonsense/getMe", 404),
        ("/elsewhere", 404),
        (f"/file/bot{TOKEN}/photos/none.jpg", 404),
        ("/file/bot999:OTHER/photos/none.jpg", 401),
        (f"/bot{TOKEN}/GETME", 200),
    ):
        async with http.get(api.url + path) as response:
            assert (response.status, (await response.json())["ok"]) == (status, status == 200), path
    assert [violation.method for violation in api.violations] == ["sendMesage"]


async def test_queries_forms_and_multipart_carry_nested_values_as_json(
    api: BotApi, http: aiohttp.ClientSession
) -> None:
    user = api.user(7)
    markup = json.dumps({"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]})
    fields = {"chat_id": "7", "text": "你好 a+b&c", "protect_content": "true", "reply_markup": markup}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    async with http.get(f"{api.url}/bot{TOKEN}/sendMessage", params=fields) as response:
        assert response.status == 200
    for data in (fields, multipart):
        async with http.post(f"{api.url}/bot{TOKEN}/sendMessage", data=data) as response:
            assert response.status == 200, await response.text()
    async with http.post(f"{api.url}/bot{TOKEN}/sendMessage", data={**fields, "reply_markup": "{"}) as response:
        assert response.status == 400
    assert [(line.text, line.labels, line.message_id) for line in user.heard] == [
        ("你好 a+b&c", ["好"], number) for number in (1, 2, 3)
    ]
    assert len(api.violations) == 1


async def test_formatted_text_is_read_as_telegram_reads_it() -> None:
    plain, entities = parse('<b>报事<i>号</i></b> &lt;😀&gt; <a href="https://a.b/?x=1&amp;y=2">看</a>', "HTML")
    assert plain == "报事号 <😀> 看"
    assert entities == (
        {"type": "bold", "offset": 0, "length": 3},
        {"type": "italic", "offset": 2, "length": 1},
        {"type": "text_link", "offset": 9, "length": 1, "url": "https://a.b/?x=1&y=2"},
    )
    plain, entities = parse(r"*报事* 3\.5 [看](https://a.b) `a_b` __u__", "MarkdownV2")
    assert plain == "报事 3.5 看 a_b u"
    assert [entity["type"] for entity in entities] == ["bold", "text_link", "code", "underline"]
    for wrong in ("<b>a</i>", "</b>", "<div>a</div>", "1 < 2", "<span>a</span>"):
        with pytest.raises(EntityError):
            parse(wrong, "HTML")
    for wrong in ("a.b", "*a", "`a", "[a](b", "a-b"):
        with pytest.raises(EntityError):
            parse(wrong, "MarkdownV2")


# A real client -----------------------------------------------------------------------------------------------------


async def test_ptb_sends_edits_deletes_and_answers(api: BotApi, bot: Bot) -> None:
    user = api.user(1001, "王阿姨")
    assert (await bot.get_me()).username == "linli_test_bot"
    sent = await bot.send_message(1001, "<b>您好</b>", parse_mode="HTML", reply_markup=keyboard("受理", "退回"))
    assert (sent.message_id, sent.chat.first_name, sent.entities[0].type) == (1, "王阿姨", "bold")
    line = await user.expect("您好")
    assert line.labels == ["受理", "退回"]
    query = user.press("受理")
    assert await bot.answer_callback_query(query, "好的") and user.answers == ["好的"] and not api.unanswered()
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query)
    edited = await bot.edit_message_text("已受理", 1001, sent.message_id)
    assert not isinstance(edited, bool) and edited.reply_markup is None and edited.edit_date
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("已受理", 1001, sent.message_id)
    with pytest.raises(LookupError, match="受理"):
        user.press("受理")
    await bot.edit_message_reply_markup(1001, sent.message_id, reply_markup=keyboard("撤销"))
    assert user.press("撤销")
    reply = await bot.send_message(1001, "回复", reply_parameters=ReplyParameters(sent.message_id))
    assert reply.reply_to_message is not None and reply.reply_to_message.text == "已受理"
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(1001, "回复", reply_parameters=ReplyParameters(99))
    assert await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="delete not found"):
        await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="edit not found"):
        await bot.edit_message_text("x", 1001, sent.message_id)
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.send_message(5, "谁")
    api.assert_clean()


async def test_ptb_sends_photos_albums_files_and_the_rest(api: BotApi, bot: Bot) -> None:
    user = api.user(1001)
    photo = await bot.send_photo(1001, picture(1600, 1200), caption="楼道", has_spoiler=True)
    assert [size.width for size in photo.photo] == [90, 320, 800, 1600] and photo.has_media_spoiler
    again = await bot.send_photo(1001, photo.photo[-1].file_id, caption_entities=[])
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    album = await bot.send_media_group(
        1001, [InputMediaPhoto(picture(), caption="一"), InputMediaPhoto(photo.photo[-1].file_id)]
    )
    assert len({message.media_group_id for message in album}) == 1 and album[0].caption == "一"
    files = await bot.send_media_group(1001, [InputMediaDocument(b"a", filename=f"{n}.txt") for n in range(2)])
    document = files[1].document
    assert document is not None and document.file_name == "1.txt"
    sent = await bot.send_document(1001, b"%PDF", filename="材料.pdf", caption="清单")
    assert sent.document is not None and sent.document.file_name == "材料.pdf"
    assert (await bot.send_voice(1001, b"OggS")).voice is not None
    location = (await bot.send_location(1001, 31.2, 121.4)).location
    assert location is not None and location.latitude == 31.2
    assert (await bot.send_venue(1001, 31.2, 121.4, "服务站", "1号")).venue is not None
    assert (await bot.send_contact(1001, "12345", "热线")).contact is not None
    assert (await bot.send_poll(1001, "哪天？", ["周六", "周日"])).poll is not None
    assert (await bot.send_sticker(1001, b"RIFF")).sticker is not None
    forwarded = await bot.forward_message(1001, 1001, photo.message_id)
    assert forwarded.forward_origin is not None and forwarded.caption == "楼道"
    assert (await bot.copy_message(1001, 1001, photo.message_id)).message_id == forwarded.message_id + 1
    caption = await bot.edit_message_caption(1001, photo.message_id, caption="换")
    assert not isinstance(caption, bool) and caption.caption == "换"
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("x", 1001, photo.message_id)
    assert [line.message_id for line in user.heard if line.what == "message"] == list(range(1, 16))
    for line in user.heard:
        assert rules().problem("Message", line.message) is None, str(line)
    api.assert_clean()


@pytest.mark.parametrize(
    ("data", "told"), [(b"no picture", "process_failed"), (picture(9000, 1200), "invalid_dimensions"), (b"", "")]
)
async def test_a_picture_that_telegram_would_not_take_is_refused(api: BotApi, bot: Bot, data: bytes, told: str) -> None:
    api.user(1001)
    with pytest.raises(BadRequest) as error:
        await bot.send_photo(1001, data)
    assert told in error.value.message.lower()


async def test_ptb_sets_commands_keyboards_and_chat_actions(api: BotApi, bot: Bot) -> None:
    user = api.user(1001)
    commands = [BotCommand("start", "开始"), BotCommand("my", "我的")]
    assert await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "zh") == tuple(commands)
    assert await bot.get_my_commands() == ()
    assert await bot.send_chat_action(1001, "typing")
    keys = ReplyKeyboardMarkup([[KeyboardButton("发手机号", request_contact=True), "菜单"]], resize_keyboard=True)
    await bot.send_message(1001, "请选择", reply_markup=keys)
    user.press("菜单")
    user.press("发手机号")
    updates = await bot.get_updates()
    assert updates[0].message is not None and updates[0].message.text == "菜单"
    assert updates[1].message is not None and updates[1].message.contact is not None
    assert updates[1].message.contact.user_id == 1001
    assert (await bot.get_chat(1001)).type == "private"
    assert (await bot.get_chat_member(1001, 1001)).status == "member"
    assert (await bot.get_user_profile_photos(1001)).total_count == 0
    assert (await bot.create_chat_invite_link(1001)).is_primary is False
    api.assert_clean()


async def test_a_wrong_token_is_invalid_to_ptb(api: BotApi) -> None:
    bot = Bot("9:OTHER", base_url=f"{api.url}/bot")
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


async def test_ptb_downloads_what_people_send_up_to_20_mb(api: BotApi, bot: Bot) -> None:
    user = api.user(1001)
    user.send_photo(picture(), "灯坏了", size=(20_000, 20_000))
    user.send_document(b"%PDF", size=25_000_000)
    photo, document = (update.message for update in await bot.get_updates())
    assert photo is not None and document is not None and document.document is not None
    assert (photo.caption, photo.photo[-1].width) == ("灯坏了", 20_000)
    for size in photo.photo:
        assert bytes(await (await size.get_file()).download_as_bytearray()) == picture()
    with pytest.raises(BadRequest, match="too big"):
        await document.document.get_file()
    with pytest.raises(BadRequest, match="file_id"):
        await bot.get_file("nothing")


# People ------------------------------------------------------------------------------------------------------------


async def test_everything_people_do_is_an_update_that_keeps_to_the_rules(api: BotApi, bot: Bot) -> None:
    user, other = api.user(1001, "王阿姨", username="wang"), api.user(1002, "李")
    await bot.send_message(1001, "选", reply_markup=keyboard("好"))
    said = user.say("看 https://a.b @linli 13800138000")
    user.start("loc_B3")
    user.edit(said, "改了")
    user.press("好")
    user.forge("do:stale")
    user.send_album([picture(), picture()], "两张")
    user.send_voice()
    user.send_sticker()
    user.send_poll()
    user.send_location(31.2, 121.4, accuracy=12)
    user.send_contact()
    user.send_contact("139", own=False)
    user.forward("转", author=other)
    user.forward("转", hidden_name="某人")
    user.block()
    user.unblock()
    (member,) = api.group(-1001, "网格群", user)
    member.say("/help")
    member.upgrade(-1_000_000_000_001)
    raw = [item.update for item in api.updates.waiting]
    assert [rules().problem("Update", update) for update in raw] == [None] * len(raw)
    updates = [Update.de_json(update, bot) for update in raw]
    assert [update.update_id for update in updates] == list(range(raw[0]["update_id"], raw[0]["update_id"] + len(raw)))
    commands = [update.message.entities[0].type for update in updates if update.message and update.message.entities]
    assert commands == ["url", "bot_command", "bot_command"]
    assert [u.callback_query.data for u in updates if u.callback_query] == ["do:好", "do:stale"]
    assert [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member] == ["kicked", "member"]
    with pytest.raises(ChatMigrated):
        await bot.send_message(-1001, "x")


async def test_expect_waits_for_the_next_message_and_tells_what_came_instead(api: BotApi, bot: Bot) -> None:
    user = api.user(1001)
    task = asyncio.create_task(user.expect("第二", timeout=2))
    await bot.send_message(1001, "第一条")
    sent = await bot.send_message(1001, "第二条")
    assert (await task).message_id == sent.message_id
    await user.expect_nothing(0.05)
    with pytest.raises(AssertionError, match="第一条"):
        await user.expect("第一", timeout=0.05)
    await bot.edit_message_text("第三条", 1001, sent.message_id)
    assert (await user.expect(lambda line: line.what == "edit")).text == "第三条"
    assert [str(line) for line in user.log][-1] == "bot edit #2: '第三条'"


async def test_blocked_and_deleted_people_are_forbidden(api: BotApi, bot: Bot) -> None:
    user = api.user(1001)
    user.block()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(1001, "x")
    user.unblock()
    await bot.send_message(1001, "x")
    user.deactivate()
    with pytest.raises(Forbidden, match="deactivated"):
        await bot.send_message(1001, "x")
    api.assert_clean()


# Updates -----------------------------------------------------------------------------------------------------------


async def test_updates_stay_until_the_offset_confirms_them(api: BotApi, http: aiohttp.ClientSession) -> None:
    for number in range(120):
        api.user(1).say(str(number))
    first = (await call(http, api, "getUpdates", limit=500))["result"]
    assert len(first) == 100
    assert (await call(http, api, "getUpdates", limit=1))["result"] == first[:1]
    rest = (await call(http, api, "getUpdates", offset=first[-1]["update_id"] + 1))["result"]
    assert [update["message"]["text"] for update in rest] == [str(n) for n in range(100, 120)]
    assert (await call(http, api, "getUpdates", offset=-1))["result"] == rest[-1:]
    assert (await call(http, api, "getUpdates", offset=rest[-1]["update_id"] + 1))["result"] == []


async def test_long_polling_waits_for_news_and_then_answers_at_once(api: BotApi, http: aiohttp.ClientSession) -> None:
    poll = asyncio.create_task(call(http, api, "getUpdates", timeout=5))
    await asyncio.sleep(0.1)
    assert not poll.done()
    api.user(1).say("hi")
    assert len((await asyncio.wait_for(poll, 1))["result"]) == 1
    began = time.monotonic()
    offset = api.updates.next_id
    assert (await call(http, api, "getUpdates", timeout=1, offset=offset))["result"] == []
    assert 0.9 < time.monotonic() - began < 2


async def test_a_second_poller_takes_over_and_the_first_gets_a_conflict(
    api: BotApi, http: aiohttp.ClientSession
) -> None:
    first = asyncio.create_task(call(http, api, "getUpdates", timeout=5))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(call(http, api, "getUpdates", timeout=5))
    assert (await first)["error_code"] == 409
    api.user(1).say("hi")
    assert len((await second)["result"]) == 1


async def test_a_poller_that_died_holds_nothing_up(api: BotApi) -> None:
    async with aiohttp.ClientSession() as killed:
        poll = asyncio.create_task(call(killed, api, "getUpdates", timeout=30))
        await asyncio.sleep(0.1)
        poll.cancel()
    await asyncio.sleep(0.1)
    assert api.updates._poll is None and api.counts["getUpdates 409"] == 0


async def test_kinds_that_were_not_asked_for_do_not_come(api: BotApi, http: aiohttp.ClientSession) -> None:
    await call(http, api, "getUpdates", allowed_updates=["message"])
    api.user(1).block()
    api.user(1).say("hi")
    assert [set(u) - {"update_id"} for u in (await call(http, api, "getUpdates"))["result"]] == [{"message"}]


async def test_poison_and_duplicates_are_delivered_as_they_are(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.user(1).say("hi")
    first = (await call(http, api, "getUpdates"))["result"][0]
    api.raw_update({"message": {"message_id": "x"}})
    api.raw_update(first)
    again = (await call(http, api, "getUpdates", offset=api.updates.next_id))["result"]
    assert [update["message"]["message_id"] for update in again] == ["x", 1]
    assert (await call(http, api, "getUpdates", offset=api.updates.next_id))["result"] == []


async def test_lone_surrogates_and_nul_from_people_reach_the_bot(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.user(1).say("a\ud83d\x00")
    assert (await call(http, api, "getUpdates"))["result"][0]["message"]["text"] == "a\ud83d\x00"


class Hook:
    """A bot's webhook that answers as told and writes down what it got."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[tuple[float, dict[str, Any], str | None]] = []
        self.busy = self.most_busy = 0
        self.pause = 0.0
        self.reply: dict[str, Any] | None = None

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        self.got.append(
            (time.monotonic(), await request.json(), request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        )
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        await asyncio.sleep(self.pause)
        self.busy -= 1
        status = self.answers.pop(0) if self.answers else 200
        return web.json_response(self.reply) if self.reply else web.Response(status=status)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[tuple[Hook, str]]:
    hook = Hook()
    runner = web.ServerRunner(web.Server(hook), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield hook, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def until(condition: Any, timeout: float = 5.0) -> None:
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_webhook_gets_updates_with_its_secret_in_order_one_a_chat(
    api: BotApi, bot: Bot, hook: tuple[Hook, str]
) -> None:
    got, url = hook
    api.user(1).say("before")
    assert await bot.set_webhook(url, secret_token="s-1", max_connections=10)
    got.pause = 0.02
    for number in range(5):
        api.user(1).say(str(number))
        api.user(2).say(str(number))
    await until(lambda: not api.updates.waiting)
    assert {secret for _, _, secret in got.got} == {"s-1"} and got.most_busy == 2
    for chat, texts in ((1, ["before", *"01234"]), (2, list("01234"))):
        assert [u["message"]["text"] for _, u, _ in got.got if u["message"]["chat"]["id"] == chat] == texts
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (url, 0, 10)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    assert await bot.delete_webhook() and (await bot.get_webhook_info()).url == ""
    api.user(1).say("after")
    assert len(await bot.get_updates()) == 1


async def test_a_refused_update_is_pushed_again_later_and_later(api: BotApi, bot: Bot, hook: tuple[Hook, str]) -> None:
    got, url = hook
    got.answers = [500, 503, 404, 200]
    await bot.set_webhook(url)
    api.user(1).say("a")
    api.user(1).say("b")
    await until(lambda: not api.updates.waiting)
    assert [update["message"]["text"] for _, update, _ in got.got] == ["a", "a", "a", "a", "b"]
    assert [delivery.status for delivery in api.updates.deliveries] == [500, 503, 404, 200, 200]
    pauses = [late[0] - early[0] for early, late in zip(got.got, got.got[1:], strict=False)]
    assert pauses[0] < 0.02 <= pauses[1] < pauses[2]
    assert "404" in ((await bot.get_webhook_info()).last_error_message or "")


async def test_a_press_may_overtake_a_message(api: BotApi, bot: Bot, hook: tuple[Hook, str]) -> None:
    got, url = hook
    got.answers = [500] * 4
    await bot.send_message(api.user(1).id, "选", reply_markup=keyboard("好"))
    await bot.set_webhook(url)
    api.user(1).say("a")
    await until(lambda: len(got.got) == 4)
    api.user(1).press("好")
    await until(lambda: not api.updates.waiting)
    done = [delivery.update_id for delivery in api.updates.deliveries if delivery.status == 200]
    assert done == sorted(done, reverse=True) and len(done) == 2


async def test_a_method_in_the_answer_to_a_webhook_is_carried_out(
    api: BotApi, bot: Bot, hook: tuple[Hook, str]
) -> None:
    got, url = hook
    got.reply = {"method": "sendMessage", "chat_id": 1, "text": "好"}
    await bot.set_webhook(url)
    api.user(1).say("a")
    assert await api.user(1).expect("好")


# Faults ------------------------------------------------------------------------------------------------------------


async def test_faults_meet_the_calls_they_are_ordered_for(api: BotApi, bot: Bot) -> None:
    api.user(1)
    api.user(2)
    api.fault(Fault("too_many", "sendMessage", chat=1, retry_after=7))
    api.fault(Fault("server_error", "sendMessage", after=1))
    assert await bot.send_message(2, "a")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(1, "a")
    assert wait.value._retry_after.total_seconds() == 7
    with pytest.raises(NetworkError, match="Internal"):
        await bot.send_message(2, "a")
    for kind, error in (
        ("bad_gateway", NetworkError),
        ("blocked", Forbidden),
        ("deactivated", Forbidden),
        ("chat_not_found", BadRequest),
        ("garbage", Exception),
        ("reset", NetworkError),
    ):
        api.fault(Fault(kind))  # type: ignore[arg-type]
        with pytest.raises(error):
            await bot.send_message(1, "a")
    assert not api.faults.waiting and not api.user(1).log and len(api.user(2).heard) == 1
    assert await bot.send_message(1, "a")
    api.assert_clean()


async def test_a_lost_answer_was_delivered_and_a_half_open_call_was_not(api: BotApi, bot: Bot) -> None:
    user = api.user(1)
    api.fault(Fault("lost_answer"))
    with pytest.raises(TimedOut):
        await bot.send_message(1, "lost", read_timeout=0.2)
    api.fault(Fault("half_open"))
    with pytest.raises(TimedOut):
        await bot.send_message(1, "half", read_timeout=0.2)
    assert [line.text for line in user.heard] == ["lost"]
    assert [call.status for call in api.calls] == [200, 200, 0]  # getMe comes first


async def test_answers_can_be_late_for_one_call_or_for_all(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.user(1)
    api.fault(Fault("delay", seconds=0.2))
    took = []
    for delay in (0.0, 0.05):
        api.delay = delay
        began = time.monotonic()
        await call(http, api, "sendMessage", chat_id=1, text="a")
        took.append(time.monotonic() - began)
    assert took[0] >= 0.2 > took[1] >= 0.05


async def test_the_police_sees_who_sends_too_fast_or_too_early(api: BotApi, http: aiohttp.ClientSession) -> None:
    for chat in range(1, 4):
        api.user(chat)
    api.police = Police(bot=3, chat=1)
    for chat in (1, 2, 3, 3):
        assert (await call(http, api, "sendMessage", chat_id=chat, text="a"))["ok"]
    assert [(breach.chat, breach.count) for breach in api.police.breaches] == [(3, 2), (None, 4)]
    assert (await call(http, api, "sendChatAction", chat_id=1, action="typing"))["ok"]
    assert len(api.police.breaches) == 2
    api.police = Police(chat=1, answers=True)
    assert (await call(http, api, "sendMessage", chat_id=1, text="a"))["ok"]
    assert (await call(http, api, "sendMessage", chat_id=1, text="a"))["parameters"] == {"retry_after": 1}
    assert (await call(http, api, "sendMessage", chat_id=2, text="a"))["ok"]
    assert [early.chat for early in api.police.early] == [2]
    assert len(api.user(1).heard) == 2


# A process of its own ----------------------------------------------------------------------------------------------


async def test_a_process_of_its_own_is_steered_over_http(http: aiohttp.ClientSession) -> None:
    async with BotApiProcess("--delay-ms", "1", token=TOKEN) as api:
        assert (await api.post("say", chats=50, each=10, text="第{n}条"))["waiting"] == 500
        await api.post("faults", kind="too_many", method="sendMessage", retry_after=2)
        await api.post("settings", police={"bot": 30})
        bot = Bot(TOKEN, base_url=f"{api.url}/bot")
        async with bot:
            updates = await bot.get_updates(limit=100)
            assert [u.message.text for u in updates if u.message] == ["第1条"] * 50 + ["第2条"] * 50
            with pytest.raises(RetryAfter):
                await bot.send_message(1000, "early")
            await bot.send_message(1000, "回", reply_markup=keyboard("好"))
            await api.post("press", chat=1000, button="好")
            with pytest.raises(BadRequest):
                await bot.send_message(77, "?")
        stats = await api.until(messages=1, timeout=5)
        assert stats["chats"] == {"1000": 1} and stats["waiting"] == 501 and stats["unanswered"] == 1
        assert [line["text"] for line in (await api.get("sent", after=0))["sent"]] == ["回"]
        assert (await api.get("violations"))["violations"] == []
        assert len((await api.get("breaches"))["early"]) >= 1
        with pytest.raises(ValueError, match="TypeError"):
            await api.post("faults", kindness=1)
        assert (await api.post("reset")) == {} and (await api.get("stats"))["messages"] == 0
