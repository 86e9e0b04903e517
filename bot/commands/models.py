"""`familyguard models`: which models there are, fetch them, and check their files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import detectors
from bot.commands.terminal import (
    SETUP_FAULT,
    UNUSABLE_INPUT,
    begun,
    give_up,
    megabytes,
    notices,
    screen,
    terminal_texts,
)

if TYPE_CHECKING:
    from rich.console import Console

    from bot.texts import Texts
    from voice.models import Model

app = typer.Typer(no_args_is_help=True, help="The model files: list, fetch, verify, calibrate.")
app.command("calibrate")(detectors.calibrate)

Names = Annotated[list[str] | None, typer.Argument(help="Names of models; all that are needed.")]


@app.command("list")
def list_models() -> None:
    """Show every model: what it is for, its size and licence, and whether it is here."""
    from rich.table import Table

    from voice import models

    texts = terminal_texts()
    folder = models.models_folder()
    table = Table(box=None, pad_edge=False)
    for column in ("model", "purpose", "size", "licence", "here"):
        table.add_column(
            texts.get(f"terminal.models.{column}"),
            justify="right" if column == "size" else "left",
            no_wrap=column in ("model", "size"),
        )
    known = models.pinned_table(folder)
    absent = {model.name for model in models.missing(known, folder, known)}
    for model in known.values():
        state = "no" if model.name in absent else "bundled" if model.is_bundled else "yes"
        table.add_row(
            model.name if model.name in models.DEFAULT_MODELS else f"({model.name})",
            model.purpose,
            megabytes(model.size_bytes),
            model.licence,
            texts.get(f"terminal.models.here.{state}"),
        )
    for row in models.OPEN_MODELS.values():
        if row.name not in known:
            here = texts.get("terminal.models.here.no")
            table.add_row(f"({row.name})", row.purpose, "–", row.licence, here)
    out = screen()
    out.print(table)
    for line in detectors.states(folder, texts):
        out.print(line, soft_wrap=True, markup=False)
    out.print()
    out.print(texts.get("terminal.models.optional"))
    out.print(texts.get("terminal.models.folder", folder=folder), soft_wrap=True)


@app.command("fetch")
def fetch_models(
    names: Names = None,
    revision: Annotated[
        str, typer.Option(help="Commit of a detector whose files are not known here: 40 digits.")
    ] = "",
    sha256: Annotated[
        str, typer.Option(help="SHA-256 of its file, as the model's page shows it: 64 digits.")
    ] = "",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept a licence that forbids something.")
    ] = False,
) -> None:
    """Fetch models that are not here yet; without names, those that a check needs."""
    from voice import models

    chosen = _known(names) if names else list(models.DEFAULT_MODELS)
    texts = terminal_texts()
    folder = models.models_folder()
    if revision or sha256:
        _fetch_pinned(chosen, folder, revision, sha256)
    else:
        table = models.pinned_table(folder)
        if unknown := [name for name in chosen if name not in table]:
            page = models.OPEN_MODELS[unknown[0]].home_page
            missing = texts.get("doctor.detector.not_pinned", name=unknown[0], page=page)
            give_up(begun(missing), UNUSABLE_INPUT)
        for model in models.missing(chosen, folder, table):
            detectors.accept_licence(model, notices(), texts, accepted=accept_licence)
        fetch_missing(chosen, folder, notices(), texts)
    screen().print(texts.get("terminal.models.complete", folder=folder), soft_wrap=True)


@app.command("verify")
def verify_models(names: Names = None) -> None:
    """Hash every file again and compare it with the pinned SHA-256."""
    from rich.markup import escape

    from voice import models
    from voice.errors import ModelUnavailable

    texts = terminal_texts()
    out = screen()
    folder = models.models_folder()
    wrong = 0
    for name in _known(names) if names else models.DEFAULT_MODELS:
        try:
            models.verify(name, folder, {name: models.pinned(name, folder)})
        except ModelUnavailable as error:
            wrong += 1
            out.print(f"[red]✗[/red] {escape(name)}: {escape(error.detail)}", soft_wrap=True)
        else:
            out.print(texts.get("terminal.models.matches", name=name))
    if wrong:
        give_up(texts.get("terminal.models.refetch"), SETUP_FAULT)


def fetch_missing(names: Sequence[str], folder: Path, console: "Console", texts: "Texts") -> None:
    """Fetch what is not here, after telling what it is, its size and its licence.

    Raises ModelUnavailable.
    """
    from voice import models

    absent = models.missing(names, folder, models.pinned_table(folder))
    if absent:
        _announce(absent, folder, console, texts)
        _fetch(absent, folder, console)


def fetch_for_chat(folder: Path, console: "Console", texts: "Texts") -> None:
    """Fetch what the whole bot needs; without the reader of pictures it works too, and says so.

    Raises ModelUnavailable for any other model.
    """
    from bot.screenshots.reader import MODEL
    from voice.errors import ModelUnavailable
    from voice.models import DEFAULT_MODELS

    fetch_missing(DEFAULT_MODELS, folder, console, texts)
    try:
        fetch_missing([MODEL], folder, console, texts)
    except ModelUnavailable:
        console.print(texts.get("terminal.models.no_pictures"))


def _announce(absent: Sequence["Model"], folder: Path, console: "Console", texts: "Texts") -> None:
    from rich.table import Table

    size = megabytes(sum(model.size_bytes for model in absent))
    console.print(texts.get("terminal.fetch", size=size, folder=folder), soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    for model in absent:
        table.add_row(f"  {model.name}", megabytes(model.size_bytes), model.licence, model.purpose)
    console.print(table)


def _fetch(absent: Sequence["Model"], folder: Path, console: "Console") -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

    from voice import models

    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        for model in absent:
            models.fetch(model.name, folder, show, {model.name: model})


def _fetch_pinned(names: Sequence[str], folder: Path, revision: str, sha256: str) -> None:
    """Fetch the one model that is meant; what the keeper typed is what it must be."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from voice import models

    texts = terminal_texts()
    if len(names) != 1 or not revision or not sha256:
        give_up(texts.get("terminal.detector.digits_alone"), UNUSABLE_INPUT)
    [name] = names
    if name not in models.OPEN_MODELS:
        give_up(texts.get("terminal.detector.pinned_here", name=name), UNUSABLE_INPUT)
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=notices()) as progress:
        task = progress.add_task(name, total=None)

        def show(_: str, done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            models.fetch_pinned(name, revision, sha256, folder, show)
        except ValueError:
            give_up(texts.get("terminal.detector.digits_form"), UNUSABLE_INPUT)


def _known(names: Sequence[str]) -> list[str]:
    """`names`, if there are such models."""
    from voice import models

    for name in names:
        if name not in models.MODELS and name not in models.OPEN_MODELS:
            there_are = ", ".join((*models.MODELS, *models.OPEN_MODELS))
            give_up(
                terminal_texts().get("terminal.models.unknown", name=name, names=there_are),
                UNUSABLE_INPUT,
            )
    return list(names)
