"""The web chat's backend on the database (``ChatBackend``)."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Button, Photo, RawUpdate
from bot.channels.webchat import LIMITS, NAME
from bot.clock import Clock
from bot.pictures import PictureRefused, Pictures
from bot.seed import is_sample
from bot.speaker import Speaker
from bot.web.backend import ChatMessage, ChatSession, Desk, DeskRow, PhotoRefused, StoredPhoto
from handlers.context import Context, Shelf
from handlers.errors import Refusal
from handlers.general.identity import code_hash, welcome
from handlers.messages import Reply
from handlers.reports.staff import desk_cases
from handlers.worktime import left
from storage.engine import AlreadyThereError, Database
from storage.models import Chat, Message, Volunteer
from storage.unit import Unit

Intake = Callable[[str, Sequence[RawUpdate]], Awaitable[None]]
PARTS = {"grid": "grid_worker", "desk": "community"}
SAMPLE_GRID = "S1-C1-G1"
TOO_MANY: Final = 429


class Store:
    """Sessions, history, pictures and sign-in for the pages; words go through the inbox like everybody's."""

    def __init__(
        self, database: Database, shelf: Shelf, pictures: Pictures, clock: Clock, intake: Intake,
        probe: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:  # fmt: skip
        self._database, self._shelf, self._pictures, self._clock = database, shelf, pictures, clock
        self._intake, self._probe = intake, probe
        self._uploading: Counter[str] = Counter()

    async def find_chat(self, token: str, slot: str, language: str) -> ChatSession | None:
        """The chat behind a cookie, an empty one before anything was said; None once it has ended."""
        async with self._database.reading() as unit:
            known = await self._chat(unit, _external(token))  # before its session: both are committed together
            chat = await unit.people.session_chat(_hash(token))
            if chat is not None:
                return await self._session(unit, chat, token)
            return await self._empty(unit, token, language) if known is None else None

    async def open_chat(self, token: str, slot: str, language: str) -> ChatSession:
        """The chat behind ``token``, made now if nothing was said in it yet."""
        try:
            return await self._opened(token, slot, language)
        except AlreadyThereError:  # another page of the same browser was first
            return await self._opened(token, slot, language)

    async def _opened(self, token: str, slot: str, language: str) -> ChatSession:
        async with self._database.writing() as unit:
            known = await self._chat(unit, _external(token))
            chat = await unit.people.session_chat(_hash(token))
            if chat is None:
                if known is not None:
                    token = secrets.token_urlsafe(32)
                chat = await self._new_chat(unit, token, slot, language)
            return await self._session(unit, chat, token)

    async def _new_chat(self, unit: Unit, token: str, slot: str, language: str) -> Chat:
        now = self._clock.now()
        chat = unit.people.open_chat(NAME, _external(token), language, now)
        await unit.session.flush()
        unit.people.open_session(token_hash=_hash(token), chat_id=chat.id, slot=slot, created_at=now)
        await unit.session.flush()
        return chat

    async def history(self, chat: str, before: int | None, limit: int, characters: int) -> Sequence[ChatMessage]:
        """The newest messages, oldest first."""
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            rows = await unit.messages.last(found.id, limit, before, characters) if found else []
            return await self._shown(unit, rows)

    async def messages(self, after: Mapping[str, int], limit: int) -> Mapping[str, Sequence[ChatMessage]]:
        """What is new in each chat."""
        async with self._database.reading() as unit:
            ids = await unit.people.ids_of(NAME, list(after))
            rows = await unit.messages.since(
                {ids[chat]: mark for chat, mark in after.items() if chat in ids}, limit * len(ids)
            )
            names = {number: chat for chat, number in ids.items()}
            found: dict[str, list[ChatMessage]] = {}
            for row, shown in zip(rows, await self._shown(unit, rows), strict=True):
                found.setdefault(names[row.chat_id], []).append(shown)
            return found

    async def accept(self, chat: str, update: RawUpdate) -> None:
        """Into the inbox; returns once committed."""
        await self._intake(NAME, [update])

    async def store_photo(self, chat: str, data: bytes) -> StoredPhoto | PhotoRefused:
        """Clean and keep a picture, unless too many wait for their words already."""
        self._uploading[chat] += 1
        try:
            if await self._waiting(chat) + self._uploading[chat] > self._shelf.rules.photos_waiting:
                return PhotoRefused("web.error.photo_waiting", TOO_MANY)
            return StoredPhoto((await self._pictures.keep((NAME, chat), data)).name)
        except PictureRefused as refused:
            return PhotoRefused(refused.key)
        finally:
            self._uploading[chat] -= 1
            self._uploading += Counter()  # drops the chats at nought

    async def _waiting(self, chat: str) -> int:
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            return await unit.media.unattached(found.id, self._clock.now() - timedelta(days=1)) if found else 0

    async def photo(self, chat: str, name: str) -> Photo | None:
        """A picture sent in, or shown to, this chat."""
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            media = await unit.media.named(name) if found else None
            if (
                found is None
                or media is None
                or not (media.chat_id == found.id or await unit.media.was_shown(media.id, found.id))
            ):
                return None
            return Photo(media.id, self._pictures.path(media.name), media.mime)

    async def play(self, part: str, chat: str) -> bool:
        """Give the chat one of the sample's parts."""
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            if found is None or not await is_sample(unit):
                return False
            if part in PARTS:
                area = SAMPLE_GRID if part == "grid" else SAMPLE_GRID.rpartition("-")[0]
                duties = await unit.staff.holders(PARTS[part], [area])
                if not duties:
                    return False
                found.person_id = duties[0].person_id
            elif part == "volunteer" and await unit.volunteers.get(found.person_id) is None:
                now = self._clock.now()
                unit.people.consent(found.person, "basic", 1, now)
                found.person.area_code = SAMPLE_GRID
                unit.volunteers.add(
                    Volunteer(
                        person_id=found.person_id,
                        skills=["other"],
                        times=["any"],
                        area_code=SAMPLE_GRID,
                        active=True,
                        created_at=now,
                    )
                )
            return part in {*PARTS, "volunteer", "resident"}

    async def redeem(self, code: str, slot: str, language: str) -> ChatSession | None:
        """Use a sign-in link: a new chat under a token nobody has seen before."""
        now = self._clock.now()
        async with self._database.writing() as unit:
            invite = await unit.staff.invite_of(code_hash(code))
            if invite is None or invite.used_at is not None or invite.link_expires_at <= now:
                return None
            token = secrets.token_urlsafe(32)
            chat = await self._new_chat(unit, token, slot, language)
            ctx = Context(unit, chat, self._shelf, now)
            try:
                answer = await welcome(ctx, invite)
            except Refusal:
                await unit.session.rollback()
                return None
            await self._greet(unit, chat, answer)
            return await self._session(unit, chat, token)

    async def set_language(self, chat: str, language: str) -> None:
        """Follow the page's language."""
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            if found is not None:
                found.person.language, found.person.language_chosen = language, True

    async def set_elder(self, chat: str, on: bool) -> None:
        """Remember the large view."""
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            if found is not None:
                found.person.elder = on

    async def desk(self, chat: str, language: str) -> Desk | None:
        """The open cases this person may see; that they were shown is audited, since rows hold places."""
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            if found is None or not found.person.staff:
                return None
            ctx = Context(unit, found, self._shelf, self._clock.now())
            cases = await desk_cases(ctx)
            await ctx.audit("case.list", chat[:12], refs=[one.ref for one in cases])
            duties = await ctx.duties()
            say = self._shelf.texts.word
            rows = tuple(
                DeskRow(
                    one.ref,
                    one.title,
                    one.place,
                    say(language, f"case.state.{one.state}"),
                    *self._due(one.due_at, language),
                )
                for one in cases
            )
            role = say(language, f"role.{duties[0][0].role}") if duties else ""
            return Desk(role, duties[0][1].name if duties else "", rows)

    async def problems(self) -> Sequence[str]:
        """Why the product cannot work now."""
        return await self._probe()

    def _due(self, due: datetime, language: str) -> tuple[str, str]:
        key, amount, level = left(due, self._clock.now())
        return self._shelf.texts.word(language, key, amount=amount), level

    async def _chat(self, unit: Unit, chat: str) -> Chat | None:
        return await unit.people.find_chat(NAME, chat)

    async def _session(self, unit: Unit, chat: Chat, token: str) -> ChatSession:
        person = chat.person
        await self._shelf.texts.warm(person.language)
        root = (await unit.areas.of_kind("sub_district"))[:1]
        name, title = (root[0].name if root else ""), ""
        if person.staff:
            duties = await unit.staff.duties(person.id)
            if duties:
                title = self._shelf.texts.word(person.language, f"role.{duties[0][0].role}")
                name = duties[0][1].name
        return ChatSession(chat.external, token, person.language, name, title, person.elder, person.staff)

    async def _empty(self, unit: Unit, token: str, language: str) -> ChatSession:
        """What a page shows before the first words: nothing is kept of it."""
        await self._shelf.texts.warm(language)
        root = (await unit.areas.of_kind("sub_district"))[:1]
        return ChatSession(_external(token), token, language, root[0].name if root else "", kept=False)

    async def _shown(self, unit: Unit, rows: Sequence[Message]) -> list[ChatMessage]:
        wanted = {number for row in rows for number in row.body.get("photos", [])}
        names = {media.id: media.name for media in await unit.media.of(wanted)} if wanted else {}
        return [_shown(row, names) for row in rows]

    async def _greet(self, unit: Unit, chat: Chat, answer: object) -> None:
        speaker = Speaker(unit, self._shelf.texts, {NAME: LIMITS}, self._clock.now())
        if isinstance(answer, Reply):
            speaker.say(chat, answer)
        await unit.session.flush()
        await speaker.write()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _external(token: str) -> str:
    """The chat's name follows from its token, so that pages of one cookie belong together before anything is kept."""
    return hashlib.sha256(f"chat:{token}".encode()).hexdigest()[:32]


def _shown(row: Message, names: Mapping[int, str]) -> ChatMessage:
    pin = row.body.get("location")
    return ChatMessage(
        id=row.id, out=row.out, at=row.at, text=row.text, card=bool(row.body.get("card")),
        buttons=tuple(Button(*entry) for entry in row.body.get("buttons", [])),
        photos=tuple(names[number] for number in row.body.get("photos", []) if number in names),
        location=(pin[0], pin[1]) if pin else None, client=row.client,
    )  # fmt: skip
