"""What each method does and answers. Methods without an entry answer True or the least object of the type they return."""

from __future__ import annotations

import time
from typing import Any

from tests.fakes.botapi.check import rules
from tests.fakes.botapi.errors import ApiError, Json, bad_request
from tests.fakes.botapi.media import DOWNLOAD_BYTES, Parts, shown, take
from tests.fakes.botapi.sending import SENDING, Run, chat_action, formatted, inline_only
from tests.fakes.botapi.world import Chat, World

PRESS_LIFETIME = 60.0
"""Seconds in which a button press can be answered."""


def _get_me(world: World, params: Json, parts: Parts) -> Json:
    return world.me


def _own(world: World, params: Json, verb: str) -> tuple[Chat, Json] | None:
    """The bot's message to be edited, as a copy; None for an inline message, which is not kept."""
    if "inline_message_id" in params:
        return None
    chat = world.chat(params["chat_id"])
    chat.check_open()
    found = chat.messages.get(params["message_id"])
    if found is None:
        raise bad_request(f"message to {verb} not found")
    if found["from"]["id"] != world.me["id"]:
        raise bad_request(f"message can't be {verb}ed")
    return chat, dict(found)


def _edited(world: World, chat: Chat, message: Json, params: Json, content: Json, *gone: str) -> Json:
    before = dict(message)
    for key in (*gone, "reply_markup"):
        message.pop(key, None)
    message.update(content, **inline_only(params))
    if {**message, "edit_date": 0} == {**before, "edit_date": 0}:
        same = (
            "specified new message content and reply markup are exactly the same as a current content and reply markup"
        )
        raise bad_request(f"message is not modified: {same} of the message")
    return world.change(chat, message, by_bot=True)


def _edit_text(world: World, params: Json, parts: Parts) -> Json | bool:
    found = _own(world, params, "edit")
    if found is None:
        return True
    chat, message = found
    if "text" not in message and "rich_message" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edited(world, chat, message, params, formatted(params), "text", "entities", "rich_message")


def _edit_caption(world: World, params: Json, parts: Parts) -> Json | bool:
    found = _own(world, params, "edit")
    if found is None:
        return True
    chat, message = found
    if "text" in message:
        raise bad_request("there is no caption in the message to edit")
    return _edited(world, chat, message, params, formatted(params, "caption"), "caption", "caption_entities")


def _edit_media(world: World, params: Json, parts: Parts) -> Json | bool:
    found = _own(world, params, "edit")
    if found is None:
        return True
    chat, message = found
    item = params["media"]
    file = take(world, item["type"], "", item["media"], parts)
    content = {**shown(file, item["type"]), **formatted(item, "caption")}
    return _edited(world, chat, message, params, content, "photo", "document", "video", "audio", "caption", "text")


def _edit_markup(world: World, params: Json, parts: Parts) -> Json | bool:
    found = _own(world, params, "edit")
    return True if found is None else _edited(world, *found, params, {})


def _stop_poll(world: World, params: Json, parts: Parts) -> Json:
    found = _own(world, params, "edit")
    if found is None or "poll" not in found[1]:
        raise bad_request("message with poll to stop not found")
    chat, message = found
    poll = {**message["poll"], "is_closed": True}
    _edited(world, chat, message, params, {"poll": poll})
    return poll


def _delete(world: World, params: Json, parts: Parts) -> bool:
    chat = world.chat(params["chat_id"])
    chat.check_open()
    gone = chat.messages.pop(params["message_id"], None)
    if gone is None:
        raise bad_request("message to delete not found")
    world.remark(chat, True, "delete", gone, "")
    return True


def _delete_many(world: World, params: Json, parts: Parts) -> bool:
    chat = world.chat(params["chat_id"])
    for number in params["message_ids"]:
        if number in chat.messages:
            world.remark(chat, True, "delete", chat.messages.pop(number), "")
    return True


def _answer_press(world: World, params: Json, parts: Parts) -> bool:
    query = params["callback_query_id"]
    pressed_at, chat_id = world.presses.pop(query, (0.0, 0))
    if time.monotonic() - pressed_at > PRESS_LIFETIME:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    world.answered.add(query)
    world.remark(world.chat(chat_id), True, "answer", {}, params.get("text", ""))
    return True


def _get_file(world: World, params: Json, parts: Parts) -> Json:
    found = world.file(params["file_id"])
    if found is None:
        raise bad_request("invalid file_id")
    if found.size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return found.file()


