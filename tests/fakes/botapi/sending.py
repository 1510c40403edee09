"""Methods that put messages into chats: send…, forward…, copy…"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.botapi.entities import detect, parse
from tests.fakes.botapi.errors import Json, bad_request
from tests.fakes.botapi.media import Parts, shown, take
from tests.fakes.botapi.world import Chat, World

Run = Callable[[World, Json, Parts], Any]
Content = Callable[[World, Json, Parts], Json]

FILE_FIELDS = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendAudio": "audio",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}


def formatted(params: Json, field: str = "text") -> Json:
    """The text or caption of a call as it appears in a message: plain, with its entities."""
    text = params.get(field)
    if not text:
        return {}
    entities_field = "entities" if field == "text" else f"{field}_entities"
    plain, found = parse(text, params.get("parse_mode"))
    entities = list(found) or params.get(entities_field) or detect(plain)
    return {field: plain, entities_field: entities} if entities else {field: plain}


def inline_only(params: Json) -> Json:
    """The keyboard that stays with a message; reply keyboards are not part of it."""
    markup = params.get("reply_markup")
    return {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}


def _reply(chat: Chat, params: Json) -> Json:
    wanted = params.get("reply_parameters")
    if wanted is None or "message_id" not in wanted:
        return {}
    found = chat.messages.get(wanted["message_id"])
    if found is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in found.items() if key != "reply_to_message"}}


def deliver(world: World, params: Json, content: Json) -> Json:
    """Put what the bot sends into its chat. Raises what Telegram answers if that can't be."""
    chat = world.chat(params["chat_id"])
    chat.check_open()
    more = {**_reply(chat, params), **content, **inline_only(params)}
    if params.get("protect_content"):
        more["has_protected_content"] = True
    _show_keyboard(chat, params.get("reply_markup"))
    return world.say(chat, world.me, more, by_bot=True)


def _show_keyboard(chat: Chat, markup: Json | None) -> None:
    if markup and "keyboard" in markup:
        chat.keyboard = markup
    elif markup and "remove_keyboard" in markup:
        chat.keyboard = None


def sender(content: Content) -> Run:
    """A method that sends one message with this content."""

    def run(world: World, params: Json, parts: Parts) -> Json:
        world.chat(params["chat_id"]).check_open()
        return deliver(world, params, content(world, params, parts))

    return run


def _file(kind: str) -> Content:
    def content(world: World, params: Json, parts: Parts) -> Json:
        file = take(world, kind, kind, params.get(kind), parts)
        spoiler = {"has_media_spoiler": True} if params.get("has_spoiler") else {}
        return {**shown(file, kind), **formatted(params, "caption"), **spoiler}

    return content


def _text(world: World, params: Json, parts: Parts) -> Json:
    return formatted(params)


def _location(world: World, params: Json, parts: Parts) -> Json:
    fields = ("latitude", "longitude", "horizontal_accuracy", "live_period", "heading", "proximity_alert_radius")
    return {"location": {key: params[key] for key in fields if key in params}}


def _venue(world: World, params: Json, parts: Parts) -> Json:
    location = _location(world, params, parts)
    return {**location, "venue": {**location, "title": params["title"], "address": params["address"]}}


def _contact(world: World, params: Json, parts: Parts) -> Json:
    fields = ("phone_number", "first_name", "last_name", "vcard")
    return {"contact": {key: params[key] for key in fields if key in params}}


def _poll(world: World, params: Json, parts: Parts) -> Json:
    return {"poll": poll_object(world, params["question"], [option["text"] for option in params["options"]], params)}


def poll_object(world: World, question: str, options: list[str], params: Json) -> Json:
    """A `Poll` nobody has voted in yet."""
    flags = {"is_closed": params.get("is_closed", False), "is_anonymous": params.get("is_anonymous", True)}
    choices = [{"persistent_id": str(number), "text": text, "voter_count": 0} for number, text in enumerate(options, 1)]
    poll = {"id": str(world.number()), "question": question, "options": choices, "total_voter_count": 0, **flags}
    revoting = {
        "allows_revoting": params.get("allows_revoting", True),
        "members_only": params.get("members_only", False),
    }
    many = params.get("allows_multiple_answers", False)
    return {**poll, **revoting, "type": params.get("type", "regular"), "allows_multiple_answers": many}


def _dice(world: World, params: Json, parts: Parts) -> Json:
    return {"dice": {"emoji": params.get("emoji", "🎲"), "value": 4}}


def _rich(world: World, params: Json, parts: Parts) -> Json:
    return {"rich_message": {"blocks": []}}


def send_album(world: World, params: Json, parts: Parts) -> list[Json]:
    """All messages of the album, with one media_group_id; nothing is sent if one item is refused."""
    world.chat(params["chat_id"]).check_open()
    album = {"media_group_id": str(world.number())}
    contents = []
    for item in params["media"]:
        file = take(world, item["type"], "", item["media"], parts)
        contents.append({**shown(file, item["type"]), **formatted(item, "caption"), **album})
    return [deliver(world, params, content) for content in contents]


_NOT_COPIED = frozenset({"message_id", "from", "chat", "date", "edit_date", "reply_markup", "reply_to_message"})


def _original(world: World, params: Json, message_id: int, verb: str) -> Json:
    found = world.chat(params["from_chat_id"]).messages.get(message_id)
    if found is None:
        raise bad_request(f"message to {verb} not found")
    return found


def forward(world: World, params: Json, parts: Parts) -> Json:
    """forwardMessage: the content again, with where it came from."""
    found = _original(world, params, params["message_id"], "forward")
    origin = {"type": "user", "date": found["date"], "sender_user": found["from"]}
    content = {key: value for key, value in found.items() if key not in _NOT_COPIED}
    return deliver(world, params, {**content, "forward_origin": origin})


def copy(world: World, params: Json, parts: Parts) -> Json:
    """copyMessage: the content again, with another caption if given; answers only the id."""
    found = _original(world, params, params["message_id"], "copy")
    content = {key: value for key, value in found.items() if key not in _NOT_COPIED | {"forward_origin"}}
    sent = deliver(world, params, {**content, **formatted(params, "caption")})
    return {"message_id": sent["message_id"]}


def _many(one: Run) -> Run:
    def run(world: World, params: Json, parts: Parts) -> list[Json]:
        sent = [one(world, {**params, "message_id": number}, parts) for number in params["message_ids"]]
        return [{"message_id": message["message_id"]} for message in sent]

    return run


def chat_action(world: World, params: Json, parts: Parts) -> bool:
    """sendChatAction: leaves nothing behind, but refuses as a message would."""
    world.chat(params["chat_id"]).check_open()
    return True


def _other(world: World, params: Json, parts: Parts) -> Json:
    """Paid media, checklists, invoices, games: a message with a line of text in place of the content."""
    return {"text": str(params.get("title", "…"))}


SENDING: dict[str, Run] = {
    "sendMessage": sender(_text),
    **{method: sender(_file(kind)) for method, kind in FILE_FIELDS.items()},
    "sendLocation": sender(_location),
    "sendVenue": sender(_venue),
    "sendContact": sender(_contact),
    "sendPoll": sender(_poll),
    "sendDice": sender(_dice),
    "sendRichMessage": sender(_rich),
    **dict.fromkeys(("sendLivePhoto", "sendPaidMedia", "sendChecklist", "sendInvoice", "sendGame"), sender(_other)),
    "sendMediaGroup": send_album,
    "forwardMessage": forward,
    "copyMessage": copy,
    "forwardMessages": _many(forward),
    "copyMessages": _many(copy),
}
