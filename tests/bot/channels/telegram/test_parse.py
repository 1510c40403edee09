"""Raw updates become what was said."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.parse import parse
from bot.channels.telegram.raw import decode, identify
from handlers.messages import Contact, Incoming, Kind, Location

PERSON = {"id": 5, "is_bot": False, "first_name": "王", "last_name": "芳", "username": "wf", "language_code": "zh-hans"}
PRIVATE = {"id": 5, "type": "private", "first_name": "王"}
GROUP = {"id": -100, "type": "supergroup", "title": "3栋"}
FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 900}


def read(kind: str, payload: dict[str, Any]) -> Incoming | None:
    update = identify({"update_id": 9, kind: payload})
    assert update is not None
    return parse(update, "LinliBot")


def said(chat: dict[str, Any] = PRIVATE, sender: dict[str, Any] = PERSON, **fields: Any) -> Incoming | None:
    return read("message", {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": sender, **fields})


def heard(**fields: Any) -> Incoming:
    found = said(**fields)
    assert found is not None
    return found


def test_a_text_carries_where_it_was_said_and_in_which_language() -> None:
    assert heard(text="楼道灯坏了") == Incoming(
        channel="telegram",
        chat="5",
        external_id="u9",
        kind=Kind.TEXT,
        text="楼道灯坏了",
        language="zh-hans",
    )


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("/start", "start", ""),
        ("/start loc_7Q", "start", "loc_7Q"),
        ("/Start@LinliBot  code", "start", "code"),
        ("/report@linlibot\n灯坏了", "report", "灯坏了"),
    ],
)
def test_commands_are_taken_apart(text: str, command: str, rest: str) -> None:
    found = heard(text=text)
    assert (found.kind, found.command, found.text) == (Kind.COMMAND, command, rest)


@pytest.mark.parametrize("text", ["/", "/报修", "see /start", "/a-b"])
def test_what_only_looks_like_a_command_is_text(text: str) -> None:
    assert (heard(text=text).kind, heard(text=text).text) == (Kind.TEXT, text)


def test_a_command_for_another_bot_is_none_of_ours() -> None:
    assert said(chat=GROUP, text="/start@OtherBot") is None


def test_a_forwarded_command_or_card_proves_nothing() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "admin"}
    assert heard(text="/start INVITE", forward_origin=origin).kind is Kind.TEXT
    card = {"phone_number": "139", "first_name": "王", "user_id": 5}
    assert heard(contact=card, forward_origin=origin).contact == Contact("139", own=False)


def test_of_a_photo_the_largest_size_counts() -> None:
    sizes = [FILE | {"file_id": f"p{w}", "width": w, "height": w} for w in (90, 1280, 320)]
    found = heard(photo=sizes, caption="看", media_group_id="A1")
    assert (found.kind, found.text, found.album) == (Kind.PHOTO, "看", "A1")
    (photo,) = found.attachments
    assert (photo.remote, photo.width, photo.height, photo.size, photo.mime) == ("p1280", 1280, 1280, 900, "image/jpeg")


@pytest.mark.parametrize(
    ("field", "extra", "kind", "mime"),
    [
        ("document", {"mime_type": "image/png"}, Kind.DOCUMENT, "image/png"),
        ("document", {}, Kind.DOCUMENT, ""),
        ("voice", {"duration": 3, "mime_type": "audio/ogg"}, Kind.VOICE, "audio/ogg"),
        ("audio", {"duration": 3}, Kind.VOICE, "audio/mpeg"),
        ("video_note", {"duration": 3, "length": 200}, Kind.VOICE, "video/mp4"),
        ("video", {"duration": 3, "width": 4, "height": 5}, Kind.OTHER, "video/mp4"),
    ],
)
def test_files_are_announced(field: str, extra: dict[str, Any], kind: Kind, mime: str) -> None:
    found = heard(**{field: FILE | extra})
    assert found.kind is kind
    assert [(file.kind, file.remote, file.size, file.mime) for file in found.attachments] == [(kind, "F", 900, mime)]


def test_an_animation_is_not_its_document() -> None:
    moving = FILE | {"duration": 1, "width": 2, "height": 3}
    assert heard(animation=moving, document=FILE).kind is Kind.OTHER


def test_places_and_venues() -> None:
    pin = {"latitude": 31.2, "longitude": 121.5}
    assert heard(location=pin).location == Location(lat=31.2, lon=121.5)
    venue = heard(location=pin, venue={"location": pin, "title": "3栋", "address": "幸福路8号"})
    assert (venue.kind, venue.text, venue.location) == (Kind.LOCATION, "3栋 幸福路8号", Location(31.2, 121.5))


@pytest.mark.parametrize(("owner", "own"), [({"user_id": 5}, True), ({"user_id": 6}, False), ({}, False)])
def test_a_card_is_own_only_when_it_names_the_sender(owner: dict[str, int], own: bool) -> None:
    card = {"phone_number": "13900000000", "first_name": "王"} | owner
    assert heard(contact=card).contact == Contact("13900000000", own)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("poll", {"id": "1", "question": "?"}),
        ("dice", {"emoji": "🎲", "value": 3}),
        ("story", {}),
        ("something_new", {"strange": [1]}),
    ],
)
def test_anything_else_a_person_sends_is_other(field: str, value: dict[str, Any]) -> None:
    assert heard(**{field: value}).kind is Kind.OTHER


def test_a_sticker_is_a_sticker() -> None:
    sticker = FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    assert heard(sticker=sticker).kind is Kind.STICKER


@pytest.mark.parametrize("field", ["new_chat_members", "pinned_message", "video_chat_started", "migrate_to_chat_id"])
def test_service_messages_concern_nobody(field: str) -> None:
    assert said(chat=GROUP, **{field: {}}) is None


def test_groups_are_marked() -> None:
    found = heard(chat=GROUP, text="hi")
    assert (found.group, found.chat) == (True, "-100")


def test_bots_channels_and_borrowed_names_are_ignored() -> None:
    assert said(sender=PERSON | {"is_bot": True}, text="x") is None
    assert said(chat=GROUP, sender_chat={"id": -7, "type": "channel", "title": "c"}, text="x") is None
    assert said(chat={"id": -8, "type": "channel", "title": "c"}, text="x") is None
    assert (
        read("channel_post", {"message_id": 1, "date": 1, "chat": {"id": -8, "type": "channel"}, "text": "x"}) is None
    )


def test_edits_are_edits_but_a_moving_pin_is_silent() -> None:
    edited = {"message_id": 1, "date": 1, "edit_date": 2, "chat": PRIVATE, "from": PERSON}
    found = read("edited_message", edited | {"text": "/start again"})
    assert found is not None
    assert (found.kind, found.text) == (Kind.EDITED, "/start again")
    assert read("edited_message", edited | {"location": {"latitude": 1.0, "longitude": 2.0}}) is None


def press(**fields: Any) -> Incoming | None:
    return read("callback_query", {"id": "q", "from": PERSON, "chat_instance": "1", "data": "accept:7", **fields})


def test_a_press_belongs_to_the_chat_of_its_message() -> None:
    bots = {"message_id": 3, "date": 0, "chat": GROUP, "reply_markup": "nonsense"}
    found = press(message=bots)
    assert found is not None
    assert (found.kind, found.press, found.chat, found.group) == (Kind.PRESS, "accept:7", "-100", True)


def test_a_press_without_message_belongs_to_the_person() -> None:
    found = press()
    assert found is not None
    assert (found.press, found.chat, found.group) == ("accept:7", "5", False)


@pytest.mark.parametrize(
    ("status", "kind"), [("kicked", Kind.BLOCKED), ("left", Kind.BLOCKED), ("member", Kind.UNBLOCKED)]
)
def test_blocking_and_unblocking(status: str, kind: Kind) -> None:
    user = {"id": 1, "is_bot": True, "first_name": "b"}
    change = {"chat": PRIVATE, "from": PERSON, "date": 1, "old_chat_member": {"user": user, "status": "member"}}
    found = read("my_chat_member", change | {"new_chat_member": {"user": user, "status": status, "until_date": 0}})
    assert found is not None
    assert (found.kind, found.chat) == (kind, "5")


def test_a_malformed_message_raises_for_the_caller_to_set_aside() -> None:
    with pytest.raises((TypeError, KeyError, AttributeError)):
        read("message", {"text": 7})


def test_parts_that_are_not_used_cannot_spoil_a_message() -> None:
    assert heard(text="好", reply_to_message="nonsense", entities=5, quote=[]).text == "好"


@pytest.mark.parametrize(
    ("item", "chat"),
    [
        ({"message": {"chat": {"id": 5}}}, "5"),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": -1}}}}, "-1"),
        ({"callback_query": {"from": {"id": 6}}}, "6"),
        ({"my_chat_member": {"chat": {"id": 7}}}, "7"),
        ({"message": "nonsense"}, ""),
        ({"poll": {}}, ""),
    ],
)
def test_updates_are_ordered_by_chat(item: dict[str, Any], chat: str) -> None:
    update = identify({"update_id": 1} | item)
    assert update is not None
    assert (update.chat, update.external_id) == (chat, "u1")


@pytest.mark.parametrize("item", [None, 5, [], "x", {}, {"update_id": None}, {"update_id": True}, {"update_id": "a"}])
def test_what_has_no_id_is_no_update(item: object) -> None:
    assert identify(item) is None


def test_json_no_database_stores_is_made_storable() -> None:
    assert decode(rb'{"a": "x\u0000y", "b": "\ud800", "c": "\ud83d\ude00"}') == {
        "a": "x\ufffdy",
        "b": "\ufffd",
        "c": "😀",
    }
    assert decode(b'{"a": "\xff"}') == {"a": "\ufffd"}
    for bad in (b"", b"{", b"[1,", b"NaN", b"[" * 100_000):
        with pytest.raises(ValueError, match=r".*"):
            decode(bad)


def test_nesting_nobody_can_store_is_passed_over() -> None:
    deep = decode(b'{"update_id": 1, "x": ' + b"[" * 500 + b"]" * 500 + b"}")
    assert identify(deep) is None
