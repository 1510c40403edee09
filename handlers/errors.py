"""What a topic raises to say no: a sentence for the person, never a stack trace."""

from __future__ import annotations

from handlers.messages import Choice, Reply, Say


class Refusal(Exception):
    """The action is refused; the sentence ``key`` tells why and what to do next. Nothing the handler wrote is kept."""

    def __init__(self, key: str, /, *choices: Choice, **params: object) -> None:
        super().__init__(key)
        self.reply = Reply((Say(key, params),), choices)
        self.final = False
        """Whether it ended a form: the form is closed then, and its answers are kept as a draft."""


class NotAllowed(Refusal):
    """Role or area does not permit the action; recorded in the audit trail as an attempt."""

    def __init__(self, action: str, subject: str = "") -> None:
        super().__init__("common.not_allowed")
        self.action, self.subject = action, subject


class NotFound(Refusal):
    """No such thing, or not this person's to know of: both sound the same (domain.md §9)."""

    def __init__(self, ref: str) -> None:
        super().__init__("common.not_found", ref=ref)


class Stale(Refusal):
    """The button belongs to a question that has passed."""

    def __init__(self) -> None:
        super().__init__("common.stale")


class NotCountedError(Exception):
    """The people of an area have to be counted before the transaction: it is undone, and taken up with their number."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
