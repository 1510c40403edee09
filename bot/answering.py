"""Answering: one transaction in which chats' next updates are read, understood, acted on and replied to.

State, transcript, outbox and the inbox's tick commit together or not at all. A refusal keeps nothing of what its
handler wrote: the batch is undone and the refused message answered again by itself, behind a savepoint.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson

from bot.channels.base import Channel, Limits, RawUpdate
from bot.clock import Clock
from bot.flood import Flood
from bot.pictures import KEPT
from bot.speaker import Speaker
from handlers.context import Context, Shelf
from handlers.conversation import refused, respond
from handlers.errors import NotAllowed, NotCountedError, Refusal
from handlers.messages import Incoming, Kind, Reply, reply
from handlers.texts import language_of
from storage.engine import Database
from storage.models import Chat
from storage.repositories.queues import Key, Waiting
from storage.unit import Unit

TRANSCRIPT_CHARACTERS: Final = 4000
"""What the transcript keeps of one message; the inbox had all of it, and handlers read ``rules.text_limit``."""
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
    r"|(?<=[0-9A-Za-z\u3400-\u9fff])[\u200c\u200d]+(?=[0-9A-Za-z\u3400-\u9fff])"
)
"""Nothing, or marks that turn what stands after them around for whoever reads it; joiners are kept in emoji and in scripts."""


class RefusedAfterWritingError(Exception):
    """A handler refused although it, or another of the batch, had written: undo all and answer this chat alone."""


@dataclass(slots=True)
class Served:
    """What one transaction did.

    ``done`` chats (true: somebody was answered), those of the answered with ``more`` waiting, chats ``busy`` elsewhere, and what is
    to be done before they can be answered: updates whose pictures have to be fetched, areas whose people have to be counted.
    """

    done: dict[Key, bool] = field(default_factory=dict)
    more: set[Key] = field(default_factory=set)
    busy: set[Key] = field(default_factory=set)
    unprepared: list[tuple[int, Key, Incoming]] = field(default_factory=list)
    uncounted: dict[Key, str] = field(default_factory=dict)


class _ToCountError(Exception):
    """The answer to this chat needs the number of people in an area: all is undone, and the others answered without it."""

    def __init__(self, key: Key, code: str) -> None:
        super().__init__(code)
        self.key, self.code = key, code


@dataclass(slots=True)
class _Job:
    rows: list[Waiting]
    said: Incoming | None

    @property
    def key(self) -> Key:
        return (self.rows[0].channel, self.rows[0].chat)


class Answering:
    """Serves batches of chats. ``prepared`` holds the update of a chat whose pictures are fetched, with its inbox id."""

    def __init__(
        self, database: Database, shelf: Shelf, channels: Mapping[str, Channel], limits: Mapping[str, Limits],
        flood: Flood, clock: Clock, language: str,
    ) -> None:  # fmt: skip
        self._database, self._shelf, self._channels, self._limits = database, shelf, channels, limits
        self._flood, self._clock, self._language = flood, clock, language
        self.prepared: dict[Key, tuple[int, Incoming]] = {}
        self._counted: dict[Key, dict[str, int]] = {}

    async def serve(self, keys: Collection[Key]) -> Served:
        """Answer the next update of each chat in one transaction, but for those that wait for people to be counted."""
        uncounted: dict[Key, str] = {}
        while rest := [key for key in keys if key not in uncounted]:
            try:
                served = await self._serve(rest)
            except _ToCountError as wanted:
                uncounted[wanted.key] = wanted.code
            else:
                served.uncounted = uncounted
                return served
        return Served(uncounted=uncounted)

    async def count(self, key: Key, code: str) -> None:
        """Count the people of an area for the next answer to this chat, by a reader."""
        async with self._database.reading() as unit:
            area = await unit.areas.get(code)
            people = await unit.people.count_in(area) if area else 0
        self._counted[key] = {**self._counted.get(key, {}), code: people}

    async def _serve(self, keys: Collection[Key]) -> Served:
        try:
            return await self._transact(keys, alone=False)
        except RefusedAfterWritingError:
            if len(keys) > 1:
                raise
            return await self._transact(keys, alone=True)

    async def meet(self, key: Key, said: Incoming) -> None:
        """Make sure the chat is there, in its own language, before a picture of it is kept."""
        async with self._database.writing() as unit:
            if await unit.people.find_chat(*key) is None:
                unit.people.open_chat(
                    *key, language_of(said.language, self._language), self._clock.now(), group=said.group
                )

    async def apologise(self, row: Waiting, incident: str) -> None:
        """Tell a chat that its message could not be handled, with the number to mention.

        Whoever wrote for the first time has no chat yet, since it was undone with the failure; they get one now.
        """
        now = self._clock.now()
        async with self._database.writing() as unit:
            chat = await unit.people.find_chat(row.channel, row.chat) or self._meet(
                unit, _Job([row], self._readable(row)), now
            )
            if chat is not None:
                await unit.session.flush()
                speaker = Speaker(unit, self._shelf.texts, self._limits, now)
                speaker.say(chat, reply("common.incident", incident=incident), remember=False)
                await speaker.write()

    def _readable(self, row: Waiting) -> Incoming | None:
        """What the update says, None when the update itself is what cannot be read."""
        try:
            return self._parse(row)
        except Exception:  # noqa: BLE001 it was logged when the update was tried
            return None

    async def _transact(self, keys: Collection[Key], *, alone: bool) -> Served:
        served, now = Served(), self._clock.now()
        async with self._database.writing() as unit:
            chats = await unit.people.lock_chats(keys)
            missing = [key for key in keys if key not in chats]
            served.busy = await unit.people.existing(missing) if missing and not self._database.sqlite else set()
            heads = await unit.inbox.heads([chat.id for chat in chats.values()])
            heads += [
                row for key in missing if key not in served.busy if (row := await unit.inbox.head(key)) is not None
            ]
            jobs = await self._read(unit, sorted(heads), served)
            speaker = Speaker(unit, self._shelf.texts, self._limits, now)
            answered: list[Chat] = []
            for job in jobs:
                chat = chats.get(job.key) or self._meet(unit, job, now)
                if chat is not None and job.said is not None:
                    answered.append(chat)
                    ctx = Context(unit, chat, self._shelf, now, counted=self._counted.get(job.key, {}))
                    try:
                        await self._answer(ctx, job.said, speaker, alone=alone)
                    except NotCountedError as wanted:
                        raise _ToCountError(job.key, wanted.code) from wanted
            unit.people.write_alike(chats.values())
            await unit.session.flush()
            await speaker.write()
            if jobs:
                await unit.inbox.finish([row.id for job in jobs for row in job.rows])
                served.more = await unit.inbox.waiting_in([chat.id for chat in answered])
        served.done = {job.key: job.said is not None for job in jobs}
        for key in keys:
            if (
                key not in served.busy
            ):  # what was prepared is answered now, or was set aside or answered elsewhere before
                self.prepared.pop(key, None)
                self._counted.pop(key, None)
        for job in jobs:
            self._flood.warned(_who(job.key))
        return served

    async def _read(self, unit: Unit, heads: Iterable[Waiting], served: Served) -> list[_Job]:
        """The heads of the chats' queues, parsed; what needs a download first is named in ``served``."""
        jobs: list[_Job] = []
        for row in heads:
            said, rows = self._prepared(row) or self._parse(row), [row]
            if said is not None and said.album:
                said, rows = await self._album(unit, row, said)
            if (
                said is not None
                and not said.group
                and any(one.kind in KEPT and one.media_id is None and not one.problem for one in said.attachments)
            ):
                served.unprepared.append((row.id, (row.channel, row.chat), said))
            else:
                jobs.append(_Job(rows, said))
        return jobs

    def _prepared(self, row: Waiting) -> Incoming | None:
        number, said = self.prepared.get((row.channel, row.chat), (None, None))
        return said if number == row.id else None

    async def _album(self, unit: Unit, row: Waiting, said: Incoming) -> tuple[Incoming, list[Waiting]]:
        """The pictures of one album, which come as updates of their own, as one message."""
        rows, attachments = [row], list(said.attachments)
        known = {one.remote for one in attachments}
        for other in await unit.inbox.following(row):
            more = self._parse(other)
            if more is None or more.album != said.album:
                break
            rows.append(other)
            attachments += [one for one in more.attachments if one.remote not in known]
        return replace(said, attachments=tuple(attachments)), rows

    def _parse(self, row: Waiting) -> Incoming | None:
        said = self._channels[row.channel].parse(RawUpdate(row.external_id, row.chat, orjson.loads(row.raw)))
        return (
            replace(said, text=_UNSEEN.sub("", said.text)) if said is not None and _UNSEEN.search(said.text) else said
        )

    def _meet(self, unit: Unit, job: _Job, now: datetime) -> Chat | None:
        """A first message opens a chat; being blocked by a stranger does not."""
        if job.said is None or job.said.kind is Kind.BLOCKED:
            return None
        return unit.people.open_chat(
            *job.key, language_of(job.said.language, self._language), now, group=job.said.group
        )

    async def _answer(self, ctx: Context, said: Incoming, speaker: Speaker, *, alone: bool) -> None:
        chat = ctx.chat
        if chat.id is None:
            await ctx.unit.session.flush()
        if said.group and not chat.group:
            chat.group = True
        self._follow(chat, said)
        await self._shelf.texts.warm(chat.person.language)
        body = _heard(said)
        speaker.heard(chat, (said.text or said.label)[:TRANSCRIPT_CHARACTERS], body, said.external_id)
        replies = await (_respond_behind_savepoint(ctx, said) if alone else _respond(ctx, said))
        if ctx.pressed:
            body["press"] = ctx.pressed
        chat.seen_at = ctx.now
        if said.kind is not Kind.BLOCKED and chat.unreachable_at is not None:
            chat.unreachable_at = None
        for one in replies:
            speaker.say(chat, one)
        for push in ctx.pushes:
            await self._shelf.texts.warm(push.chat.person.language)
            await speaker.push(push)
        if self._flood.is_to_warn(_who((chat.channel, chat.external))):
            speaker.say(chat, reply("common.slow_down"), remember=False)

    def _follow(self, chat: Chat, said: Incoming) -> None:
        """Answer in the language somebody writes in, unless they chose one."""
        if said.kind in (Kind.TEXT, Kind.PHOTO) and not chat.person.language_chosen:
            chat.person.language = self._shelf.texts.written_in(said.text, chat.person.language)


