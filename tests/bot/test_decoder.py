"""The process that decodes pictures: what one picture does to it is felt by no other. Real processes, real signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot import decoder
from bot.decoder import Decoder, NotDecodedError
from tests.support.pictures import jpeg

_ODD = """
import os, signal, sys, time
from bot import decoder

def clean(data):
    if data == b"hang":
        time.sleep(60)
    if data == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if data == b"memory":
        raise MemoryError
    if data == b"slow":
        time.sleep(0.6)
    return decoder.Clean(data, os.getpid(), 1)

decoder.clean = clean
decoder.serve(sys.stdin.buffer, sys.stdout.buffer)
"""


@asynccontextmanager
async def odd(seconds: float = 5.0) -> AsyncIterator[Decoder]:
    """A decoder that does what the picture says, and else answers with the number of its process as the width."""
    made = Decoder((sys.executable, "-c", _ODD), seconds)
    try:
        yield made
    finally:
        await made.close()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_picture_is_turned_into_a_plain_jpeg_and_the_process_is_used_again() -> None:
    made = Decoder()
    try:
        cleaned = await made.clean(jpeg())
        assert cleaned.data.startswith(b"\xff\xd8")
        assert cleaned.width > 0
        with pytest.raises(NotDecodedError):
            await made.clean(b"no picture")
        assert await made.clean(jpeg()) == cleaned
    finally:
        await made.close()


async def test_a_picture_that_hangs_is_killed_and_the_next_one_gets_a_fresh_process() -> None:
    async with odd(seconds=1.0) as made:
        first = (await made.clean(b"fine")).width
        began = time.monotonic()
        hanging, following = await asyncio.gather(made.clean(b"hang"), made.clean(b"next"), return_exceptions=True)
        assert isinstance(hanging, NotDecodedError)
        assert not isinstance(following, BaseException)
        assert following.data == b"next"
        assert following.width != first
        assert not _alive(first)
        assert time.monotonic() - began < 5


async def test_a_picture_that_ends_its_process_harms_no_other() -> None:
    async with odd() as made:
        answers = await asyncio.gather(*map(made.clean, (b"one", b"die", b"two")), return_exceptions=True)
        assert [getattr(one, "data", None) for one in answers] == [b"one", None, b"two"]
        assert isinstance(answers[1], NotDecodedError)


async def test_a_process_ended_from_outside_is_replaced_without_loss() -> None:
    async with odd() as made:
        first = (await made.clean(b"one")).width
        os.kill(first, signal.SIGKILL)
        assert (await made.clean(b"two")).data == b"two"


async def test_waiting_in_line_does_not_count_against_a_picture() -> None:
    async with odd(seconds=1.5) as made:
        await made.clean(b"warm")
        answers = await asyncio.gather(*(made.clean(b"slow") for _ in range(4)))
        assert {one.data for one in answers} == {b"slow"}


async def test_without_memory_the_picture_is_refused_and_the_process_goes_on() -> None:
    async with odd() as made:
        first = (await made.clean(b"one")).width
        with pytest.raises(NotDecodedError):
            await made.clean(b"memory")
        assert (await made.clean(b"two")).width == first


async def test_a_cancelled_picture_leaves_no_answer_behind_for_the_next() -> None:
    async with odd() as made:
        await made.clean(b"warm")
        slow = asyncio.create_task(made.clean(b"slow"))
        await asyncio.sleep(0.1)
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert (await made.clean(b"two")).data == b"two"


async def test_a_process_is_replaced_after_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "PICTURES_EACH", 2)
    async with odd() as made:
        used = [(await made.clean(b"x")).width for _ in range(3)]
        assert used[0] == used[1] != used[2]
