"""From a raw update to what was said, through PTB's types.

Only the parts of an update that are used are given to PTB: that is faster, and a new or odd field elsewhere cannot make
a message unreadable. Who somebody is, is the numeric id of a private chat and nothing else: user names, forwards and
posts on behalf of a channel prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, Message, User

from bot.channels.base import RawUpdate
from bot.channels.telegram.media import attachment
from bot.channels.telegram.raw import CHANNEL
from handlers.messages import Contact, Incoming, Kind, Location

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+(.*))?", re.DOTALL)

_ENVELOPE = frozenset({"message_id", "date", "chat"})
_SENDER = frozenset({"from", "sender_chat", "forward_origin"})
_WORDS = frozenset({"text", "caption", "location", "venue", "contact", "sticker"})
_MEDIA = frozenset({"photo", "live_photo", "document", "animation", "audio", "video", "video_note", "voice"})
_MESSAGE = _ENVELOPE | _SENDER | _WORDS | _MEDIA | {"media_group_id"}

# Fields that begin so report something about the chat; nobody said it.
_SERVICE = (
    *("boost_added", "chat_background_", "chat_owner_", "channel_chat_", "community_chat_", "connected_website"),
    *("delete_chat_", "direct_message_price_", "forum_topic_", "general_forum_topic_", "giveaway_c", "group_chat_"),
    *("left_chat_", "managed_bot_", "message_auto_delete_", "migrate_", "new_chat_", "paid_message_price_"),
    *("pinned_message", "poll_option_", "proximity_", "suggested_post_a", "suggested_post_d", "suggested_post_paid"),
    *("suggested_post_refunded", "supergroup_chat_", "video_chat_", "write_access_"),
)

_GONE = frozenset({ChatMember.BANNED, ChatMember.LEFT})


def parse(update: RawUpdate, username: str = "") -> Incoming | None:
    """Read one update; None for what concerns nobody: channel posts, bots, service messages, other bots' commands.

    ``username`` is the bot's own, without @. Raises on what Telegram would never send.
    """
    raw = update.raw
    if (message := raw.get("message")) is not None:
        return _message(update, message, username)
    if (message := raw.get("edited_message")) is not None:
        return _edited(update, message)
    if (query := raw.get("callback_query")) is not None:
        return _press(update, query)
    if (change := raw.get("my_chat_member")) is not None:
        return _membership(update, change)
    return None


def _message(update: RawUpdate, raw: Mapping[str, Any], username: str) -> Incoming | None:
    """Read a message; words are taken as they are, and only what has more structure is made an object of PTB's."""
    if (found := _who(raw)) is None:
        return None
    if (text := raw.get("text")) is not None:
        return _text(update, *found, text, username, forwarded=raw.get("forward_origin") is not None)
    message = Message.de_json(_part(raw, _MESSAGE), None)
    said = _content(update, message)
    if said is None and not any(key.startswith(_SERVICE) for key in raw):
        return _said(update, message, Kind.OTHER, text=message.caption or "")
    return said


def _who(raw: Mapping[str, Any]) -> tuple[Chat, User] | None:
    """Where something was said, and by which person.

    None when it was a bot, a channel, or somebody speaking as a group or channel.
    """
    chat = Chat.de_json(raw["chat"], None)
    if raw.get("from") is None or raw.get("sender_chat") is not None or chat.type == Chat.CHANNEL:
        return None
    sender = User.de_json(raw["from"], None)
    return None if sender.is_bot else (chat, sender)


def _text(update: RawUpdate, chat: Chat, sender: User, text: str, username: str, *, forwarded: bool) -> Incoming | None:
    """Words, or a command unless it was forwarded; None for another bot's."""
    command = _COMMAND.fullmatch(text)
    if command is None or forwarded:
        return _incoming(update, Kind.TEXT, chat, sender, text=text)
    name, addressed, rest = command.groups()
    if addressed and username and addressed.lower() != username.lower():
        return None
    return _incoming(update, Kind.COMMAND, chat, sender, command=name.lower(), text=(rest or "").strip())


def _content(update: RawUpdate, message: Message) -> Incoming | None:
    """Read what the product can make something of besides words; None for all else a message may carry."""
    if (file := attachment(message)) is not None:
        album = message.media_group_id or ""
        return _said(update, message, file.kind, text=message.caption or "", attachments=(file,), album=album)
    if message.location is not None:
        return _said(update, message, Kind.LOCATION, text=_place(message), location=_pin(message))
    if message.contact is not None:
        return _said(update, message, Kind.CONTACT, contact=_card(message))
    if message.sticker is not None:
        return _said(update, message, Kind.STICKER)
    return None


def _edited(update: RawUpdate, raw: Mapping[str, Any]) -> Incoming | None:
    """Read an edit; the steps of a live location are edits as well, and concern nobody."""
    message = Message.de_json(_part(raw, _MESSAGE), None) if _who(raw) is not None else None
    if message is None or message.location is not None:
        return None
    file = attachment(message)
    text = message.text or message.caption or ""
    return _said(update, message, Kind.EDITED, text=text, attachments=(file,) if file else ())


def _press(update: RawUpdate, raw: Mapping[str, Any]) -> Incoming | None:
    """Read a pressed button; the message it hung on may be missing or too old to be shown to the bot."""
    trimmed = dict(raw)
    if (message := raw.get("message")) is not None:
        trimmed["message"] = _part(message, _ENVELOPE)
    query = CallbackQuery.de_json(trimmed, None)
    if query.from_user.is_bot:
        return None
    chat = query.message.chat if query.message else Chat(query.from_user.id, Chat.PRIVATE)
    return _incoming(update, Kind.PRESS, chat, query.from_user, press=query.data or "")


def _membership(update: RawUpdate, raw: Mapping[str, Any]) -> Incoming | None:
    """Read that the bot was blocked or unblocked, taken into or out of a group."""
    chat, sender = Chat.de_json(raw["chat"], None), User.de_json(raw["from"], None)
    if chat.type == Chat.CHANNEL:
        return None
    kind = Kind.BLOCKED if raw["new_chat_member"]["status"] in _GONE else Kind.UNBLOCKED
    return _incoming(update, kind, chat, sender)


def _said(update: RawUpdate, message: Message, kind: Kind, **fields: Any) -> Incoming:
    assert message.from_user is not None  # _who
    return _incoming(update, kind, message.chat, message.from_user, **fields)


def _incoming(update: RawUpdate, kind: Kind, chat: Chat, sender: User, **fields: Any) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        chat=str(chat.id),
        external_id=update.external_id,
        kind=kind,
        language=sender.language_code or "",
        group=chat.type != Chat.PRIVATE,
        **fields,
    )


def _pin(message: Message) -> Location | None:
    pin = message.location
    return Location(lat=pin.latitude, lon=pin.longitude) if pin else None


def _place(message: Message) -> str:
    """Give a venue's name and address: they say more than the pin."""
    return f"{message.venue.title} {message.venue.address}".strip() if message.venue else ""


def _card(message: Message) -> Contact | None:
    """Own only when Telegram says that the card is the sender's, and it was not passed on from elsewhere."""
    card, sender = message.contact, message.from_user
    if card is None or sender is None:
        return None
    own = card.user_id is not None and card.user_id == sender.id and message.forward_origin is None
    return Contact(phone=card.phone_number, own=own)


def _part(raw: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: raw[key] for key in raw if key in keys}
