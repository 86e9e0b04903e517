"""The bot as a process of its own, as `familyguard run` is; it ends with the demo that began it.

Started with `python -m bot.playground.child`, and the command of the worker process if that is not
the usual one.  The demo holds the other end of standard input: when the demo is gone, whatever the
way, reading ends and so does the bot.
"""

import os
import signal
import sys
import threading

from bot.run import run
from bot.settings import load_settings


def end_with_parent() -> None:
    """Wait until whoever started this process is gone, then end it."""
    # Not through the buffer of `sys.stdin`: Python ends with an error while a thread waits in that.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    run(load_settings(), sys.argv[1:] or None)
