"""What takes long to work out and comes out the same at every start, from a file of the cache folder."""

import json
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

_CODE = sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).digest()
"""What is kept was made by this very code: a changed weight makes everything anew."""

Plain = TypeVar("Plain")
"""Lists, dicts, strings and numbers; anything else is made anew each time."""


def cached(folder: Path | None, name: str, source: bytes, make: Callable[[], Plain]) -> Plain:
    """What ``make`` makes of ``source``, from the file where it was made before; of each name only the newest is kept.

    Without a folder it is made anew.
    """
    if folder is None:
        return make()
    target = folder / f"{name}-{sha256(_CODE + source).hexdigest()[:20]}.cached"
    try:
        digest, content = target.read_bytes().split(b"\n", 1)
        if digest == _digest(content):
            found: Plain = json.loads(content)
            return found
    except (OSError, ValueError):
        pass
    found = make()
    try:
        with suppress(TypeError):
            _keep(folder, name, target, json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except OSError as error:
        warn(folder, error)
    return found


def warn(folder: Path, error: OSError) -> None:
    """Say, once for each folder, that a start has to do without what it keeps there."""
    _warn(folder, str(error.strerror))


@cache
def _warn(folder: Path, why: str) -> None:
    logging.getLogger("linli.cache").warning("cache cannot be used", extra={"folder": str(folder), "why": why})


def _digest(content: bytes) -> bytes:
    """What tells a file that is as it was written from a broken one."""
    return sha256(content).hexdigest().encode()


def _keep(folder: Path, name: str, target: Path, content: bytes) -> None:
    older = set(folder.glob(f"{name}-*.cached"))
    write_whole(target, _digest(content) + b"\n" + content)
    for one in older - {target}:
        one.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Whole or not at all: another process may be reading, and a full disk leaves nothing behind; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with open(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(handle)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
