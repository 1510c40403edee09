"""Telegram as a channel: the only place in the product that imports ``telegram`` (python-telegram-bot, PTB).

PTB gives the types and the Bot methods; listening, ordering and sending are our own, since PTB's updater confirms
updates before they are stored, and one update it cannot read stops it for good. Import this package only when a token
is configured: PTB costs about a third of a second to load.
"""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
