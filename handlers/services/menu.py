"""Finding a service by looking: groups of topics, the topics of one, then the items, a page at a time."""

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


def groups(catalogue: Catalogue) -> Reply:
    """Show the groups of topics as numbered choices (``service.group:<n>``, from 1), the most asked for first."""
    offered = tuple(
        Choice(label, f"service.group:{number}") for number, (label, _) in enumerate(_shelves(catalogue), 1)
    )
    return Reply((say("service.topics"),), offered)


def topics(catalogue: Catalogue, wanted: str) -> Reply:
    """Show the topics of a group, or its items when it has one topic; ``wanted`` is its number, hostile until found."""
    shelves = _shelves(catalogue)
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 4 else 0
    if not 1 <= number <= len(shelves):
        raise NotFound(wanted)
    numbers = {name: at for at, name in enumerate(grouped(catalogue), 1)}
    label, names = shelves[number - 1]
    if len(names) == 1:
        return items(catalogue, str(numbers[names[0]]))
    offered = tuple(Choice(_label(name), f"service.topic:{numbers[name]}") for name in names)
    return Reply((say("service.which_topic", group=label),), (*offered, choice("service.all_topics", "menu.service")))


def beside(catalogue: Catalogue, service: Service) -> Reply:
    """Show all items of the topic of one."""
    return items(catalogue, str(list(grouped(catalogue)).index(service.topic) + 1))


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


def _shelves(catalogue: Catalogue) -> list[tuple[Say, tuple[str, ...]]]:
    """The groups with their names; what the data put into none is in the last."""
    placed = {topic for group in catalogue.groups for topic in group.topics}
    left = tuple(topic for topic in grouped(catalogue) if topic not in placed)
    shelves = [(_label(group.name), group.topics) for group in catalogue.groups]
    return [*shelves, (say("service.other_topics"), left)] if left else shelves


def _label(text: str) -> Say:
    return say("service.label", text=text)
