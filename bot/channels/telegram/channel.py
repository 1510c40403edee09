"""The Telegram channel put together: one Bot for sending, one connection of its own for listening."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError
from yarl import URL

from bot.channels.base import Channel, Intake, Limits, Outcome, Outgoing, RawUpdate
from bot.channels.telegram import webhook
from bot.channels.telegram.fetch import fetch
from bot.channels.telegram.parse import parse
from bot.channels.telegram.poll import GRACE, Poller
from bot.channels.telegram.raw import ALLOWED_UPDATES, CHANNEL
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.retry import until_done
from bot.channels.telegram.send import send
from handlers.messages import Attachment, Incoming

OFFICIAL_API = "https://api.telegram.org"
BRIEF = 5.0
"""Seconds for calls that somebody waits for and that may as well fail."""

_log = logging.getLogger(__name__)

# At DEBUG and INFO, PTB and its HTTP library write whole messages, and addresses with the token in them.
for _name in ("telegram", "httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TelegramChannel(Channel):
    """Reach people on Telegram. With a ``webhook_url`` updates are pushed there, without one they are polled."""

    def __init__(
        self,
        token: str,
        *,
        api_url: str = OFFICIAL_API,
        webhook_url: str = "",
        webhook_secret: str = "",
        poll_timeout: float = 30.0,
        connections: int = 100,
    ) -> None:
        """``api_url`` is the base before ``/bot<token>/METHOD``; ``poll_timeout`` is in seconds."""
        base = api_url.rstrip("/")
        self.name = CHANNEL
        self.limits = Limits()
        self.stores_uploads = False
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._poll_timeout = poll_timeout
        self._username = ""
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._calls = AiohttpRequest(connections=connections)
        self._listening = AiohttpRequest(connections=2, total=poll_timeout + GRACE)
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._calls,
            get_updates_request=self._listening,
        )

    async def start(self) -> None:
        """Open the sessions; speaks to nobody yet, so that the product starts without a network."""
        await self._calls.initialize()
        await self._listening.initialize()

    async def close(self) -> None:
        """Close every connection; requests in flight end as ``Uncertain``."""
        await self._calls.shutdown()
        await self._listening.shutdown()

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled. A webhook stays set at the end: Telegram keeps what comes until the next start."""
        await self.username()
        if not self._webhook_url:
            await Poller(self._listening, self._bot.base_url, self._taking(intake), self._poll_timeout).run()
        await until_done("setWebhook", self._set_webhook)
        _log.info("webhook set")
        await asyncio.Event().wait()

    def webhook_handler(self, intake: Intake) -> webhook.Handler:
        """Make the aiohttp handler to mount at ``webhook_path`` for POST."""
        return webhook.handler(self._taking(intake), self._webhook_secret)

    @property
    def webhook_path(self) -> str:
        """Tell the path of the webhook's URL, or "" when polling."""
        return URL(self._webhook_url).path if self._webhook_url else ""

    def parse(self, update: RawUpdate) -> Incoming | None:
        """Read one raw update; see ``bot.channels.telegram.parse``."""
        return parse(update, self._username)

    async def send(self, chat: str, message: Outgoing) -> Outcome:
        """Try once to deliver, within 30 s."""
        return await send(self._bot, chat, message)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """Download a file of at most ``limit`` bytes; raises ``FetchError``."""
        return await fetch(self._bot, self._calls, attachment, limit)

    def _taking(self, intake: Intake) -> Intake:
        """An intake that stops the spinner of each pressed button once the press is committed.

        Without waiting for it.
        """

        async def take(channel: str, updates: Sequence[RawUpdate]) -> None:
            await intake(channel, updates)
            for one in updates:
                if "callback_query" in one.raw:
                    task = asyncio.create_task(self.acknowledge(one))
                    self._acknowledging.add(task)
                    task.add_done_callback(self._acknowledging.discard)

        return take

    async def acknowledge(self, update: RawUpdate) -> None:
        """Stop the spinner of a pressed button; too late or not at all is no harm."""
        query = update.raw.get("callback_query")
        number = query.get("id") if isinstance(query, dict) else None
        if not isinstance(number, str):
            return
        try:
            await self._bot.answer_callback_query(number, read_timeout=BRIEF)
        except TelegramError as error:
            _log.debug("answerCallbackQuery failed (%s)", type(error).__name__)

    async def username(self) -> str:
        """Tell the bot's name without @, kept after the first answer; "" while Telegram cannot be asked."""
        if not self._username:
            try:
                self._username = (await self._bot.get_me(read_timeout=BRIEF)).username or ""
            except TelegramError as error:
                _log.warning("getMe failed (%s)", type(error).__name__)
        return self._username

    async def set_commands(self, commands: Mapping[str, Sequence[tuple[str, str]]], chat: str = "") -> bool:
        """Fill the menu of commands, of one chat or of all: (command, description) by language code, "" for all others.

        False when some of it has to be tried again; a chat that is gone has not. Failures are logged.
        """
        done = True
        scope = BotCommandScopeChat(int(chat)) if chat else None
        for language, entries in commands.items():
            menu = [BotCommand(name, description) for name, description in entries]
            try:
                await self._bot.set_my_commands(menu, scope=scope, language_code=language or None)
            except TelegramError as error:
                _log.warning("setMyCommands failed (%s)", type(error).__name__)
                done = done and isinstance(error, (BadRequest, Forbidden))
        return done

    async def _set_webhook(self) -> None:
        await self._bot.set_webhook(
            self._webhook_url,
            max_connections=webhook.MAX_CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=self._webhook_secret,
        )
