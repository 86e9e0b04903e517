"""The bot as a process of its own whose clock runs fast.

Started with `python -m bot.soak.child CLOCK`, and the command of the worker process if that is not
the usual one.
"""

import asyncio
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from telegram.ext import JobQueue

from bot.health.allocator import give_back
from bot.logs import secrets_in, set_up_logging
from bot.playground.child import end_with_parent
from bot.run import serve
from bot.settings import load_settings
from bot.soak.clock import FastClock
from familyguard.codeword import CHEAP_COST_FOR_TESTS

SHORTEST_SECONDS = 4.0
"""Between two runs of a job, however fast the clock: each is a query or more for every family."""


def hasten_jobs(speed: float) -> None:
    """Let jobs run as often in a short day as in a long one."""
    usual = JobQueue.run_repeating

    def hastened(self: Any, callback: Any, interval: float, **more: Any) -> Any:
        if isinstance(more.get("first"), float):
            more["first"] /= speed
        return usual(self, callback, max(SHORTEST_SECONDS, interval / speed), **more)

    JobQueue.run_repeating = hastened  # type: ignore[method-assign,assignment]


def main() -> None:
    """Serve until SIGTERM, or until the soak is gone."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    clock = FastClock(Path(sys.argv[1]))
    hasten_jobs(clock.speed)
    settings = load_settings()
    give_back()
    set_up_logging(secrets_in(settings))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    command = sys.argv[2:] or None
    # What makes guessing the code word dear would make a day of many families last for hours.
    services = {"now": clock.now, "clock": clock.elapsed, "word_cost": CHEAP_COST_FOR_TESTS}
    asyncio.run(serve(settings, command, **services))


if __name__ == "__main__":
    main()