def _who(key: Key) -> str:
    return f"{key[0]}:{key[1]}"


async def _respond(ctx: Context, said: Incoming) -> list[Reply]:
    before = ctx.unit.wrote
    try:
        return await respond(ctx, said)
    except Refusal as refusal:
        session = ctx.unit.session
        wrote = ctx.unit.wrote != before or session.dirty or session.new or session.deleted
        if wrote or ctx.pushes or isinstance(refusal, NotAllowed) or refusal.final:
            raise RefusedAfterWritingError from refusal
        return [refusal.reply]


async def _respond_behind_savepoint(ctx: Context, said: Incoming) -> list[Reply]:
    session, audited = ctx.unit.session, len(ctx.unit.audit.lines)
    savepoint = await session.begin_nested()
    try:
        replies = await respond(ctx, said)
    except Refusal as refusal:
        await savepoint.rollback()
        del ctx.unit.audit.lines[audited:]
        ctx.pushes = []
        await session.refresh(ctx.chat)
        await session.refresh(ctx.person)
        return await refused(ctx, refusal)
    await savepoint.commit()
    return replies


def _heard(said: Incoming) -> dict[str, Any]:
    """What besides the words belongs into the transcript."""
    body: dict[str, Any] = {}
    photos = [one.media_id for one in said.attachments if one.media_id is not None]
    if photos:
        body["photos"] = photos
    if said.location is not None:
        body["location"] = [said.location.lat, said.location.lon]
    if said.kind not in (Kind.TEXT, Kind.PHOTO, Kind.LOCATION):
        body["kind"] = said.kind.value
    if said.press:
        body["press"] = said.press
    return body
