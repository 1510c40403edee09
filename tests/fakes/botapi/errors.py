"""What the stand-in answers when it refuses a call, and the record of a call that should never have been made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in Telegram's words: HTTP `code`, `description`, and `parameters` such as retry_after (seconds)."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """The JSON object Telegram sends for this refusal."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(what: str) -> ApiError:
    """400 with Telegram's usual prefix."""
    return ApiError(400, f"Bad Request: {what}")


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that breaks the Bot API's published rules: a mistake in the bot, whatever the world is like."""

    method: str
    problem: str
    params: Json

    def __str__(self) -> str:
        return f"{self.method}: {self.problem}"
