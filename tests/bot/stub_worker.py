"""A worker process without models: what the file says is what the worker does."""

import os
import sys
import time
from pathlib import Path

from bot.worker import run_worker
from tests.bot.analyses import analysis
from voice.errors import ModelUnavailable, Undecodable, UndecodableAudio


class StubAnalyser:
    """Reads its orders from the memo."""

    def load(self) -> None:
        """Be slow, unable, or quick, as the command line says."""
        if "slow" in sys.argv:
            time.sleep(0.5)
        if "no-models" in sys.argv:
            raise ModelUnavailable("campplus", "not here")
        if "dies" in sys.argv:
            os._exit(1)
        print("a library that talks while it loads")
        os.system("echo a child of a library that talks, too")

    def analyse(self, path, *, language, on_step):
        """Do as the file says."""
        order, _, rest = path.read_text().partition(" ")
        on_step("decode")
        print("a library that talks at work")
        match order:
            case "die":
                os._exit(9)
            case "die-once":
                marker = Path(rest)
                if not marker.exists():
                    marker.touch()
                    os._exit(9)
            case "hang":
                time.sleep(60)
            case "sleep":
                time.sleep(float(rest))
            case "undecodable":
                raise UndecodableAudio(Undecodable(rest))
            case "bug":
                raise ZeroDivisionError
            case "environment":
                return analysis(" ".join(sorted(os.environ)))
        return analysis(rest or order)


def draw(analysis_, language):
    """A picture in the given language, or none."""
    if analysis_.transcript.text == "undrawable":
        raise ValueError
    return f"PNG in {language}".encode()


if __name__ == "__main__":
    run_worker(StubAnalyser(), draw)
