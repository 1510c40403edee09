"""The web chat on a real database: what is kept of whom, how much, and who is written down as having looked."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import update

from bot.answering import TRANSCRIPT_CHARACTERS
from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.pictures import PLACES, path_of
from bot.web.backend import Body, PhotoRefused, StoredPhoto
from bot.web.socket import PAGE_CHARACTERS
from storage.models import Chat, Media, Message, Person, WebSession
from tests.support.bed import Bed
from tests.support.pictures import jpeg
from tests.support.resident import moment

TOKEN = "a-token-of-nobody-in-particular"


def given(data: bytes) -> Body:
    async def read() -> bytes | None:
        return data

    return read


async def counts(bed: Bed) -> list[int]:
    return [len(await bed.all(model)) for model in (Person, Chat, WebSession)]


async def test_opening_the_page_a_hundred_times_keeps_nothing(bed: Bed) -> None:
    before = await counts(bed)
    async with aiohttp.ClientSession() as http:
        for _ in range(100):
            async with http.get(f"http://127.0.0.1:{bed.app.port}/chat", cookies={}) as answer:
                assert answer.status == 200
    await bed.on_web()  # and says hello
    await asyncio.sleep(0.1)
    assert await counts(bed) == before
    person = await bed.on_web()
    await person.say("你好")
    await moment(lambda: person.heard, "an answer")
    assert await counts(bed) == [number + 1 for number in before]


async def test_two_pages_of_one_cookie_are_one_chat(bed: Bed) -> None:
    store = bed.app.store
    opened = await asyncio.gather(*(store.open_chat(TOKEN, "me", "en") for _ in range(4)))
    assert len({session.chat for session in opened}) == 1
    blank = await store.find_chat(TOKEN, "me", "en")
    assert blank is not None
    assert blank.kept


async def test_the_page_keeps_its_language_until_another_is_chosen(bed: Bed) -> None:
    store = bed.app.store
    session = await store.open_chat(TOKEN, "me", "zh_Hans")
    async with bed.app.database.writing() as unit:
        chat = await unit.people.find_chat("web", session.chat)
        assert chat is not None
        chat.person.language = "en"  # is answered in English
    before = await store.find_chat(TOKEN, "me", "zh_Hans")
    await store.set_language(session.chat, "en")
    after = await store.find_chat(TOKEN, "me", "zh_Hans")
    assert before is not None and after is not None
    assert (before.language, after.language) == ("zh_Hans", "en")


async def test_an_ended_session_opens_neither_its_chat_nor_an_empty_one(bed: Bed) -> None:
    store = bed.app.store
    session = await store.open_chat(TOKEN, "me", "en")
    async with bed.app.database.writing() as unit:
        chat = await unit.people.find_chat("web", session.chat)
        assert chat is not None
        await unit.people.end_sessions(chat.person_id, bed.clock.now())
    assert await store.find_chat(TOKEN, "me", "en") is None
    again = await store.open_chat(TOKEN, "me", "en")
    assert again.chat != session.chat
    assert again.token != TOKEN


async def test_the_transcript_keeps_the_beginning_of_a_long_message_and_a_page_stays_small(bed: Bed) -> None:
    person = await bed.on_web()
    await person.say("长" * 300_000)
    await moment(lambda: person.heard, "an answer")
    await bed.settle()
    assert max(len(one.text) for one in await bed.all(Message)) == TRANSCRIPT_CHARACTERS
    (chat,) = [one for one in await bed.all(Chat) if one.channel == "web"]
    async with bed.app.database.writing() as unit:
        for number in range(60):
            unit.messages.add(Message(chat_id=chat.id, out=False, at=bed.clock.now(), text=f"{number:>4000}", body={}))
    shown = await bed.app.store.history(chat.external, None, 60, PAGE_CHARACTERS)
    assert [int(one.text) for one in shown] == list(range(43, 60))
    earlier = await bed.app.store.history(chat.external, shown[0].id, 60, PAGE_CHARACTERS)
    assert [int(one.text) for one in earlier] == list(range(26, 43))


async def test_a_typed_number_is_kept_as_the_button_it_stood_for(bed: Bed) -> None:
    person = await bed.on_web()
    await person.say("菜单")
    await person.expect("您想做什么")
    await person.say("1")
    await bed.settle()
    said = [one.body.get("press") for one in await bed.all(Message) if not one.out]
    assert said == [None, "menu.service"]


async def test_photos_that_belong_to_nothing_are_few_and_go_after_a_day(bed: Bed) -> None:
    store, rules = bed.app.store, bed.app.shelf.rules
    session = await store.open_chat(TOKEN, "me", "en")
    kept = [await store.store_photo(session.chat, given(jpeg())) for _ in range(rules.photos_waiting)]
    refused = await store.store_photo(session.chat, given(jpeg()))
    assert isinstance(refused, PhotoRefused)
    assert refused.status == 429
    names = [one.name for one in kept if isinstance(one, StoredPhoto)]
    assert len(names) == rules.photos_waiting
    async with bed.app.database.writing() as unit:
        said = await unit.media.named(names[0])
        assert said is not None
        body = {"photos": [said.id]}
        unit.messages.add(Message(chat_id=said.chat_id, out=False, at=bed.clock.now(), text="", body=body))
    assert isinstance(await store.store_photo(session.chat, given(jpeg())), StoredPhoto)
    await tidied(bed)
    assert len(await bed.all(Media)) == rules.photos_waiting + 1
    bed.clock.passes(days=1, minutes=1)
    await tidied(bed)
    assert [one.name for one in await bed.all(Media)] == [names[0]]
    folder = bed.app.settings.data_dir / "media"
    assert [name for name in names if path_of(folder, name).exists()] == [names[0]]


async def test_few_uploads_are_in_memory_at_once_and_too_many_are_turned_away_unread(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.store.UPLOADS", PLACES + 2)
    reading, go_on = Counter[str](), asyncio.Event()

    def slow(name: str) -> Body:
        async def read() -> bytes | None:
            reading[name] += 1
            await go_on.wait()
            return jpeg()

        return read

    sessions = [await bed.app.store.open_chat(f"{TOKEN}{number}", "me", "en") for number in range(PLACES + 3)]
    *first, last = [bed.app.store.store_photo(one.chat, slow(one.chat)) for one in sessions]
    under_way = [asyncio.create_task(one) for one in first]
    await moment(lambda: len(reading) == PLACES, "as many as there are places")
    await asyncio.sleep(0.05)
    refused = await last
    assert len(reading) == PLACES
    assert isinstance(refused, PhotoRefused)
    assert (refused.key, refused.status) == ("web.error.photo_busy", 429)
    go_on.set()
    assert all(isinstance(one, StoredPhoto) for one in await asyncio.gather(*under_way))
    assert sessions[-1].chat not in reading


async def test_a_deleted_photo_goes_at_once(bed: Bed) -> None:
    session = await bed.app.store.open_chat(TOKEN, "me", "en")
    kept = await bed.app.store.store_photo(session.chat, given(jpeg()))
    assert isinstance(kept, StoredPhoto)
    async with bed.app.database.writing() as unit:
        await unit.session.execute(update(Media).values(deleted_at=bed.clock.now() - timedelta(minutes=1)))
    await tidied(bed)
    assert not await bed.all(Media)
    assert not path_of(bed.app.settings.data_dir / "media", kept.name).exists()


async def test_the_desk_writes_down_which_cases_it_showed(bed: Bed) -> None:
    staff = await bed.on_web("网格员")
    await bed.takes_office(staff, "grid_worker", "S1-C1-G1")
    resident = await bed.on_web("居民")
    for words, then in (("3栋2单元楼道灯坏了", "可以吗"), ("同意", "照片"), ("跳过", "提交"), ("提交", "收到了")):
        await resident.say(words)
        await resident.expect(then)
    (chat,) = [one.external for one in await bed.all(Chat) if one.person.staff and one.channel == "web"]
    desk = await bed.app.store.desk(chat, "zh_Hans")
    assert desk is not None
    (row,) = desk.rows
    seen = [detail for action, _, detail in await bed.audited() if action == "case.list"]
    assert seen == [{"refs": [row.number]}]


async def tidied(bed: Bed) -> None:
    """One turn of the job that removes files."""
    app = bed.app
    jobs = Jobs(app.database, app.shelf, bed.clock, app.settings, Metrics(), {})
    (job,) = [one for one in jobs.table if one.name == "files"]
    while await job.work():
        pass
