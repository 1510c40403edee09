"""Writes what is to be said into the transcript and, for channels that are sent to, into the outbox.

All in the caller's transaction, so that either the state and the words about it are kept, or neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.channels.base import Limits
from bot.channels.render import render
from handlers import choices
from handlers.context import Push
from handlers.messages import Priority, Reply
from handlers.texts import Texts
from knowledge.references import references
from storage.models import Chat
from storage.models.privacy import SECRET
from storage.unit import Unit

_SOMEBODYS: Final = "HPRT"
"""The kinds of references under which something may have to be forgotten; notices are not anybody's."""


@dataclass(slots=True)
class _Line:
    chat: Chat
    out: bool
    text: str
    body: dict[str, Any]
    client: str
    priority: int
    refs: Collection[str] = ()


class Speaker:
    """Collects the messages of one transaction and writes them in two statements.

    ``limits`` says of each channel what one message may hold, and whether it is sent to at all.
    """

    def __init__(self, unit: Unit, texts: Texts, limits: Mapping[str, Limits], now: datetime) -> None:
        self._unit, self._texts, self._limits, self._now = unit, texts, limits, now
        self._lines: list[_Line] = []

    def heard(self, chat: Chat, text: str, body: dict[str, Any], client: str) -> None:
        """What they said."""
        self._lines.append(_Line(chat, False, text, body, client, 0))

    def say(self, chat: Chat, reply: Reply, priority: Priority = Priority.REPLY, *, remember: bool = True) -> None:
        """What we say; its choices are what a typed number means from now on, unless ``remember`` is off.

        A question without choices ends those before it; a mere note leaves them.
        """
        parts = list(render(reply, self._texts, chat.person.language, self._limits.get(chat.channel, Limits())))
        refs = references(" ".join(text for text, _ in parts), _SOMEBODYS)
        if reply.instead is not None:
            refs = (*refs, SECRET)
        self._lines += [_Line(chat, True, text, body, "", priority, refs) for text, body in parts]
        if remember and (reply.choices or reply.question):
            choices.put(chat, self._shown(chat, reply))

    async def push(self, push: Push) -> None:
        """Words nobody waited for, with what can be chosen below them; staff hear them in every browser they are signed in with.

        A conversation with a resident, and the question of a form, stay where they are.
        """
        chats = [push.chat]
        kept_by_us = self._limits.get(push.chat.channel, Limits()).mailbox
        if kept_by_us and push.chat.person.staff and push.chat.handoff_id is None and not push.reply.question:
            chats += await self._unit.people.beside(push.chat)
        for chat in chats:
            self.say(chat, push.reply, push.priority, remember=False)
            choices.push(chat, self._shown(chat, push.reply))

    async def pass_on(self, pushes: Iterable[Push]) -> None:
        """Say and write what others have to be told, where nobody is being answered."""
        for push in pushes:
            await self._texts.warm(push.chat.person.language)
            await self.push(push)
        await self._unit.session.flush()
        await self.write()

    def _shown(self, chat: Chat, reply: Reply) -> list[choices.Shown]:
        language = chat.person.language
        return [choices.Shown(self._texts.say(language, one.label), one.token) for one in reply.choices]

    async def write(self) -> None:
        """Write everything collected. The chats must have ids (flushed)."""
        if not self._lines:
            return
        rows = [
            {
                "chat_id": one.chat.id,
                "out": one.out,
                "at": self._now,
                "text": one.text,
                "body": one.body,
                "client": one.client,
            }
            for one in self._lines
        ]
        self._unit.told.update((one.chat.channel, one.chat.external) for one in self._lines)
        ids = await self._unit.messages.write(rows)
        mentions = [(ref, message) for message, one in zip(ids, self._lines, strict=True) for ref in one.refs]
        if mentions:
            await self._unit.messages.mention(mentions)
        sends = [
            {"message_id": message, "chat_id": one.chat.id, "channel": one.chat.channel, "priority": one.priority}
            for message, one in zip(ids, self._lines, strict=True)
            if one.out and not self._limits.get(one.chat.channel, Limits()).mailbox
        ]
        if sends:
            await self._unit.outbox.add(sends)
        self._lines.clear()
