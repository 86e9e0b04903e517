"""`familyguard bench`: how long listening takes on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.models import fetch_missing
from bot.commands.terminal import UNUSABLE_INPUT, give_up, notices, terminal_texts

SAMPLES = Path("docs/samples")
"""Of the checkout; an installed package brings no recordings."""


def bench(
    seconds: Annotated[
        list[float] | None, typer.Option(min=3, help="Length of a memo; can be given again.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs for each length.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
    samples: Annotated[
        Path, typer.Option(file_okay=False, help="Folder of recordings to make memos of.")
    ] = SAMPLES,
) -> None:
    """Time every step on memos of some lengths, beside the bare models."""
    if not samples.is_dir():
        give_up(terminal_texts().get("terminal.bench.no_samples", path=samples), UNUSABLE_INPUT)

    from voice import models
    from voice.evaluation.bench import bench as measure
    from voice.pipeline import Analyser

    console = notices()
    folder = models.models_folder()
    fetch_missing(models.DEFAULT_MODELS, folder, console, terminal_texts())
    with console.status("…") as status:
        try:
            report = measure(
                Analyser(folder, threads),
                seconds or (10.0, 60.0),
                runs,
                samples,
                status.update,
            )
        except ValueError as error:
            give_up(f"{samples}: {error}", UNUSABLE_INPUT)
    print(report.to_markdown())
