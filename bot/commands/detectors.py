"""Detectors of other people: calibrating one, its licence, and whether it will judge."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import (
    SETUP_FAULT,
    UNUSABLE_INPUT,
    begun,
    confirmed,
    give_up,
    is_asked_in_person,
    notices,
    screen,
    terminal_texts,
    typeable,
)

if TYPE_CHECKING:
    from rich.console import Console

    from bot.texts import Texts
    from voice.detectors import DetectorUnusable
    from voice.models import Model


def calibrate(
    name: Annotated[str, typer.Argument(help="Name of the detector.")],
    manifest: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="List of clips.")],
    root: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the clips.")],
    every: Annotated[int, typer.Option(min=1, help="Hear one clip in so many.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
) -> None:
    """Measure on labelled recordings what a detector's score is worth; without it none is used."""
    from rich.progress import Progress, TimeRemainingColumn

    from voice.detectors import DetectorUnusable
    from voice.detectors.fitting import calibrate as calibrated
    from voice.models import models_folder

    texts, folder = terminal_texts(), models_folder()
    columns = (*Progress.get_default_columns()[:2], TimeRemainingColumn())
    with Progress(*columns, console=notices()) as progress:
        task = progress.add_task(name, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            found = calibrated(name, manifest, root, folder, threads, every, show)
        except DetectorUnusable as error:
            give_up(sentence(error, texts), SETUP_FAULT)
        except (ValueError, OSError) as error:
            give_up(f"{manifest}: {error}", UNUSABLE_INPUT)
    try:
        path = found.save(folder)
    except OSError as error:
        give_up(texts.get("terminal.cannot_write", path=folder / name, why=error.strerror))
    said = texts.get(
        "terminal.detector.calibrated",
        name=name,
        human=found.human,
        made=found.made,
        sources=found.sources,
        # Rounded against the detector.
        accused=math.ceil(100 * found.human_called_made),
        missed=math.ceil(100 * found.made_missed),
        path=path,
    )
    screen().print(said, soft_wrap=True, markup=False)


def tell_detector(name: str | None, folder: Path, console: "Console", texts: "Texts") -> None:
    """Say at the start that the detector that is set will not judge, and why."""
    from voice.detectors import DetectorUnusable, ready
    from voice.detectors.ready import check_memory

    if name is None:
        return
    try:
        ready(name, folder)
        check_memory(name)
    except DetectorUnusable as error:
        why = sentence(error, texts)
        for said in (begun(why), texts.get("terminal.detector.instead")):
            console.print(typeable(said), soft_wrap=True, markup=False)


def accept_licence(model: "Model", console: "Console", texts: "Texts", *, accepted: bool) -> None:
    """Show what a licence forbids, and go on only where whoever sits there accepts it."""
    if not model.is_non_commercial:
        return
    page = model.home_page
    notice = texts.get(
        "terminal.detector.notice", name=model.name, licence=model.licence, page=page
    )
    console.print(notice, soft_wrap=True, markup=False)
    if accepted or (is_asked_in_person() and confirmed(texts, "terminal.detector.accept")):
        return
    give_up(texts.get("terminal.detector.not_accepted", name=model.name), SETUP_FAULT)


def states(folder: Path, texts: "Texts") -> Iterator[str]:
    """A line for each detector that is here: the hash of its file, and what it was calibrated with.

    The file is not hashed for it: `models verify` does that.
    """
    from voice.detectors import DETECTORS, DetectorUnusable, fitted
    from voice.detectors.ready import model_of

    for name in DETECTORS:
        try:
            [file] = model_of(name, folder).files
        except DetectorUnusable:
            continue
        if not (folder / name / file.name).exists():
            continue
        try:
            found = fitted(name, file.sha256, folder)
        except DetectorUnusable:
            yield texts.get("terminal.detector.here_raw", name=name, sha256=file.sha256)
        else:
            yield texts.get(
                "terminal.detector.here",
                name=name,
                sha256=file.sha256,
                date=found.date,
                manifest=found.manifest,
            )


def sentence(error: "DetectorUnusable", texts: "Texts") -> str:
    """Why a detector is not used, and what to do about it."""
    return texts.get(f"doctor.detector.{error.fault}", **error.values)
