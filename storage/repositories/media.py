"""Pictures and other files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from storage.models import Media, Message
from storage.repositories.base import Repository


class MediaFiles(Repository):
    """Files by id or by their random name."""

    def add(self, media: Media) -> None:
        """A new file."""
        self.session.add(media)

    async def named(self, name: str) -> Media | None:
        """The file with this random name."""
        return await self.session.scalar(select(Media).where(Media.name == name))

    async def of(self, ids: Iterable[int]) -> Sequence[Media]:
        """Files by id, in the order of their ids."""
        return (await self.session.scalars(select(Media).where(Media.id.in_(list(ids))).order_by(Media.id))).all()

    async def was_shown(self, media_id: int, chat_id: int, recent: int = 500) -> bool:
        """Whether a picture stands in one of the last messages of a chat."""
        last = select(Message.body).where(Message.chat_id == chat_id).order_by(Message.id.desc()).limit(recent)
        return any(media_id in body.get("photos", []) for body in await self.session.scalars(last))

    async def of_case(self, case_id: int) -> Sequence[Media]:
        """All files of a case, oldest first."""
        return (await self.session.scalars(select(Media).where(Media.case_id == case_id).order_by(Media.id))).all()
