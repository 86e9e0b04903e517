"""A worker process that takes a fixed time, so that what is measured is the queues alone.

A file holds the seconds that listening to it takes.  The time is slept, not worked: figures of
queues then do not depend on who else uses the processor.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.playground.quick_worker import QuickAnalyser, draw
from bot.worker import run_worker
from voice.results import Analysis


class Pretender(QuickAnalyser):
    """Takes as long as the file says, and hears nothing."""

    def analyse(self, path: Path, *, on_step: Callable[[str], None], **_rest: Any) -> Analysis:
        """An analysis of a memo in which nobody speaks."""
        on_step("decode")
        time.sleep(float(path.read_text()))
        return self.hear(path, None)


if __name__ == "__main__":
    run_worker(Pretender(), draw)
