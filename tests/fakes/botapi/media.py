"""Files inside messages: the objects Telegram shows for them, and what it refuses to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.botapi.errors import ApiError, Json, bad_request
from tests.fakes.botapi.world import Stored, World, image_size

MEGABYTE = 1024 * 1024
PHOTO_BYTES, UPLOAD_BYTES, DOWNLOAD_BYTES = 10 * MEGABYTE, 50 * MEGABYTE, 20 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Part:
    """A file uploaded with a call."""

    name: str
    mime: str
    data: bytes


Parts = Mapping[str, Part]


def take(world: World, kind: str, field: str, value: str | None, parts: Parts) -> Stored:
    """The file meant by a parameter: an uploaded part, a file_id, or an address. Raises 400 and 413."""
    part = parts.get(value.removeprefix("attach://") if value and value.startswith("attach://") else field)
    if part is not None:
        return _upload(world, kind, part)
    if value is None:
        raise bad_request(f"there is no {kind} in the request")
    if value.startswith(("http://", "https://")):
        return world.store(b"", kind, name=value.rpartition("/")[2])
    known = world.file(value)
    if known is None:
        raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
    return known


def _upload(world: World, kind: str, part: Part) -> Stored:
    if not part.data:
        raise bad_request("file must be non-empty")
    if len(part.data) > UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        _check_photo(part.data)
    return world.store(part.data, kind, name=part.name, mime=part.mime)


def _check_photo(data: bytes) -> None:
    if len(data) > PHOTO_BYTES:
        size = f"file of size {len(data)} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {PHOTO_BYTES} bytes")
    size_of = image_size(data)
    if size_of is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size_of) > 10_000 or max(size_of) > 20 * min(size_of):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def shown(file: Stored, kind: str) -> Json:
    """The part of a message that shows this file as `kind`: {"photo": [...]}, {"document": {...}} …"""
    basic: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
    if kind == "photo":
        return {"photo": _sizes(file, basic)}
    named = {**basic, "file_name": file.name, "mime_type": file.mime or "application/octet-stream"}
    size = {"width": file.width or 512, "height": file.height or 512}
    objects: dict[str, Json] = {
        "document": named,
        "audio": {**named, "duration": 3},
        "voice": {**basic, "duration": 3, "mime_type": file.mime or "audio/ogg"},
        "video": {**named, **size, "duration": 3},
        "animation": {**named, **size, "duration": 3},
        "video_note": {**basic, "length": 240, "duration": 3},
        "sticker": {**basic, **size, "type": "regular", "is_animated": False, "is_video": False, "emoji": "🙂"},
    }
    content: Json = {kind: objects[kind]}
    if kind == "animation":
        content["document"] = named
    return content


def _sizes(file: Stored, basic: Json) -> list[Json]:
    """Smaller sizes first, as Telegram lists them; they share the bytes of the largest."""
    sizes = []
    for name, edge in (("s", 90), ("m", 320), ("x", 800)):
        if max(file.width, file.height) > edge * 1.2:
            scale = edge / max(file.width, file.height)
            dims = {"width": max(1, round(file.width * scale)), "height": max(1, round(file.height * scale))}
            small = {"file_id": basic["file_id"] + name, "file_unique_id": basic["file_unique_id"] + name}
            sizes.append({**small, **dims, "file_size": max(1, round(file.size * scale * scale))})
    return [*sizes, {**basic, "width": file.width, "height": file.height}]
