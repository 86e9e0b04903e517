"""`familyguard evaluate`: measure the models on a corpus of recordings."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import UNUSABLE_INPUT, give_up, notices, write_file

app = typer.Typer(no_args_is_help=True, help="Measure the models on recordings of your own.")


@app.callback()
def _evaluate() -> None:
    """Keep `speaker` a sub-command although it is the only one."""


@app.command("speaker")
def speaker(
    manifest: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="List of clips.")],
    root: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the clips.")],
    model: Annotated[
        list[str] | None, typer.Option(help="Model to measure; can be given again.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
) -> None:
    """How often voices are told apart, and how often an imitation passes as its target."""
    from rich.progress import Progress, TaskID

    from voice.evaluation.speaker import evaluate_speaker

    with Progress(console=notices()) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        try:
            report = evaluate_speaker(manifest, root, model or ("campplus", "ge2e"), progress=show)
        except (ValueError, KeyError) as error:
            give_up(f"{manifest}: {error}", UNUSABLE_INPUT)
    tables = report.to_markdown()
    if out is None:
        print(tables)
    else:
        write_file(out, f"{tables}\n".encode())
