"""Pictures and other files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Text, cast, delete, select

from storage.models import Media, Message
from storage.repositories.base import Repository


class MediaFiles(Repository):
    """Files by id or by their random name."""

    def add(self, media: Media) -> None:
        """A new file."""
        self.session.add(media)

    async def named(self, name: str) -> Media | None:
        """The file with this random name, unless it was deleted."""
        return await self.session.scalar(select(Media).where(Media.name == name, Media.deleted_at.is_(None)))

    async def of(self, ids: Iterable[int]) -> Sequence[Media]:
        """Files by id, in the order of their ids; deleted ones are left out."""
        query = select(Media).where(Media.id.in_(list(ids)), Media.deleted_at.is_(None)).order_by(Media.id)
        return (await self.session.scalars(query)).all()

    async def was_shown(self, media_id: int, chat_id: int, recent: int = 500) -> bool:
        """Whether a picture stands in one of the last messages of a chat."""
        last = select(Message.body).where(Message.chat_id == chat_id).order_by(Message.id.desc()).limit(recent)
        return any(media_id in body.get("photos", []) for body in await self.session.scalars(last))

    async def of_case(self, case_id: int) -> Sequence[Media]:
        """All files of a case, oldest first."""
        return (await self.session.scalars(select(Media).where(Media.case_id == case_id).order_by(Media.id))).all()

    async def deleted(self, limit: int = 500) -> Sequence[Media]:
        """Files whose owner had them deleted: whoever tidies removes each file, and then its row with ``drop``."""
        query = select(Media).where(Media.deleted_at.is_not(None)).order_by(Media.id).limit(limit)
        return (await self.session.scalars(query)).all()

    async def unattached(self, chat_id: int, since: datetime) -> int:
        """How many files of a chat, kept after ``since``, belong to no case and stand in no message."""
        query = select(Media.id).where(Media.chat_id == chat_id, Media.case_id.is_(None), Media.created_at > since)
        waiting = set(await self.session.scalars(query))
        return len(waiting - await self._said([chat_id])) if waiting else 0

    async def orphans(self, before: datetime, after_id: int, limit: int = 500) -> tuple[Sequence[Media], int]:
        """Files kept ``before`` that belong to no case and stand in no message of the chat they came from.

        Looks at ``limit`` files from ``after_id`` on; also returns the id to go on from, 0 at the end.
        """
        query = select(Media).where(Media.case_id.is_(None), Media.created_at < before, Media.id > after_id)
        found = (await self.session.scalars(query.order_by(Media.id).limit(limit))).all()
        said = await self._said({one.chat_id for one in found})
        return [one for one in found if one.id not in said], found[-1].id if len(found) == limit else 0

    async def _said(self, chats: Iterable[int]) -> set[int]:
        """The files that stand in messages of these chats."""
        query = select(Message.body).where(
            Message.chat_id.in_(list(chats)), cast(Message.body, Text).like('%"photos"%')
        )
        return {number for body in await self.session.scalars(query) for number in body.get("photos", [])}

    async def drop(self, ids: Iterable[int]) -> None:
        """Forget files that are gone."""
        await self.session.execute(delete(Media).where(Media.id.in_(list(ids))))
