"""A strict stand-in for the Telegram Bot API: checks every call against the published rules, scripts people and faults."""

from tests.fakes.botapi.errors import ApiError, Json, Violation
from tests.fakes.botapi.faults import Breach, Early, Fault, Police
from tests.fakes.botapi.people import User
from tests.fakes.botapi.process import BotApiProcess
from tests.fakes.botapi.server import BotApi, Call
from tests.fakes.botapi.world import Line

__all__ = [
    "ApiError",
    "BotApi",
    "BotApiProcess",
    "Breach",
    "Call",
    "Early",
    "Fault",
    "Json",
    "Line",
    "Police",
    "User",
    "Violation",
]
