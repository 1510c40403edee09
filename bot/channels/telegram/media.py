"""Which file a message carries, announced in the product's words."""

from __future__ import annotations

from collections.abc import Callable

from telegram import Animation, Audio, Document, Message, PhotoSize, Video, VideoNote, Voice

from handlers.messages import Attachment, Kind

_File = Animation | Audio | Document | Video | VideoNote | Voice

# In this order: an animation is announced as a document too, for old clients.
_FILES: tuple[tuple[Callable[[Message], _File | None], Kind, str], ...] = (
    (lambda message: message.animation, Kind.OTHER, "video/mp4"),
    (lambda message: message.document, Kind.DOCUMENT, ""),
    (lambda message: message.voice, Kind.VOICE, "audio/ogg"),
    (lambda message: message.audio, Kind.VOICE, "audio/mpeg"),
    (lambda message: message.video_note, Kind.VOICE, "video/mp4"),
    (lambda message: message.video, Kind.OTHER, "video/mp4"),
)


def attachment(message: Message) -> Attachment | None:
    """Name the message's file: of a photo the largest size; spoken words, round videos among them, count as voice."""
    sizes = message.photo or (message.live_photo.photo if message.live_photo else ())
    if sizes:
        return _photo(max(sizes, key=lambda size: size.width * size.height))
    for pick, kind, mime in _FILES:
        if (file := pick(message)) is not None:
            return _file(file, kind, mime)
    return None


def _photo(size: PhotoSize) -> Attachment:
    return Attachment(
        kind=Kind.PHOTO,
        remote=size.file_id,
        size=size.file_size or 0,
        width=size.width,
        height=size.height,
        mime="image/jpeg",
    )


def _file(file: _File, kind: Kind, mime: str) -> Attachment:
    """Take the type the sender's client claims, or the usual one; opening the file will show what it is."""
    return Attachment(
        kind=kind,
        remote=file.file_id,
        size=file.file_size or 0,
        width=getattr(file, "width", 0),
        height=getattr(file, "height", 0),
        mime=getattr(file, "mime_type", None) or mime,
    )
