"""What can be said and done: a room a topic.

``TOPICS`` is the explicit, ordered list; a new topic is added here and nowhere else (docs/adding-a-topic.md). It is
filled on demand, since the topics import the vocabulary that lives beside them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handlers.topic import Topic

TOPICS: Final = ("general", "reports", "services", "proposals", "volunteers", "notices")


def topics() -> list[Topic]:
    """The topics in their order."""
    return [import_module(f"handlers.{name}").topic for name in TOPICS]
