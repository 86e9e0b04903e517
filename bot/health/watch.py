"""A thread that notices when the bot's loop no longer turns.

Under systemd the service manager notices too, since nobody tells it any more that the bot lives.
Elsewhere, in a container say, this thread ends the process, for whoever started it to start again.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable

import structlog

from bot.health.pulse import Pulse

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
STUCK_LOOKS, DEAD_LOOKS = 12, 36
"""Looks without a beat after which the loop is stuck (a minute), and given up (three).  Looks, not
seconds: a machine that slept or was stopped looks once when it wakes, and must not be ended."""

EX_SOFTWARE = 70
"""Exit status, as in sysexits.h."""


class Watch:
    """Compares the beats of `pulse` from look to look; `end` ends the process."""

    def __init__(self, pulse: Pulse, end: Callable[[int], object] = os._exit) -> None:
        self._pulse = pulse
        self._end = end
        self._seen = -1
        self._missed = 0
        self._over = threading.Event()

    def start(self) -> None:
        """Begin to look, beside the loop that calls this."""
        watched = threading.get_ident()
        threading.Thread(target=self._run, args=(watched,), name="watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def look(self, thread: int) -> None:
        """One look at the loop that runs in `thread`."""
        if self._pulse.beats != self._seen:
            self._seen, self._missed = self._pulse.beats, 0
            return
        self._missed += 1
        if self._missed == STUCK_LOOKS:
            log.critical("loop_stuck", seconds=STUCK_LOOKS * LOOK_SECONDS, where=_where(thread))
        elif self._missed == DEAD_LOOKS:
            log.critical("loop_given_up", seconds=DEAD_LOOKS * LOOK_SECONDS)
            self._end(EX_SOFTWARE)

    def _run(self, thread: int) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.look(thread)


def _where(thread: int) -> list[str]:
    """The innermost places of the thread, without what its variables hold."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 – the way that the library documents
    places = traceback.extract_stack(frame) if frame else []
    return [f"{place.filename}:{place.lineno} {place.name}" for place in places[-6:]]
