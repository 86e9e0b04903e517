"""`familyguard worker`: judge memos for the bots of a cluster."""

from typing import Annotated

import typer

from bot.commands.detectors import tell_detector
from bot.commands.models import fetch_for_chat
from bot.commands.terminal import notices, terminal_texts


def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that listen; else FAMILYGUARD_WORKERS.")
    ] = None,
    urgent: Annotated[
        int | None,
        typer.Option(min=0, help="Further ones for answers to live challenges only; else 1."),
    ] = None,
) -> None:
    """Judge memos that bots put into Redis, until Ctrl-C or SIGTERM; docs/cluster.md tells how."""
    from bot.cluster import require_cluster
    from bot.settings import WorkerSettings, load

    settings = load(WorkerSettings)
    given = {"workers": processes, "urgent_workers": urgent}
    settings = settings.model_copy(update={name: n for name, n in given.items() if n is not None})
    require_cluster()
    fetch_for_chat(settings.models_dir, notices(), terminal_texts())
    tell_detector(settings.detector, settings.models_dir, notices(), terminal_texts())

    from bot.cluster.service import run

    run(settings)
