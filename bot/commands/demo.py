"""`familyguard demo`: try the whole bot in a browser, without Telegram and without a token."""

from typing import Annotated

import typer

from bot.commands.models import fetch_for_chat
from bot.commands.terminal import notices, terminal_language, terminal_texts


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the page; 0 takes a free one.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin with nobody let in: claim the bot yourself.")
    ] = False,
) -> None:
    """Try everything in your browser: no token, no account, and nothing left afterwards."""
    import asyncio

    from bot.playground.demo import run_demo
    from bot.playground.leftovers import sweep
    from voice import models

    if swept := sweep():
        notices().print(terminal_texts().get("terminal.demo.swept", count=swept))
    folder = models.models_folder()
    fetch_for_chat(folder, notices(), terminal_texts())
    language = terminal_language()
    raise typer.Exit(asyncio.run(run_demo(folder, port, language, fresh, browser, print_line)))


def print_line(line: str) -> None:
    """Plain and unwrapped, so that a terminal makes the address a link."""
    print(line, flush=True)
