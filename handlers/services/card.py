"""The card of a service item, in the order people read a 办事指南 (domain.md §2), and its full checklist.

Every line can be read aloud by itself. What the catalogue holds stays Chinese in every language; the words around it
follow the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from handlers.context import Context
from handlers.messages import Choice, Reply, Say, choice, say
from handlers.services import where
from knowledge.entries import Material, Service

_FORMS: Final = {"原件": "original", "复印件": "copy", "原件和复印件": "both", "电子版": "electronic"}


def overview(ctx: Context, service: Service) -> Reply:
    """Make the card: name, who, what to bring, where, how long, fee, phone, help by the community, source."""
    found = where.options(ctx, service, where.known_spot(ctx))
    told = [
        *_head(ctx, service),
        *_bring(service),
        *([say("service.where"), *where.lines(found)] if found else ()),
        *_about(service),
        *where.phone(service, found),
        *_community(service),
        *_origin(service),
    ]
    return Reply(tuple(told), choices(service), card=True)


def checklist(ctx: Context, service: Service) -> Reply:
    """List every paper with form, copies and note; then steps, frequent questions, legal basis, where to complain."""
    told = [
        say("service.materials.title", name=service.name),
        *_chinese(ctx),
        *(_paper(number, material) for number, material in enumerate(service.materials, 1)),
        *_how(service),
        *([say("service.validity", text=service.validity)] if service.validity else ()),
        *([say("service.basis", text=service.basis)] if service.basis else ()),
        say("service.complaints"),
        say("service.digits", phone=service.complaint_phone),
        *_origin(service),
    ]
    return Reply(tuple(told), choices(service, without="service.materials"), card=True)


def choices(service: Service, without: str = "") -> tuple[Choice, ...]:
    """Offer what can be done next with an item; what makes no sense for it, and ``without``, is left out."""
    offered = (
        ("service.materials", bool(service.materials)),
        ("service.near", bool(service.place_kinds)),
        ("service.behalf", community_helps(service)),
        ("service.wrong", True),
    )
    told = [choice(f"{name}.button", f"{name}:{service.id}") for name, fits in offered if fits and name != without]
    return (*told, choice("service.human", "human"))


def community_helps(service: Service) -> bool:
    """Say whether the community can be asked to do it."""
    return service.community in ("behalf", "direct") and not is_knowledge(service)


def is_knowledge(service: Service) -> bool:
    """Say whether the item only informs (how to behave in a storm): nothing is handed in and nothing is waited for."""
    return not service.materials and service.days_promised == 0


def _head(ctx: Context, service: Service) -> list[Say]:
    who = "service.for_whom" if is_knowledge(service) else "service.who"
    told = [say("service.title", name=service.name), *_chinese(ctx), say(who, who=service.who)]
    if service.conditions:
        told.append(say("service.conditions", text="；".join(service.conditions)))
    return told


def _chinese(ctx: Context) -> list[Say]:
    return [say("service.in_chinese")] if ctx.person.language == "en" else []


def _bring(service: Service) -> list[Say]:
    """List what to bring; an item without papers has no checklist, so its steps and questions are told here."""
    if service.materials:
        keys = ["service.bring.one" if one.required else "service.bring.optional" for one in service.materials]
        named = [one.name for one in service.materials]
        short = (say(key, n=n, name=name) for n, (key, name) in enumerate(zip(keys, named, strict=True), 1))
        return [say("service.bring"), *short]
    nothing = [] if is_knowledge(service) else [say("service.bring.nothing")]
    return [*nothing, *_how(service)]


def _paper(number: int, material: Material) -> Say:
    key = "service.material" if material.required else "service.material.optional"
    form = say(f"service.form.{_FORMS[material.form]}", copies=material.copies)
    note = say("service.material.note", text=material.note) if material.note else ""
    return say(key, n=number, name=material.name, form=form, note=note)


def _how(service: Service) -> list[Say]:
    steps = _numbered(service.steps)
    asked = [
        say(f"service.faq.{part}", text=text) for one in service.faq for part, text in (("q", one.q), ("a", one.a))
    ]
    return [
        *([say("service.steps"), *steps] if steps else ()),
        *([say("service.faq"), *asked] if asked else ()),
    ]


def _numbered(texts: Iterable[str]) -> Sequence[Say]:
    return [say("service.step", n=number, text=text) for number, text in enumerate(texts, 1)]


def _about(service: Service) -> list[Say]:
    basis = say("service.fee.basis", text=service.fee_basis) if service.fee_basis else ""
    return [
        *([say("service.online", url=service.online)] if service.online else ()),
        *([] if is_knowledge(service) else [_days(service)]),
        say("service.fee", fee=service.fee, basis=basis),
    ]


def _days(service: Service) -> Say:
    """Say the promised and legal working days; 0 promised is done on the spot, 0 legal means the law sets no limit."""
    promised = "days" if service.days_promised else "at_once"
    legal = ".legal" if service.days_legal else ""
    return say(f"service.{promised}{legal}", days=service.days_promised, legal=service.days_legal)


def _community(service: Service) -> list[Say]:
    how = "answers" if is_knowledge(service) else service.community
    return [say(f"service.community.{how}")]


def _origin(service: Service) -> list[Say]:
    told = [say("service.source", source=service.source, verified=service.verified.isoformat())]
    return [*told, say("service.sample")] if service.sample else told
