"""Finding a service by looking: topics, then the items of one, a page at a time."""

from __future__ import annotations

import re
from typing import Final

from handlers.errors import NotFound
from handlers.messages import Choice, Reply, Say, choice, say
from knowledge.catalogue import Catalogue
from knowledge.entries import Service

PAGE: Final = 8
"""Items of one topic shown at once."""

_WANTED: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?")


def topics(catalogue: Catalogue) -> Reply:
    """Show all topics as numbered choices (``service.topic:<n>``, from 1)."""
    named = enumerate(grouped(catalogue), 1)
    offered = tuple(Choice(_label(name), f"service.topic:{number}") for number, name in named)
    return Reply((say("service.topics"),), offered)


def items(catalogue: Catalogue, wanted: str) -> Reply:
    """Show a page of a topic's items; ``wanted`` is ``<topic>`` or ``<topic>.<page>``, from 1, hostile until found."""
    parts = _WANTED.fullmatch(wanted)
    number, page = (int(parts[1]), int(parts[2] or 1)) if parts else (0, 0)
    groups = list(grouped(catalogue).items())
    if not 1 <= number <= len(groups) or page < 1 or (page - 1) * PAGE >= len(groups[number - 1][1]):
        raise NotFound(wanted)
    name, services = groups[number - 1]
    shown = services[(page - 1) * PAGE : page * PAGE]
    offered = [Choice(_label(one.name), f"service.open:{one.id}") for one in shown]
    if len(services) > page * PAGE:
        offered.append(choice("service.more", f"service.topic:{number}.{page + 1}"))
    return Reply((say("service.items", topic=name),), (*offered, choice("service.all_topics", "menu.service")))


def grouped(catalogue: Catalogue) -> dict[str, list[Service]]:
    """Group the items by topic, both in the order of the catalogue."""
    groups: dict[str, list[Service]] = {}
    for service in catalogue.services.values():
        groups.setdefault(service.topic, []).append(service)
    return groups


def _label(text: str) -> Say:
    return say("service.label", text=text)
