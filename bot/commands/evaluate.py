"""`familyguard evaluate`: measure the models on a corpus of recordings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import load
from bot.commands.terminal import UNUSABLE_INPUT, give_up, notices, write_file

app = typer.Typer(no_args_is_help=True, help="Measure the models on recordings of your own.")


@app.callback()
def _evaluate() -> None:
    """Measure the models on a corpus of recordings."""


app.command("load")(load.load)


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


@contextmanager
def _sentences() -> Iterator[None]:
    """Give up with one sentence where files or models are not what the measuring needs."""
    from bot.refusals import sentence
    from voice.errors import ModelUnavailable

    try:
        yield
    except ValueError as error:
        give_up(str(error), UNUSABLE_INPUT)
    except OSError as error:
        give_up(f"{error.filename}: {error.strerror}", UNUSABLE_INPUT)
    except ModelUnavailable as error:
        give_up(sentence(error))


def _channel(name: str) -> str:
    """The name, if there is such a channel."""
    from voice.evaluation.channels import CHANNELS

    if name not in CHANNELS:
        raise typer.BadParameter(f"no channel {name}; there are {', '.join(CHANNELS)}")
    return name


Manifest = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="List of clips.")]
Root = Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the clips.")]
Out = Annotated[Path, typer.Option(dir_okay=False, help="Write the scores to this file.")]
Channel = Annotated[str, typer.Option(callback=_channel, help="Pass every clip through it.")]
Jobs = Annotated[int, typer.Option(min=1, help="Clips at a time.")]


@app.command("score")
def score(
    manifest: Manifest, root: Root, out: Out, channel: Channel = "stored", jobs: Jobs = 1
) -> None:
    """Score every clip: how machine-like it sounds, and how like its reference recording."""
    from rich.progress import Progress

    from voice.evaluation.score import score_manifest

    with _sentences(), Progress(console=notices()) as progress:
        task = progress.add_task(channel, total=None)
        failed = score_manifest(
            manifest,
            root,
            out,
            channel,
            jobs,
            on_clip=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if failed:
        notices().print(f"{failed} clips could not be decoded; their rows are empty.")


@app.command("baselines")
def baselines(
    manifest: Manifest, root: Root, out: Out, channel: Channel = "stored", jobs: Jobs = 1
) -> None:
    """Train simple detectors on the clips, and score each clip by those that never met its source.

    They are what the countermeasure is measured against: logistic regression on statistics of the
    spectrum, and on the frozen first layers of the recogniser.  `report --baselines` shows them.
    """
    from rich.progress import Progress

    from voice.evaluation.baselines import score_baselines

    with _sentences(), Progress(console=notices()) as progress:
        clips = progress.add_task(channel, total=None)
        fits = progress.add_task("sources left out", total=None)
        failed = score_baselines(
            manifest,
            root,
            out,
            channel,
            jobs,
            on_clip=lambda done, total: progress.update(clips, completed=done, total=total),
            on_source=lambda done, total: progress.update(fits, completed=done, total=total),
        )
    if failed:
        notices().print(f"{failed} clips could not be decoded or are too short for a score.")


@app.command("report")
def report(
    scores: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="From `score`.")],
    manifest: Manifest,
    baselines: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="From `baselines`: simple detectors."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the DET curve and the calibration into this file.")
    ] = None,
) -> None:
    """Tables of how often the countermeasure is right, wrong and silent."""
    from voice.evaluation.curves import draw
    from voice.evaluation.report import systems, to_markdown
    from voice.evaluation.scored import read_scores, with_baselines

    with _sentences():
        clips = read_scores(scores, manifest)
        if baselines is not None:
            clips = with_baselines(clips, baselines)
        tables = to_markdown(clips)
        if picture is not None:
            draw(systems(clips), picture)
    if out is None:
        print(tables)
    else:
        write_file(out, tables.encode())


@app.command("text")
def text(
    messages: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="One JSON object a line.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the scores to this file.")] = None,
) -> None:
    """How often requests for money are recognised, and ordinary messages left alone."""
    from familyguard import text_evaluation

    try:
        rows = text_evaluation.evaluate(messages)
    except (KeyError, ValueError) as error:
        give_up(f"{messages}: {error}", UNUSABLE_INPUT)
    if out is not None:
        text_evaluation.write_scores(rows, out)
    print(text_evaluation.report(rows))


@app.command("crash")
def crash(
    kills: Annotated[int, typer.Option(min=1, help="How often the bot is killed.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides what is said, and when the kills fall.")] = 1,
) -> None:
    """Kill the bot at random moments of a talk: nothing may be lost or answered twice."""
    import asyncio

    from bot.playground.crash import crash as measure

    with notices().status("…") as status:
        report = asyncio.run(measure(kills, seed, say=status.update))
    print(report.to_markdown())
    if not report.passed:
        raise typer.Exit(1)


@app.command("codeword")
def codeword(
    heard: Annotated[
        Path, typer.Option(file_okay=False, help="Folder for what was heard; a run goes on in it.")
    ],
    corpus: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Recordings without any code word."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Phrases a language.")] = 60,
    others: Annotated[
        int, typer.Option(min=1, help="Recordings without a code word, a language.")
    ] = 1000,
    single_words: Annotated[
        int, typer.Option(min=0, help="Words of each list to hear alone.")
    ] = 200,
    language: Annotated[
        list[str] | None, typer.Option(help="nl or en; can be given again.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Write the tables to this file.")] = None,
) -> None:
    """How often a spoken code word is known again, and how long comparing it takes."""
    import asyncio

    from rich.progress import Progress

    from bot.words import codeword_evaluation as evaluation
    from voice import models
    from voice.errors import ModelUnavailable
    from voice.evaluation import codewords
    from voice.transcript import Recogniser

    try:
        files = models.locate("whisper-base", models.models_folder())
        recogniser = Recogniser(files["model.bin"].parent, threads)
    except ModelUnavailable as error:
        give_up(str(error), UNUSABLE_INPUT)
    heard.mkdir(parents=True, exist_ok=True)
    languages = language or ["en", "nl"]
    tables = []
    with Progress(console=notices()) as progress:

        def shown(what: str) -> Callable[[int, int], None]:
            task = progress.add_task(what, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        for code in languages:
            phrases = codewords.hear_phrases(
                evaluation.phrases(code, count),
                code,
                recogniser,
                heard / f"heard-{code}.jsonl",
                shown(f"{code}: phrases"),
            )
            without: list[tuple[str, ...]] = []
            if corpus is not None:
                without = codewords.hear_others(
                    corpus / "manifest.csv",
                    corpus,
                    code,
                    others,
                    recogniser,
                    heard / f"others-{code}.jsonl",
                    shown(f"{code}: others"),
                )
            tables.append(evaluation.to_markdown(evaluation.evaluate(code, phrases, without)))
            if single_words:
                sample = codewords.hear_words(
                    evaluation.sample(code, single_words),
                    code,
                    recogniser,
                    heard / f"words-{code}.jsonl",
                    shown(f"{code}: words"),
                )
                tables.append(evaluation.words_to_markdown(code, sample))
    tables.append(f"{asyncio.run(evaluation.time_verification())}\n")
    if out is None:
        print("\n".join(tables))
    else:
        write_file(out, "\n".join(tables).encode())
