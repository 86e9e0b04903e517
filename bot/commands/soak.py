"""`familyguard soak`: a simulated day of many families, with everything going wrong that can."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import SETUP_FAULT, notices, write_file


def soak(
    families: Annotated[int, typer.Option(min=1, max=999, help="How many families.")] = 200,
    updates: Annotated[int, typer.Option(min=1, help="Memos and messages in the day.")] = 5000,
    seed: Annotated[int, typer.Option(help="Decides who does what, and what goes wrong.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.05, help="How long the day takes.")] = 22.0,
    service: Annotated[
        float, typer.Option(min=0.0, help="Seconds that the stand-in listens to a memo.")
    ] = 0.05,
    models: Annotated[bool, typer.Option(help="Listen with the real models.")] = False,
    log: Annotated[Path | None, typer.Option(help="Keep the bot's log in this file.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table to this file.")] = None,
) -> None:
    """Live through a bad day with many families: no answer lost or doubled, nothing leaked."""
    import asyncio

    from bot.soak.day import Wish
    from bot.soak.day import soak as live
    from voice.models import models_folder

    folder = models_folder() if models else None
    wish = Wish(families, updates, seed, minutes, service, folder, log)
    with notices().status("…") as status:
        report = asyncio.run(live(wish, say=status.update))
    for example in report.examples:
        notices().print(example, markup=False)
    table = report.to_markdown()
    print(table)
    if out is not None:
        write_file(out, f"{table}\n".encode())
    if not report.passed:
        raise typer.Exit(SETUP_FAULT)
