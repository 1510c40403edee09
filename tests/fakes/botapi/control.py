"""The control interface of a stand-in that runs as a process of its own: JSON over HTTP under /control/.

POST say       {"chats": 50, "each": 10, "first": 1000, "text": "第{n}条"}  or  {"messages": [{"chat": 1, "text": "…"}]}
POST press     {"chat": 1, "button": "受理"}
POST updates   {"updates": [{…}, …]}           as they are, malformed or repeated
POST chats     {"first": 1000, "count": 3000}  people who have started the bot
POST block     {"chat": 1, "blocked": true}
POST faults    {"kind": "too_many", "method": "sendMessage", "times": 2, "retry_after": 1, …}; {"clear": true}
POST settings  {"delay_ms": 50, "any_chat": true, "police": {"bot": 30, "chat": 1, "answers": false}}
POST reset     forget what was sent, calls, violations and waiting updates
GET  sent      ?after=N&chat=1   messages of the bot in order
GET  stats     counts, first and last time, waiting updates, presses not answered, CPU seconds used
GET  violations, breaches
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from tests.fakes.botapi.errors import Json
from tests.fakes.botapi.faults import Fault, Police

if TYPE_CHECKING:
    from tests.fakes.botapi.server import BotApi

Action = Callable[["BotApi", Json], Any]


async def control(api: BotApi, request: web.BaseRequest, name: str, query: str) -> web.Response:
    """Carry out one control request; 404 for an unknown name, 400 with the reason for a wrong one."""
    action = _ACTIONS.get(name)
    if action is None:
        return _json({"error": f"no {name!r}", "there is": sorted(_ACTIONS)}, 404)
    sent = await request.read()
    try:
        asked = orjson.loads(sent) if sent else dict(parse_qsl(query))
        return _json(action(api, asked))
    except (LookupError, TypeError, ValueError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 400)


def _json(answer: Any, status: int = 200) -> web.Response:
    body = orjson.dumps(answer, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(body=body, status=status, content_type="application/json")


def _say(api: BotApi, asked: Json) -> Json:
    """Queue texts at once: round after round, one of each chat a round, so that chats are mixed."""
    for message in asked.get("messages", ()):
        api.user(message["chat"]).say(message["text"])
    first, chats, text = asked.get("first", 1000), asked.get("chats", 0), asked.get("text", "{n}")
    for number in range(1, asked.get("each", 1) + 1):
        for chat in range(first, first + chats):
            api.user(chat).say(text.replace("{n}", str(number)).replace("{chat}", str(chat)))
    return {"waiting": len(api.updates.waiting)}


def _press(api: BotApi, asked: Json) -> Json:
    return {"query": api.user(asked["chat"]).press(asked["button"])}


def _updates(api: BotApi, asked: Json) -> Json:
    return {"update_ids": [api.raw_update(update).get("update_id") for update in asked["updates"]]}


def _chats(api: BotApi, asked: Json) -> Json:
    for chat in range(asked["first"], asked["first"] + asked["count"]):
        api.user(chat)
    return {"chats": len(api.world.chats)}


def _block(api: BotApi, asked: Json) -> Json:
    user = api.user(asked["chat"])
    if asked.get("blocked", True):
        user.block()
    else:
        user.unblock()
    return {"state": user.chat.state}


def _faults(api: BotApi, asked: Json) -> Json:
    if asked.pop("clear", False):
        api.faults.clear()
    if asked:
        api.fault(Fault(**asked))
    return {"faults": [asdict(fault) for fault in api.faults.waiting]}


def _settings(api: BotApi, asked: Json) -> Json:
    if "delay_ms" in asked:
        api.delay = asked["delay_ms"] / 1000
    if "any_chat" in asked:
        api.world.any_chat = asked["any_chat"]
    if "police" in asked:
        api.police = Police(**asked["police"]) if asked["police"] else None
    return {"delay_ms": api.delay * 1000, "any_chat": api.world.any_chat, "police": api.police is not None}


def _reset(api: BotApi, asked: Json) -> Json:
    api.violations.clear()
    api.calls.clear()
    api.counts.clear()
    api.world.sent.clear()
    api.world.presses.clear()
    api.updates.waiting.clear()
    for chat in api.world.chats.values():
        chat.log.clear()
        chat.messages.clear()
    return {}


def _sent(api: BotApi, asked: Json) -> Json:
    after = int(asked.get("after", 0))
    only = int(asked["chat"]) if "chat" in asked else None
    lines = [line for line in api.world.sent[after:] if only in (None, line.chat)]
    told = [{"chat": line.chat, "message_id": line.message_id, "text": line.text, "at": line.at} for line in lines]
    return {"sent": told, "next": len(api.world.sent)}


def _stats(api: BotApi, asked: Json) -> Json:
    sent = api.world.sent
    return {
        "messages": len(sent),
        "chats": Counter(line.chat for line in sent),
        "first_at": sent[0].at if sent else None,
        "last_at": sent[-1].at if sent else None,
        "calls": api.counts,
        "waiting": len(api.updates.waiting),
        "unanswered": len(api.unanswered()),
        "violations": len(api.violations),
        "webhook": api.updates.hook_info(),
        "deliveries": len(api.updates.deliveries),
        "cpu_seconds": time.process_time(),
    }


def _violations(api: BotApi, asked: Json) -> Json:
    return {"violations": [str(violation) for violation in api.violations]}


def _breaches(api: BotApi, asked: Json) -> Json:
    police = api.police or Police()
    return {"breaches": [asdict(one) for one in police.breaches], "early": [asdict(one) for one in police.early]}


_ACTIONS: dict[str, Action] = {
    "say": _say,
    "press": _press,
    "updates": _updates,
    "chats": _chats,
    "block": _block,
    "faults": _faults,
    "settings": _settings,
    "reset": _reset,
    "sent": _sent,
    "stats": _stats,
    "violations": _violations,
    "breaches": _breaches,
}
