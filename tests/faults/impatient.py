"""``python -m tests.faults.impatient run``: the product's own command line, but a lost send is taken back after 2 s, not 12."""

from __future__ import annotations

import sys
from datetime import timedelta

import bot.outbox
from bot.__main__ import main

bot.outbox.LEASE = timedelta(seconds=2)
bot.outbox.RENEW_SECONDS = 0.5

if __name__ == "__main__":
    sys.exit(main())
