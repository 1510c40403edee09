"""The web chat's backend on the database (``ChatBackend``)."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.channels.base import Photo, RawUpdate
from bot.channels.webchat import LIMITS, NAME
from bot.clock import Clock
from bot.pictures import PictureRefused, Pictures
from bot.seed import take_part
from bot.speaker import Speaker
from bot.web import shown
from bot.web.backend import Body, ChatMessage, ChatSession, Desk, DeskCase, PhotoRefused, StoredPhoto
from bot.web.lifetime import Lifetimes
from bot.web.others import others
from bot.web.shown import DeskWords
from handlers.context import Context, Shelf
from handlers.errors import NotAllowed, Refusal
from handlers.general.identity import redeem
from handlers.general.relayed import may_see_relayed
from handlers.messages import Reply
from handlers.reports.desk import view
from handlers.reports.reading import desk_cases, may_read, may_see
from storage.engine import AlreadyThereError, Database
from storage.models import Chat, Media, Message
from storage.unit import Unit

Intake = Callable[[str, Sequence[RawUpdate]], Awaitable[None]]
TOO_LARGE: Final = 413
TOO_MANY: Final = 429
UPLOADS: Final = 32
"""Pictures on their way at the same time: most of them wait unread for one of the few places in memory."""
DESK_ROWS: Final = 100


class Store:
    """Sessions, history, pictures and sign-in for the pages; words go through the inbox like everybody's."""

    def __init__(
        self, database: Database, shelf: Shelf, pictures: Pictures, clock: Clock, intake: Intake,
        probe: Callable[[], Awaitable[Sequence[str]]], lifetimes: Lifetimes,
    ) -> None:  # fmt: skip
        self._database, self._shelf, self._pictures, self._clock = database, shelf, pictures, clock
        self._intake, self._probe, self._lifetimes = intake, probe, lifetimes
        self._uploading: Counter[str] = Counter()

    async def find_chat(self, token: str, slot: str, language: str) -> ChatSession | None:
        """The chat behind a cookie, an empty one before anything was said; None once it has ended."""
        async with self._database.reading() as unit:
            known = await self._chat(unit, _external(token))  # before its session: both are committed together
            chat = await self._signed_in(unit, token)
            if chat is not None:
                return await self._session(unit, chat, token, language)
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
            chat = await self._signed_in(unit, token)
            if chat is None:
                if known is not None:
                    token = secrets.token_urlsafe(32)
                chat = await self._new_chat(unit, token, slot, language)
            return await self._session(unit, chat, token, language)

    async def _signed_in(self, unit: Unit, token: str) -> Chat | None:
        """The chat of a session that has not ended."""
        found = await unit.people.session_chat(_hash(token))
        return found[0] if found and not self._lifetimes.over(*found, self._clock.now()) else None

    async def ended(self, chats: Collection[str]) -> Collection[str]:
        """Those of these chats whose session is over."""
        now = self._clock.now()
        async with self._database.reading() as unit:
            found = await unit.people.sessions_of(NAME, chats)
        return {chat.external for chat, since in found if since is None or self._lifetimes.over(chat, since, now)}

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
            rows = await unit.messages.since({ids[chat]: mark for chat, mark in after.items() if chat in ids}, limit)
            names = {number: chat for chat, number in ids.items()}
            found: dict[str, list[ChatMessage]] = {}
            for row, shown in zip(rows, await self._shown(unit, rows), strict=True):
                found.setdefault(names[row.chat_id], []).append(shown)
            return found

    async def accept(self, chat: str, update: RawUpdate) -> None:
        """Into the inbox; returns once committed."""
        await self._intake(NAME, [update])

    async def store_photo(self, chat: str, read: Body) -> StoredPhoto | PhotoRefused:
        """Clean and keep a picture, unless too many wait for their words already, or too many are on their way."""
        if self._uploading.total() >= UPLOADS:
            return PhotoRefused("web.error.photo_busy", TOO_MANY)
        self._uploading[chat] += 1
        try:
            if await self._waiting(chat) + self._uploading[chat] > self._shelf.rules.photos_waiting:
                return PhotoRefused("web.error.photo_waiting", TOO_MANY)
            async with self._pictures.place(NAME):
                if (data := await read()) is None:
                    return PhotoRefused("web.error.photo_size", TOO_LARGE)
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
        """A picture or recording which the person of this chat may see now."""
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            media = await unit.media.named(name) if found else None
            if found is None or media is None or not await _may_see(self._context(unit, found), media):
                return None
            return Photo(media.id, self._pictures.path(media.name), media.mime)

    async def play(self, part: str, chat: str) -> bool:
        """Give the chat one of the sample's parts."""
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            return found is not None and await take_part(unit, found, part, self._clock.now())

    async def redeem(self, code: str, slot: str, language: str) -> ChatSession | None:
        """Use a sign-in link: a new chat under a token nobody has seen before."""
        async with self._database.writing() as unit:
            token = secrets.token_urlsafe(32)
            chat = await self._new_chat(unit, token, slot, language)
            try:
                answer = await redeem(self._context(unit, chat), code, link=True)
            except Refusal:
                await unit.session.rollback()
                return None
            await self._greet(unit, chat, answer)
            return await self._session(unit, chat, token, language)

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

    async def desk_version(self, chat: str) -> str:
        """Changes at once with a step of any case and with the person's duties, and besides once a minute.

        So what else a desk shows (how long is left, a phone number just given) is at most a minute late.
        """
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            if found is None or not found.person.staff:
                return ""
            duties = [duty.id for duty, _ in await unit.staff.duties(found.person_id)]
            last = await unit.cases.last_step()
        return _hash(repr((chat, duties, last, int(self._clock.now().timestamp()) // 60)))[:16]

    async def desk(self, chat: str, language: str, seen: str = "") -> Desk | None:
        """The open cases this person may see, and what else waits; that it was shown is audited, since rows hold places."""
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            if found is None or not found.person.staff:
                return None
            ctx = self._context(unit, found)
            duties, cases = await ctx.duties(), await desk_cases(ctx, DESK_ROWS + 1)
            shown = [one for one in cases if await may_read(ctx, one)]
            besides = await others(ctx)
            desk = (await self._words(ctx, language)).desk(duties, shown, DESK_ROWS, besides)
        if desk.stamp != seen:
            await self._audit(chat, "case.list", NAME, refs=[one.number for one in desk.rows])
            if besides:
                await self._audit(chat, "desk.list", NAME, refs=[ref for one in besides for ref in one.refs])
        return desk

    async def case(self, chat: str, language: str, ref: str, seen: str = "") -> DeskCase | None:
        """One case with its steps and files; reading it, or trying to, is audited."""
        async with self._database.reading() as unit:
            found = await self._chat(unit, chat)
            if found is None or not found.person.staff:
                return None
            ctx = self._context(unit, found)
            try:
                case: DeskCase | None = (await self._words(ctx, language)).case(await view(ctx, ref))
            except NotAllowed:
                case = None
            except Refusal:
                return None
        if case is None:
            await self._audit(chat, "refused", ref[:12], wanted="case.read")
        elif case.stamp != seen:
            await self._audit(chat, "case.read", case.row.number)
        return case

    async def problems(self) -> Sequence[str]:
        """Why the product cannot work now."""
        return await self._probe()

    def _context(self, unit: Unit, chat: Chat) -> Context:
        return Context(unit, chat, self._shelf, self._clock.now())

    async def _words(self, ctx: Context, language: str) -> DeskWords:
        await self._shelf.texts.warm(language)
        return DeskWords(self._shelf.texts, language, ctx.now, ctx.chat.external)

    async def _audit(self, chat: str, action: str, subject: str, **detail: Any) -> None:
        async with self._database.writing() as unit:
            found = await self._chat(unit, chat)
            if found is not None:
                await self._context(unit, found).audit(action, subject, **detail)

    async def _chat(self, unit: Unit, chat: str) -> Chat | None:
        return await unit.people.find_chat(NAME, chat)

    async def _session(self, unit: Unit, chat: Chat, token: str, asked: str) -> ChatSession:
        """What a page shows of a kept chat, in the language the person chose, else in the one ``asked`` for."""
        person = chat.person
        language = person.language if person.language_chosen else asked
        await self._shelf.texts.warm(language)
        name, title = (await unit.areas.root()).name, ""
        if person.staff:
            duties = await unit.staff.duties(person.id)
            if duties:
                title = self._shelf.texts.word(language, f"role.{duties[0][0].role}")
                name = duties[0][1].name
        return ChatSession(chat.external, token, language, name, title, person.elder, person.staff)

    async def _empty(self, unit: Unit, token: str, language: str) -> ChatSession:
        """What a page shows before the first words: nothing is kept of it."""
        await self._shelf.texts.warm(language)
        root = await unit.areas.root()
        return ChatSession(_external(token), token, language, root.name, kept=False)

    async def _shown(self, unit: Unit, rows: Sequence[Message]) -> list[ChatMessage]:
        wanted = {number for row in rows for number in row.body.get("photos", [])}
        files = {media.id: media for media in await unit.media.of(wanted)} if wanted else {}
        return [shown.message(row, files) for row in rows]

    async def _greet(self, unit: Unit, chat: Chat, answer: object) -> None:
        speaker = Speaker(unit, self._shelf.texts, {NAME: LIMITS}, self._clock.now())
        if isinstance(answer, Reply):
            speaker.say(chat, answer)
        await unit.session.flush()
        await speaker.write()


async def _may_see(ctx: Context, media: Media) -> bool:
    """Whether it was sent from this chat, or whoever decides about what it belongs to says so."""
    if media.chat_id == ctx.chat.id:
        return True
    return await (may_see if media.case_id is not None else may_see_relayed)(ctx, media)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _external(token: str) -> str:
    """The chat's name follows from its token, so that pages of one cookie belong together before anything is kept."""
    return hashlib.sha256(f"chat:{token}".encode()).hexdigest()[:32]