def _get_chat(world: World, params: Json, parts: Parts) -> Json:
    info = world.chat(params["chat_id"]).info
    gifts = least_value("AcceptedGiftTypes")
    return {**info, "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}


def _get_member(world: World, params: Json, parts: Parts) -> Json:
    chat = world.chat(params["chat_id"])
    person = world.chats.get(params["user_id"])
    if params["user_id"] == world.me["id"]:
        return {"status": "member" if chat.state == "open" else "left", "user": world.me}
    if person is None:
        raise bad_request("user not found")
    user = {"id": person.id, "is_bot": False, "first_name": person.info["first_name"]}
    return {"status": "member", "user": user}


def _set_commands(world: World, params: Json, parts: Parts) -> bool:
    world.settings[f"commands {params.get('scope')} {params.get('language_code', '')}"] = params["commands"]
    return True


def _get_commands(world: World, params: Json, parts: Parts) -> list[Json]:
    found: list[Json] = world.settings.get(f"commands {params.get('scope')} {params.get('language_code', '')}", [])
    return found


def _delete_commands(world: World, params: Json, parts: Parts) -> bool:
    world.settings.pop(f"commands {params.get('scope')} {params.get('language_code', '')}", None)
    return True


def _log_out(world: World, params: Json, parts: Parts) -> bool:
    raise ApiError(400, "Bad Request: the stand-in stays where it is")


def _menu_button(world: World, params: Json, parts: Parts) -> Json:
    return {"type": "commands"}


RETURNS: dict[str, str] = {
    "getUserProfilePhotos": "UserProfilePhotos",
    "getUserProfileAudios": "UserProfileAudios",
    "exportChatInviteLink": "String",
    "createInvoiceLink": "String",
    "getManagedBotToken": "String",
    "replaceManagedBotToken": "String",
    **dict.fromkeys(("createChatInviteLink", "editChatInviteLink", "revokeChatInviteLink"), "ChatInviteLink"),
    **dict.fromkeys(("createChatSubscriptionInviteLink", "editChatSubscriptionInviteLink"), "ChatInviteLink"),
    **dict.fromkeys(("getForumTopicIconStickers", "getCustomEmojiStickers"), "Array of Sticker"),
    "createForumTopic": "ForumTopic",
    "getChatAdministrators": "Array of ChatMember",
    "getChatMemberCount": "Integer",
    "getUserChatBoosts": "UserChatBoosts",
    "getBusinessConnection": "BusinessConnection",
    "getMyName": "BotName",
    "getMyDescription": "BotDescription",
    "getMyShortDescription": "BotShortDescription",
    "getMyDefaultAdministratorRights": "ChatAdministratorRights",
    "getAvailableGifts": "Gifts",
    **dict.fromkeys(("getMyStarBalance", "getBusinessAccountStarBalance"), "StarAmount"),
    **dict.fromkeys(("getBusinessAccountGifts", "getUserGifts", "getChatGifts"), "OwnedGifts"),
    **dict.fromkeys(("postStory", "repostStory", "editStory"), "Story"),
    "answerWebAppQuery": "SentWebAppMessage",
    "savePreparedInlineMessage": "PreparedInlineMessage",
    "getStickerSet": "StickerSet",
    "uploadStickerFile": "File",
    "getStarTransactions": "StarTransactions",
    "getGameHighScores": "Array of GameHighScore",
}


def least_value(type_name: str) -> Any:
    """The least value of a type: required fields only, zeros, empty texts and lists."""
    plain = {"Integer": 0, "Float": 0.0, "Boolean": False, "String": ""}
    if type_name in plain:
        return plain[type_name]
    if type_name.startswith("Array of "):
        return []
    spec = rules().types[type_name]
    if "subtypes" in spec:
        return least_value(spec["subtypes"][0])
    fields = spec.get("fields", {}).items()
    return {name: least_value(field["types"][0]) for name, field in fields if field.get("required")}


METHODS: dict[str, Run] = {
    **SENDING,
    "sendChatAction": chat_action,
    "getMe": _get_me,
    "editMessageText": _edit_text,
    "editMessageCaption": _edit_caption,
    "editMessageMedia": _edit_media,
    "editMessageReplyMarkup": _edit_markup,
    "stopPoll": _stop_poll,
    "deleteMessage": _delete,
    "deleteMessages": _delete_many,
    "answerCallbackQuery": _answer_press,
    "getFile": _get_file,
    "getChat": _get_chat,
    "getChatMember": _get_member,
    "getChatMenuButton": _menu_button,
    "setMyCommands": _set_commands,
    "getMyCommands": _get_commands,
    "deleteMyCommands": _delete_commands,
    "logOut": _log_out,
}


def run(world: World, method: str, params: Json, parts: Parts) -> Any:
    """Do what the method does and give its result. Raises ApiError."""
    known = METHODS.get(method)
    if known is not None:
        return known(world, params, parts)
    returned = RETURNS.get(method)
    return True if returned is None else least_value(returned)
