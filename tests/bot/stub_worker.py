"""A worker process without models: what the file says is what the worker does."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from bot.worker import run_worker
from tests.bot import scripts
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

    def analyse(self, path, *, language, on_step, voices, is_answer, contexts):
        """Do as the file says."""
        content = path.read_bytes()
        on_step("decode")
        print("a library that talks at work")
        if scripts.is_script(content):
            time.sleep(json.loads(content)["wait"])
            return scripts.heard(content, voices, contexts)
        return self._ordered(content.decode())

    def rehear(self, paths, language, on_copy):
        """Hear a code word as the files say; whoever is ordered to die or to hang does."""
        contents = [self._content(path) for path in paths]
        for done in range(3):
            on_copy(done, 3)
        return scripts.reheard(contents)

    def enrol(self, path, language, on_step):
        """Listen to a prompt as the file says."""
        on_step("decode")
        return scripts.enrolled(self._content(path))

    def _content(self, path):
        content = path.read_bytes()
        if scripts.is_script(content):
            time.sleep(json.loads(content)["wait"])
            return content
        said = self._ordered(content.decode()).transcript.text
        return scripts.memo(said, voice="somebody")

    def _ordered(self, content):
        order, _, rest = content.partition(" ")
        match order:
            case "die":
                os._exit(9)
            case "die-once":
                marker = Path(rest)
                if not marker.exists():
                    marker.touch()
                    os._exit(9)
            case "kill-parent":
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)
            case "count":
                with Path(rest).open("a") as file:
                    file.write("heard\n")
            case "hang":
                time.sleep(60)
            case "sleep":
                time.sleep(float(rest))
            case "meet":
                mine, other = rest.split()
                Path(mine).touch()
                await_file(Path(other))
            case "await":
                await_file(Path(rest))
            case "undecodable":
                raise UndecodableAudio(Undecodable(rest))
            case "bug":
                raise ZeroDivisionError
            case "environment":
                return analysis(" ".join(sorted(os.environ)))
        return analysis(rest or order)


def await_file(path):
    """Wait until the test makes the file."""
    while not path.exists():
        time.sleep(0.01)


def draw(analysis_, language):
    """A picture in the given language, or none."""
    if analysis_.transcript.text == "undrawable":
        raise ValueError
    return f"PNG in {language}".encode()


if __name__ == "__main__":
    run_worker(StubAnalyser(), draw)
