"""`familyguard demo`: try the whole bot in a browser, without Telegram and without a token."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from bot.texts import Language, pick_language
from voice import models
from voice.errors import ModelUnavailable

console = Console()


def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin with nobody let in: claim the bot yourself.")
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the page and the bot: nl or en.")] = "",
) -> None:
    """Try the whole bot in your browser: no token, no account, nothing left afterwards."""
    from bot.playground.demo import run_demo  # a web server that no other command needs

    folder = models.models_folder()
    try:
        fetch_models(folder)
    except ModelUnavailable as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from None
    spoken: Language = pick_language(language or _system_language())

    def say(line: str) -> None:
        if line.startswith("http"):
            console.print("\nThis is not Telegram: everything stays on this computer.")
            console.print("Open this page, and press Ctrl-C here to stop:\n")
        # Plain, so that a terminal makes it a link and no line is broken.
        print(line, flush=True)

    code = asyncio.run(run_demo(folder, port, spoken, fresh, browser, say))
    raise typer.Exit(code)


def _system_language() -> str | None:
    return os.environ.get("LC_ALL") or os.environ.get("LANG")


def fetch_models(folder: Path) -> None:
    """Fetch what is missing, with a bar per file; raises ModelUnavailable."""
    absent = models.missing(folder=folder)
    if not absent:
        return
    size = sum(model.size_bytes for model in absent) / 1e6
    console.print(f"First start: fetching {len(absent)} models, {size:.0f} MB, once.")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        for model in absent:
            models.fetch(model.name, folder, show)
