"""Pictures: fetched, checked, decoded apart from the bot, written anew without what the camera noted, under a random name.

Voice messages are kept here as well, as they came.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.channels.base import Channel, FetchError
from bot.clock import Clock
from bot.decoder import Clean, Decoder, NotDecodedError
from handlers.messages import Attachment, Kind
from handlers.rules import Rules
from storage.engine import Database
from storage.models import Media
from storage.repositories.queues import Key

log = logging.getLogger("linli.pictures")

DECODERS = 2
"""Pictures decoded at the same time: while one of them turns out to be malicious, the others go on."""
RETRY_SECONDS = (0.5, 2.0)
PLACES = 4
"""Files of one channel in memory at the same time, from before they are read until they are kept."""
KEPT = frozenset({Kind.PHOTO, Kind.VOICE})
TYPES = frozenset({"JPEG", "PNG", "WEBP", "MPO"})
SPOKEN = frozenset(
    {
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/x-m4a",
        "audio/aac",
        "audio/wav",
        "audio/webm",
        "video/mp4",
        "video/webm",
    }
)
"""Types a voice message may claim; pages hand them on, so nothing a browser would run is among them."""


class PictureRefused(Exception):
    """Not a picture we take; ``key`` is the sentence for the sender."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def inspect(data: bytes, megabytes: int, megapixels: int) -> None:
    """Refuse by size, type and dimensions; reads the header only."""
    if len(data) > megabytes * 1_000_000:
        raise PictureRefused("photo.too_big")
    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, pixels = image.format, image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("photo.too_many_pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureRefused("photo.not_a_picture") from error
    if kind not in TYPES:
        raise PictureRefused("photo.not_a_picture")
    if pixels > megapixels * 1_000_000:
        raise PictureRefused("photo.too_many_pixels")


def path_of(folder: Path, name: str) -> Path:
    """Where in the folder of pictures the one with this name lies."""
    return folder / name[:2] / name


class Pictures:
    """Takes pictures in and hands out where they lie."""

    def __init__(self, database: Database, folder: Path, rules: Rules, clock: Clock) -> None:
        self._database, self._folder, self._rules, self._clock = database, folder, rules, clock
        self._decoders = [Decoder() for _ in range(DECODERS)]
        self._idle: asyncio.LifoQueue[Decoder] = asyncio.LifoQueue()
        for one in self._decoders:
            self._idle.put_nowait(one)
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(partial(asyncio.Semaphore, PLACES))

    def place(self, channel: str) -> asyncio.Semaphore:
        """Room for one file of a channel: hold it from before the file is read; one channel's trouble is not another's."""
        return self._places[channel]

    def path(self, name: str) -> Path:
        """Where the picture with this name lies; names come from our own table, never from outside."""
        return path_of(self._folder, name)

    async def take(self, channel: Channel, key: Key, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """Fetch, clean and keep the pictures among these; one that cannot be had comes back with ``problem`` set."""
        return tuple([await self._one(channel, key, one) if one.kind in KEPT else one for one in attachments])

    async def keep(self, key: Key, data: bytes) -> Media:
        """Clean and store one picture; raises PictureRefused."""
        made = await self.process(data)
        return await self._store(key, made.data, "photo", "image/jpeg", made.width, made.height)

    async def keep_voice(self, key: Key, data: bytes, claimed: str) -> Media:
        """Store a voice message as it came, for a person to listen to; ``claimed`` is its type as the channel told it."""
        mime = claimed.partition(";")[0].strip().lower()
        return await self._store(key, data, "voice", mime if mime in SPOKEN else "application/octet-stream", 0, 0)

    async def process(self, data: bytes) -> Clean:
        """Check and re-encode; raises PictureRefused."""
        await asyncio.to_thread(inspect, data, self._rules.photo_megabytes, self._rules.photo_megapixels)
        decoder = await self._idle.get()
        try:
            return await decoder.clean(data)
        except NotDecodedError as error:
            log.warning("picture not decoded", extra={"why": str(error)})
            raise PictureRefused("photo.not_a_picture") from error
        finally:
            self._idle.put_nowait(decoder)

    async def _store(self, key: Key, data: bytes, kind: str, mime: str, width: int, height: int) -> Media:
        name = secrets.token_hex(16)
        await asyncio.to_thread(_write, self.path(name), data)
        async with self._database.writing() as unit:
            now = self._clock.now()
            chat = await unit.people.find_chat(*key) or unit.people.open_chat(*key, "zh_Hans", now)
            await unit.session.flush()
            media = Media(
                name=name,
                kind=kind,
                mime=mime,
                size=len(data),
                width=width,
                height=height,
                chat_id=chat.id,
                created_at=now,
            )
            unit.media.add(media)
        return media

    async def _uploaded(self, key: Key, one: Attachment) -> Attachment:
        """A picture that was kept when it was uploaded: found by its random name, and only for the chat that sent it."""
        async with self._database.reading() as unit:
            media = await unit.media.named(one.remote)
            chat = await unit.people.find_chat(*key)
        if media is None or chat is None or media.chat_id != chat.id:
            return replace(one, problem="photo.gone")
        return replace(one, media_id=media.id)

    async def close(self) -> None:
        """End the processes that decode."""
        for one in self._decoders:
            await one.close()

    async def _one(self, channel: Channel, key: Key, one: Attachment) -> Attachment:
        if one.media_id is not None or one.problem:
            return one
        if one.size > self._rules.photo_megabytes * 1_000_000:
            return replace(one, problem="photo.too_big")
        if one.width * one.height > self._rules.photo_megapixels * 1_000_000:
            return replace(one, problem="photo.too_many_pixels")
        if channel.stores_uploads:
            return await self._uploaded(key, one)
        try:
            async with self.place(channel.name):
                data = await self._fetched(channel, one)
                kept = await (self.keep_voice(key, data, one.mime) if one.kind is Kind.VOICE else self.keep(key, data))
            return replace(one, media_id=kept.id)
        except PictureRefused as refused:
            return replace(one, problem=refused.key)
        except FetchError as error:
            log.warning("file not fetched", extra={"why": error.reason, "gone": error.gone})
            return replace(one, problem="photo.gone")

    async def _fetched(self, channel: Channel, one: Attachment) -> bytes:
        """The file's bytes; trouble of the network is waited out a few times."""
        for pause in RETRY_SECONDS:
            try:
                return await channel.fetch(one, self._rules.photo_megabytes * 1_000_000)
            except FetchError as error:
                if error.gone:
                    raise
            await asyncio.sleep(pause)
        return await channel.fetch(one, self._rules.photo_megabytes * 1_000_000)


def _write(path: Path, data: bytes) -> None:
    """Write to the disk's end before the row that names the file is committed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
