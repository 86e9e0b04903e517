"""`familyguard diagnostics`: a report for whoever is asked for help."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import UNUSABLE_INPUT, give_up, terminal_texts


def diagnostics(
    log: Annotated[
        Path | None, typer.Option(help="File with the bot's log; - for standard input.")
    ] = None,
) -> None:
    """Print a report without names, numbers, addresses and secrets, to paste where you ask."""
    from bot.diagnostics import report

    if log is None:
        lines: list[str] = []
    elif str(log) == "-":
        lines = sys.stdin.read().splitlines()
    else:
        try:
            lines = log.read_text("utf-8", "replace").splitlines()
        except OSError:
            give_up(terminal_texts().get("terminal.no_file", path=log), UNUSABLE_INPUT)
    for line in report(time.time(), lines):
        print(line)
