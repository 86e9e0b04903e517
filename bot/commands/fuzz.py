"""`familyguard fuzz`: damaged media files for the decoder, odd updates for the bot."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import SETUP_FAULT, notices

if TYPE_CHECKING:
    from voice.evaluation.fuzz import Case, FuzzReport

app = typer.Typer(invoke_without_command=True)


@app.callback()
def fuzz(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="How many damaged files.")] = 5000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same files.")] = 1,
) -> None:
    """Decode damaged files; fails if one crashes, hangs or leaves a process behind."""
    if context.invoked_subcommand is not None:
        return
    from rich.progress import Progress

    from voice.evaluation.fuzz import fuzz as run_fuzz

    with Progress(console=notices()) as progress:
        task = progress.add_task("fuzz", total=count)

        def one_more(_: "Case") -> None:
            progress.advance(task)

        report = run_fuzz(count, seed, one_more)
    print(in_words(report))
    if not report.passed:
        raise typer.Exit(SETUP_FAULT)


@app.command()
def updates(
    count: Annotated[int, typer.Option(min=1, help="How many updates.")] = 5000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same updates.")] = 1,
) -> None:
    """Feed odd updates to the bot; fails if a handler dies or a family learns of another."""
    from rich.progress import Progress

    from bot.fuzzing.updates import fuzz as run_fuzz

    with Progress(console=notices()) as progress:
        task = progress.add_task("updates", total=count)
        report = run_fuzz(
            count,
            seed,
            lambda done: progress.update(task, completed=done),
            lambda line: progress.console.print(line, markup=False),
        )
    print(report.in_words())
    if not report.passed:
        raise typer.Exit(SETUP_FAULT)


def in_words(report: "FuzzReport") -> str:
    """The figures as a list, and each case that broke the promise by its number."""
    slowest = report.slowest
    lines = [
        f"{report.count} damaged files, seed {report.seed}, {report.seconds:.0f} s",
        *(f"  {outcome}: {times}" for outcome, times in report.outcomes.most_common()),
        f"  decoders that died (and were contained): {report.decoder_deaths}",
        f"  crashes: {len(report.crashes)}",
        f"  over the time limit: {len(report.over_limit)}",
        f"  processes left behind: {len(report.left_behind)}",
    ]
    if slowest is not None:
        lines.append(f"  slowest: {slowest.seconds:.2f} s (case {slowest.number})")
    lines += [
        f"  case {case.number}, {case.mutation}: {case.outcome}, {case.seconds:.1f} s {case.detail}"
        for case in (*report.crashes, *report.over_limit)
    ]
    return "\n".join(lines)
