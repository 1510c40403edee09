"""Pictures are decoded in a process of their own: one at a time, with little memory and a time limit, replaced when it fails.

The file is both sides: run as a program it is that process, which reads pictures from its input and writes JPEGs to its
output; ``Decoder`` is the bot's end of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image, ImageOps

LONGEST_SIDE: Final = 2048
DECODE_SECONDS: Final = 20
DECODE_BYTES: Final = 1_500_000_000
PICTURES_EACH: Final = 100
"""After so many a process is replaced, so that nothing a library leaks adds up."""
_ASKED: Final = struct.Struct(">I")  # bytes that follow
_ANSWERED: Final = struct.Struct(">III")  # bytes that follow (0: not a picture), width, height
_COMMAND: Final = (sys.executable, "-P", __file__)


class NotDecodedError(Exception):
    """The picture cannot be decoded, not in time, or not without ending the process."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A re-encoded JPEG."""

    data: bytes
    width: int
    height: int


class Decoder:
    """One process, started when it is needed. Whoever waits for another's picture does not wait on their own time."""

    def __init__(self, command: Sequence[str] = _COMMAND, seconds: float = DECODE_SECONDS) -> None:
        self._command, self._seconds = command, seconds
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._left = 0

    async def clean(self, data: bytes) -> Clean:
        """The picture as a plain JPEG; raises NotDecodedError.

        A process that dies is given a second chance with a fresh one, since it may have been ended from outside; one that
        hangs is not.
        """
        async with self._turn:
            try:
                return await self._ask(data)
            except (OSError, EOFError):
                pass
            try:
                return await self._ask(data)
            except (OSError, EOFError) as error:
                raise NotDecodedError("the process ended") from error

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.communicate()

    async def _ask(self, data: bytes) -> Clean:
        child = await self._ready()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _exchange(child, data)
        except BaseException as error:  # whatever came between, the two no longer talk of the same picture
            await self.close()
            if isinstance(error, TimeoutError):
                raise NotDecodedError("too slow") from error
            raise
        self._left -= 1
        if answer is None:
            raise NotDecodedError("not a picture")
        return answer

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is not None and (self._child.returncode is not None or self._left <= 0):
            await self.close()
        if self._child is None:
            pipe = asyncio.subprocess.PIPE
            self._child = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe)
            self._left = PICTURES_EACH
        return self._child


async def _exchange(child: asyncio.subprocess.Process, data: bytes) -> Clean | None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.writelines((_ASKED.pack(len(data)), data))
    await child.stdin.drain()
    size, width, height = _ANSWERED.unpack(await child.stdout.readexactly(_ANSWERED.size))
    return Clean(await child.stdout.readexactly(size), width, height) if size else None


# -- the process -------------------------------------------------------------------------------------------------------


def clean(data: bytes) -> Clean:
    """Decode, turn upright, shrink, and write a plain JPEG."""
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = upright.convert("RGB")
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=85, optimize=True)
    return Clean(out.getvalue(), plain.width, plain.height)


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Clean what is asked until nobody asks any more."""
    while len(head := asked.read(_ASKED.size)) == _ASKED.size:
        data = asked.read(*_ASKED.unpack(head))
        signal.alarm(2 * DECODE_SECONDS)  # should the bot be killed meanwhile, nobody else ends this process
        try:
            made = clean(data)
        except Exception:  # noqa: BLE001 whatever a broken picture makes the library raise
            made = Clean(b"", 0, 0)
        signal.alarm(0)
        answers.write(_ANSWERED.pack(len(made.data), made.width, made.height))
        answers.write(made.data)
        answers.flush()


def _confine() -> None:
    """No more memory than a large picture needs, and Ctrl-C is for the bot alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource  # noqa: PLC0415 not on every system

        resource.setrlimit(resource.RLIMIT_AS, (DECODE_BYTES, DECODE_BYTES))
    except (ImportError, ValueError, OSError):  # not on this system: the check of the header still holds
        return


if __name__ == "__main__":
    _confine()
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(2, 1)  # a library that prints does not print into the answers
        serve(sys.stdin.buffer, output)
