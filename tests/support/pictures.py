"""Pictures to send, honest and dishonest ones."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def jpeg(width: int = 64, height: int = 48, color: str = "olive") -> bytes:
    """A small photograph."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "JPEG")
    return out.getvalue()


def heavy(size: int) -> bytes:
    """A picture of about ``size`` bytes: what follows the picture's end is read by nobody."""
    return jpeg() + b"\0" * size


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would fill ``width`` × ``height`` / 8 bytes once opened."""
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    packer = zlib.compressobj(1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
