"""The stand-in as a process of its own: `python -m tests.fakes.botapi --port 8081 --token 123456:TEST --delay-ms 50`.

Prints "listening URL" when it is ready; ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal

import uvloop

from tests.fakes.botapi.check import rules
from tests.fakes.botapi.faults import Police
from tests.fakes.botapi.server import BotApi


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.botapi", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="123456:TEST")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="added to every answer")
    parser.add_argument("--time-scale", type=float, default=1.0, help="of the pauses between webhook attempts")
    parser.add_argument("--any-chat", action="store_true", help="every positive id is a person who started the bot")
    parser.add_argument("--bot-rate", type=int, help="record more messages a second than this")
    parser.add_argument("--chat-rate", type=int, help="record more messages a second in one chat than this")
    parser.add_argument("--refuse", action="store_true", help="and answer them by 429")
    return parser.parse_args()


async def _main(options: argparse.Namespace) -> None:
    rules().method("sendMessage")
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    api = BotApi(
        options.token, host=options.host, port=options.port, delay=options.delay_ms / 1000,
        time_scale=options.time_scale, any_chat=options.any_chat,
    )  # fmt: skip
    if options.bot_rate or options.chat_rate:
        api.police = Police(options.bot_rate, options.chat_rate, answers=options.refuse)
    async with api:
        print("listening", api.url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(_main(_options()))
