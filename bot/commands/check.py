"""`familyguard check`: the verdict on one memo or message, in a terminal."""

import contextlib
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from bot.commands.terminal import (
    UNUSABLE_INPUT,
    give_up,
    notices,
    terminal_language,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from bot.judgement import Judgement
    from bot.texts import Language, Texts
    from voice.results import Analysis


PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
"""Endings of files that need no «--image» to be taken for a picture."""


class Listener(Protocol):
    """What the command asks of `voice.pipeline.Analyser`."""

    def analyse(
        self,
        path: Path,
        references: "Sequence[Path]",
        language: str | None,
        on_step: "Callable[[str], None]",
    ) -> "Analysis":
        """Listen to a file; raises UndecodableAudio."""


def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="Voice memo, sound, video or screenshot.", show_default=False),
    ] = None,
    voice: Annotated[
        list[Path] | None,
        typer.Option(
            help="An older memo of the person it claims to be; can be given again.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        str, typer.Option(help="The message that came with it, or a message alone.")
    ] = "",
    language: Annotated[
        str, typer.Option(help="Language of the answer: nl or en.", show_default="the terminal's")
    ] = "",
    image: Annotated[
        Path | None,
        typer.Option(help="A screenshot of a chat, or a photo of one.", show_default=False),
    ] = None,
    spoken: Annotated[
        str, typer.Option(help="Language in the memo: nl or en.", show_default="recognised")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object (docs/json.md).")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Write the card as PNG.", show_default=False)
    ] = None,
) -> None:
    """Judge a voice memo, a screenshot or a message, or one of those two with a message.

    Ends with 0 whatever the verdict is, with 2 if the file cannot be used, and with 1 if something
    on this machine is missing.
    """
    from bot.texts import Texts
    from voice.errors import Undecodable

    texts = Texts(_language(language, "--language") or terminal_language())
    if file is None and image is None and not text.strip():
        raise typer.BadParameter(texts.get("terminal.check.nothing"))
    if file is not None and image is not None:
        raise typer.BadParameter(texts.get("terminal.check.one"), param_hint="--image")
    if file is not None and file.suffix.lower() in PICTURES:
        file, image = None, file
    given = file or image
    if given is not None and not given.is_file():
        give_up(texts.get("terminal.no_file", path=given), UNUSABLE_INPUT)
    if picture is not None and not picture.absolute().parent.is_dir():
        give_up(texts.get("terminal.no_folder", path=picture.parent), UNUSABLE_INPUT)

    memo = Memo(file, tuple(voice or ()), text, _language(spoken, "--spoken"))
    with _quiet():
        judgement = _seen(image, text, texts) if image else _judged(memo, texts)
    _show(judgement, texts, as_json=as_json)
    if picture is not None:
        write_file(picture, _drawn(judgement, texts))
    if judgement.failure is not None:
        reason = texts.get(f"reason.unjudgeable.{judgement.failure}")
        if judgement.failure == Undecodable.NOT_MEDIA:
            reason = f"{reason} {texts.get('terminal.check.typed')}"
        give_up(f"{file}: {reason}", UNUSABLE_INPUT)
    if judgement.picture_problem is not None:
        reason = texts.get(f"reason.unjudgeable.picture_{judgement.picture_problem}")
        give_up(f"{image}: {reason}", UNUSABLE_INPUT)


@dataclass(frozen=True, slots=True)
class Memo:
    """What is to be judged; `spoken` is None where the recogniser is to tell."""

    file: Path | None
    references: tuple[Path, ...]
    message: str
    spoken: "Language | None"


def _language(wish: str, option: str) -> "Language | None":
    from bot.texts import LANGUAGES

    for language in LANGUAGES:
        if wish.lower() == language:
            return language
    if wish:
        raise typer.BadParameter(f"{wish} ({', '.join(LANGUAGES)})", param_hint=option)
    return None


def _judged(memo: Memo, texts: "Texts") -> "Judgement":
    from bot.judgement import judge_failure, judge_memo, judge_text
    from voice.errors import UndecodableAudio

    if memo.file is None:
        return judge_text(memo.message, texts.language)
    console = notices()
    try:
        _prepare(memo.file, console, texts)
        with console.status(texts.get("terminal.step.loading")) as status:

            def on_step(step: str) -> None:
                key = f"terminal.step.{step}"
                status.update(texts.get(key if texts.has(key) else "terminal.step.listening"))

            analysis = make_listener().analyse(memo.file, memo.references, memo.spoken, on_step)
    except UndecodableAudio as error:
        return judge_failure(error.reason, memo.message, texts.language)
    return judge_memo(analysis, memo.message, texts.language)


def _seen(image: Path, message: str, texts: "Texts") -> "Judgement":
    from bot.commands.models import fetch_missing
    from bot.judgement import judge_screenshot
    from bot.screenshots.model import UnreadablePicture
    from bot.screenshots.reader import MODEL, read_picture
    from voice import models

    folder, console = models.models_folder(), notices()
    if models.missing((MODEL,), folder):
        fetch_missing((MODEL,), folder, console, texts)
    try:
        with console.status(texts.get("terminal.step.reading")):
            screenshot = read_picture(image, folder=folder)
    except UnreadablePicture as error:
        return judge_screenshot(error.reason, message, texts.language)
    return judge_screenshot(screenshot, message, texts.language)


def make_listener() -> Listener:
    """The real thing; the tests put something quicker in its place."""
    from voice.detectors import Choice
    from voice.pipeline import Analyser

    name = _detector()
    return Analyser(detector=Choice(name) if name else None)


def _detector() -> str | None:
    """The one that is set: of a bot's settings, which this command does not read, one of two."""
    return os.environ.get("FAMILYGUARD_DETECTOR") or None


def _prepare(file: Path, console: "Console", texts: "Texts") -> None:
    """Have the models here; on first use, not before the file turned out to be sound."""
    from bot.commands.detectors import tell_detector
    from bot.commands.models import fetch_missing
    from voice import models

    folder = models.models_folder()
    if models.missing(models.DEFAULT_MODELS, folder):
        from voice.isolation import decode_file

        decode_file(file)
        fetch_missing(models.DEFAULT_MODELS, folder, console, texts)
    tell_detector(_detector(), folder, console, texts)


def _show(judgement: "Judgement", texts: "Texts", *, as_json: bool) -> None:
    from bot.wording import word

    wording = word(judgement, texts)
    if as_json:
        from bot.report_json import report

        found = report(judgement, wording, texts.language)
        print(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        from bot.commands.terminal import screen
        from bot.commands.verdict_screen import show

        show(judgement, wording, texts, screen())


def _drawn(judgement: "Judgement", texts: "Texts") -> bytes:
    from bot.card_looks import card_labels
    from bot.cards import draw
    from bot.wording import word

    return draw(judgement.analysis, card_labels(texts), word(judgement, texts))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libraries say about themselves off the screen, and off standard output at all."""
    logging.getLogger().addHandler(logging.NullHandler())
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
