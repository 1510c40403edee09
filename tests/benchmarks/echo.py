"""A bare echo bot as its framework's own example shows it: `python -m tests.benchmarks.echo URL TOKEN [--concurrent 256]`."""

from __future__ import annotations

import argparse
import logging

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say the same."""
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main() -> None:
    """Poll until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--concurrent", type=int, default=0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    builder = Application.builder().token(options.token).base_url(f"{options.url}/bot")
    if options.concurrent:
        builder = builder.concurrent_updates(options.concurrent)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
