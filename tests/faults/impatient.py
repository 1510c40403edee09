"""``python -m tests.faults.impatient run``: the product's own command line, but a lost send is taken back
after 2 s, not 12, and a hanging one waited for at the end for 3 s, not 6."""

from __future__ import annotations

import sys
from datetime import timedelta

import bot.app
import bot.outbox
from bot.__main__ import main

bot.outbox.LEASE = timedelta(seconds=2)
bot.outbox.RENEW_SECONDS = 0.5
bot.app.DRAIN_SECONDS = 3.0

if __name__ == "__main__":
    sys.exit(main())
