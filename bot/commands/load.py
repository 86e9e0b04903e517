"""`familyguard evaluate load`: how many memos, how fast, and what waits for what."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.bench import SAMPLES
from bot.commands.models import fetch_missing
from bot.commands.terminal import UNUSABLE_INPUT, give_up, notices, terminal_texts, write_file


def load(
    service: Annotated[
        float | None,
        typer.Option(min=0.01, help="Pretend to listen for so many seconds, without models."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=3, help="Length of a memo.")] = 10.0,
    count: Annotated[int, typer.Option(min=1, help="Memos for each throughput.")] = 20,
    arrivals: Annotated[
        int, typer.Option(min=0, help="Memos for each load; 0 measures throughput alone.")
    ] = 100,
    workers: Annotated[
        list[int] | None, typer.Option(min=1, help="Local processes; can be given again.")
    ] = None,
    redis: Annotated[bool, typer.Option(help="Measure workers over a Redis too.")] = True,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads of a process.")] = 1,
    samples: Annotated[
        Path, typer.Option(file_okay=False, help="Folder of recordings to make memos of.")
    ] = SAMPLES,
    out: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
) -> None:
    """Memos a minute, seconds to a verdict at 50 to 150 % load, updates the database takes."""
    import asyncio

    from bot.load.measure import Plan, measure
    from bot.load.sites import Site
    from voice.models import DEFAULT_MODELS, models_folder

    if service is None:
        if not samples.is_dir():
            give_up(terminal_texts().get("terminal.bench.no_samples", path=samples), UNUSABLE_INPUT)
        fetch_missing(DEFAULT_MODELS, models_folder(), notices(), terminal_texts())
    most = max(workers or (1, 2))
    waiting = [Site(1), Site(1, urgent=1)]
    if redis:
        waiting.append(Site(most, urgent=1, over_redis=True))
    plan = Plan(
        service=service,
        seconds=seconds,
        count=count,
        arrivals=arrivals,
        workers=workers or (1, 2),
        redis_workers=(1, 2, 3) if redis else (),
        waiting_sites=waiting if arrivals else (),
        threads=threads,
        samples=samples,
        models=models_folder(),
    )
    with notices().status("…") as status:
        tables = asyncio.run(measure(plan, status.update)).to_markdown()
    if out is None:
        print(tables)
    else:
        write_file(out, f"{tables}\n".encode())
