"""Rules that the Bot API states in prose, not in its tables: counts, alternatives, allowed words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.botapi.errors import Json

Rule = Callable[[Json], str | None]

_STYLES = frozenset({"danger", "success", "primary"})
_LOOKS = frozenset({"text", "style", "icon_custom_emoji_id"})
_DOING = {"typing", "choose_sticker", "find_location"}
_ACTIONS = frozenset(_DOING | {f"upload_{what}" for what in ("photo", "video", "voice", "document", "video_note")})
_ACTIONS |= {f"record_{what}" for what in ("video", "voice", "video_note")}


def _button(button: Json) -> str | None:
    """An inline button has exactly one action, a text, and a style Telegram knows."""
    actions = button.keys() - _LOOKS
    if len(actions) != 1:
        return f": an inline button needs exactly one action, has {sorted(actions)}"
    return _key(button)


def _key(button: Json) -> str | None:
    if not button["text"].strip():
        return ".text: is empty"
    style = button.get("style")
    return None if style is None or style in _STYLES else f".style: {style!r} is not one of {sorted(_STYLES)}"


def _inline_keyboard(markup: Json) -> str | None:
    rows = markup["inline_keyboard"]
    if sum(map(len, rows)) > 100:
        return ".inline_keyboard: more than 100 buttons"
    return ".inline_keyboard: an empty row" if any(not row for row in rows) else None


def _keyboard(markup: Json) -> str | None:
    rows = markup["keyboard"]
    if not rows or any(not row for row in rows):
        return ".keyboard: empty"
    return ".keyboard: more than 300 buttons" if sum(map(len, rows)) > 300 else None


def _reply(reply: Json) -> str | None:
    return None if reply.keys() & {"message_id", "ephemeral_message_id"} else ".message_id: missing"


def _bot_command(command: Json) -> str | None:
    if re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
        return None
    return ".command: only a–z, 0–9 and _ are allowed"


def _place(place: Json) -> str | None:
    if not -90 <= place["latitude"] <= 90:
        return ".latitude: outside -90…90"
    return None if -180 <= place["longitude"] <= 180 else ".longitude: outside -180…180"


def _poll(poll: Json) -> str | None:
    return None if 1 <= len(poll["options"]) <= 12 else ".options: 1–12 allowed"


def _album(call: Json) -> str | None:
    media: list[Json] = call["media"]
    if not 2 <= len(media) <= 10:
        return f".media: {len(media)} items, 2–10 allowed"
    kinds = {item["type"] for item in media}
    alone = kinds & {"audio", "document"}
    return f".media: {sorted(kinds)} can't be grouped" if alone and len(kinds) > 1 else None


def _edit(call: Json) -> str | None:
    if "inline_message_id" in call or {"chat_id", "message_id"} <= call.keys():
        return None
    return ".message_id: message identifier is not specified"


def _edit_text(call: Json) -> str | None:
    if not call.keys() & {"text", "rich_message"}:
        return ".text: is empty"
    return _edit(call)


def _send(call: Json) -> str | None:
    mode = call.get("parse_mode")
    if mode is not None and mode.lower() not in ("html", "markdown", "markdownv2", ""):
        return f".parse_mode: {mode!r} is not known"
    return None


def _webhook(call: Json) -> str | None:
    secret = call.get("secret_token", "a")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        return ".secret_token: only A–Z, a–z, 0–9, _ and - are allowed"
    if not 1 <= call.get("max_connections", 40) <= 100:
        return ".max_connections: 1–100 allowed"
    return _allowed(call)


def _allowed(call: Json) -> str | None:
    strange = [kind for kind in call.get("allowed_updates", ()) if kind not in UPDATE_KINDS]
    return f".allowed_updates: {strange} not known" if strange else None


def _commands(call: Json) -> str | None:
    return None if len(call["commands"]) <= 100 else ".commands: more than 100"


def _deletions(call: Json) -> str | None:
    return None if 1 <= len(call["message_ids"]) <= 100 else ".message_ids: 1–100 allowed"


def _one_of(field: str, words: frozenset[str]) -> Rule:
    def rule(call: Json) -> str | None:
        word: Any = call[field]
        return None if word in words else f".{field}: {word!r} is not one of {sorted(words)}"

    return rule


_MESSAGES = {"message", "channel_post", "business_message"}
UPDATE_KINDS = frozenset(
    _MESSAGES
    | {f"edited_{kind}" for kind in _MESSAGES}
    | {"business_connection", "deleted_business_messages", "guest_message", "message_reaction"}
    | {"message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query"}
    | {"pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member"}
    | {"chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription"}
    | {"stopped_message_generation"}
)

TYPE_RULES: dict[str, Rule] = {
    "InlineKeyboardButton": _button,
    "InlineKeyboardMarkup": _inline_keyboard,
    "KeyboardButton": _key,
    "ReplyKeyboardMarkup": _keyboard,
    "ReplyParameters": _reply,
    "BotCommand": _bot_command,
}

METHOD_RULES: dict[str, Rule] = {
    "sendMessage": _send,
    "sendPhoto": _send,
    "sendDocument": _send,
    "sendVideo": _send,
    "sendVoice": _send,
    "sendMediaGroup": _album,
    "sendLocation": _place,
    "sendVenue": _place,
    "sendPoll": _poll,
    "sendChatAction": _one_of("action", _ACTIONS),
    "editMessageText": _edit_text,
    "editMessageCaption": _edit,
    "editMessageMedia": _edit,
    "editMessageReplyMarkup": _edit,
    "deleteMessages": _deletions,
    "getUpdates": _allowed,
    "setWebhook": _webhook,
    "setMyCommands": _commands,
}
