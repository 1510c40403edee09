"""All mapped classes, imported once so that the metadata is complete."""

from storage.models.areas import Area
from storage.models.base import Base
from storage.models.community import Claim, Cosign, Notice, Proposal, Recipient, Task, Volunteer
from storage.models.people import Chat, Consent, Person, WebSession
from storage.models.privacy import Blanking, Mention
from storage.models.queues import Gate, Inbox, Message, Outbox, Rate
from storage.models.reports import Case, CaseEvent, Handoff, Media, Remark, Timer
from storage.models.staff import Audit, Duty, Fact, Invite

__all__ = [
    "Area", "Audit", "Base", "Blanking", "Case", "CaseEvent", "Chat", "Claim", "Consent", "Cosign", "Duty", "Fact", "Gate", "Handoff",
    "Inbox", "Invite", "Media", "Mention", "Message", "Notice", "Outbox", "Person", "Proposal", "Rate", "Recipient", "Remark", "Task",
    "Timer", "Volunteer", "WebSession",
]  # fmt: skip
