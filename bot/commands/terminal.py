"""What the commands share: the language of the terminal, where lines go, and how to give up."""

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bot.texts import Language, Texts

PROGRAM = "familyguard"

SETUP_FAULT = 1
"""Exit status: something on this machine is missing or set wrongly."""

UNUSABLE_INPUT = 2
"""Exit status: what was handed over cannot be used; typer's own for wrong arguments, too."""


def terminal_language() -> "Language":
    """`bot.texts.terminal_language`, fetched when it is needed."""
    from bot import texts

    return texts.terminal_language()


def terminal_texts() -> "Texts":
    """The sentences in the language of the environment."""
    from bot.texts import Texts

    return Texts(terminal_language())


def invoked() -> str:
    """What to type for this program: with its folder, where the shell would not find it itself."""
    here = Path(sys.argv[0])
    if here.name != PROGRAM:
        return PROGRAM
    found = shutil.which(PROGRAM)
    return PROGRAM if found and Path(found).samefile(here) else sys.argv[0]


def typeable(sentence: str) -> str:
    """`sentence` with its commands as they can be typed on this machine (`invoked`)."""
    return re.sub(rf"\b{PROGRAM} (?=[a-z])", lambda _: f"{invoked()} ", sentence)


def begun(finding: str) -> str:
    """What `familyguard doctor` puts after a colon, as a sentence of its own."""
    return finding[0].upper() + finding[1:]


def is_asked_in_person() -> bool:
    """Whether somebody sits there who can answer; a script or a container has made up its mind."""
    return sys.stdin.isatty()


def confirmed(texts: "Texts", key: str) -> bool:
    """Ask whether to go on; typer's own question takes no Dutch yes.  Anything else is no."""
    answer: str = typer.prompt(texts.get(key), default=texts.get("terminal.no"))
    return answer.strip().casefold() in {"y", "yes", "j", "ja"}


def screen() -> "Console":
    """Where results go: standard output."""
    from rich.console import Console

    return Console(highlight=False)


def notices() -> "Console":
    """Where progress and complaints go: standard error, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def give_up(sentence: str, status: int = SETUP_FAULT) -> NoReturn:
    """Say why on standard error, and end."""
    # Unstyled and unwrapped: the sentence may quote file names and end up in a log.
    print(typeable(sentence), file=sys.stderr)
    raise typer.Exit(status)


def write_file(path: Path, content: bytes) -> None:
    """Write what the user asked for, or give up with a sentence."""
    try:
        path.write_bytes(content)
    except OSError as error:
        give_up(terminal_texts().get("terminal.cannot_write", path=path, why=error.strerror))


def megabytes(count: int) -> str:
    """A size as people read it."""
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
