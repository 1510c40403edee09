"""What was said: the transcript that the web page shows and a human reads before taking over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Table, and_, column, func, insert, select, values

from storage.models import Mention, Message
from storage.repositories.base import Repository

_LAST: Final = select(func.max(Message.id))
_INSERT: Final = insert(cast("Table", Message.__table__))
"""Around the mapper, which has nothing to add to a row that nobody keeps in hand."""
SLICE: Final = 500
"""Chats asked about in one query: both databases limit how many values a query may carry."""


class Messages(Repository):
    """Append and read."""

    def add(self, message: Message) -> None:
        """A new message."""
        self.session.add(message)

    async def write(self, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
        """New messages, given as columns; returns their ids in the same order.

        SQLite does not say which of many new ids is whose, but lets its only writer count on from the last itself.
        """
        if self.session.get_bind().dialect.name != "sqlite":
            return (
                await self.session.scalars(insert(Message).returning(Message.id, sort_by_parameter_order=True), rows)
            ).all()
        last = await self.session.scalar(_LAST) or 0
        numbered = [{**row, "id": number} for number, row in enumerate(rows, last + 1)]
        await self.session.execute(_INSERT, numbered)
        return range(last + 1, last + 1 + len(rows))

    async def mention(self, where: Iterable[tuple[str, int]]) -> None:
        """Remember which references (see ``references``) stand in which messages."""
        await self.session.execute(insert(Mention), [{"ref": ref, "message_id": message} for ref, message in where])

    async def last(
        self, chat_id: int, limit: int, before: int | None = None, characters: int | None = None
    ) -> Sequence[Message]:
        """The newest ``limit`` messages of a chat, oldest first.

        It does not go back beyond the one with which their texts exceed ``characters``, so that reading stays small
        whatever was written.
        """
        of_chat = [Message.chat_id == chat_id, *([Message.id < before] if before is not None else [])]
        query = select(Message).where(*of_chat).order_by(Message.id.desc()).limit(limit)
        if characters is not None:
            sizes = (
                select(Message.id, func.length(Message.text).label("size"))
                .where(*of_chat)
                .order_by(Message.id.desc())
                .limit(limit)
                .subquery()
            )
            so_far = func.sum(sizes.c.size).over(order_by=sizes.c.id.desc()) - sizes.c.size
            summed = select(sizes.c.id, so_far.label("so_far")).subquery()
            query = query.where(Message.id.in_(select(summed.c.id).where(summed.c.so_far < characters)))
        return list(reversed((await self.session.scalars(query)).all()))

    async def since(self, cursors: Mapping[int, int], each: int = 500) -> Sequence[Message]:
        """Messages newer than each chat's cursor, oldest first within a chat; about ``each`` of every chat at most."""
        found: list[Message] = []
        marks = iter(cursors.items())
        while some := list(islice(marks, SLICE)):
            given = values(column("chat", BigInteger), column("mark", BigInteger), name="marks").data(some).cte("marks")
            newer = and_(Message.chat_id == given.c.chat, Message.id > given.c.mark)
            query = select(Message).join(given, newer).order_by(Message.id).limit(each * len(some))
            found += (await self.session.scalars(query)).all()
        return found
