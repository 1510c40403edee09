"""A strict stand-in for the Telegram Bot API: checks every call against the published rules, scripts people and faults.

async with BotApi(token="123456:TEST") as api:
    user = api.user(1001, "王阿姨")
    user.say("报修")
    line = await user.expect("哪里")
    user.press("取消")
    api.fault(Fault("too_many", "sendMessage", chat=1001, retry_after=2))
    api.assert_clean()
"""

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
