"""Telegram as a channel: the only place in the product that imports ``telegram`` (python-telegram-bot, PTB).

PTB gives the types and the Bot methods; listening, ordering and sending are our own, since PTB's updater confirms
updates before they are stored, and one update it cannot read stops it for good. Import this package only when a token
is configured: PTB costs about a third of a second to load.
"""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # PTB brings httpx, whose command line would cost 5 MB

from bot.channels.telegram.channel import TelegramChannel  # noqa: E402

__all__ = ["TelegramChannel"]
