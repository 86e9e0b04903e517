"""`familyguard doctor`: a line for each thing that can be wrong, and what to do about it."""

import time

import typer

from bot.commands.terminal import SETUP_FAULT, screen, terminal_texts, typeable


def doctor() -> None:
    """Look whether everything is in order on this machine; nothing is changed."""
    from bot.doctor import State, examine

    texts = terminal_texts()
    marks = {State.FINE: "✓", State.WRONG: "✗", State.UNKNOWN: "–"}
    out, wrong = screen(), 0
    for finding in examine(time.time()):
        wrong += finding.state is State.WRONG
        key = finding.key or "doctor.fine"
        line = f"{texts.get(f'doctor.{finding.subject}')}: {texts.get(key, **finding.values)}"
        # Unwrapped: commands are copied from here.
        out.print(f"{marks[finding.state]} {typeable(line)}", soft_wrap=True, markup=False)
    if wrong:
        raise typer.Exit(SETUP_FAULT)
