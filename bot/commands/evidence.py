"""`familyguard evidence`: check a file for the police that the bot made."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import UNUSABLE_INPUT, give_up, screen, terminal_texts

app = typer.Typer(no_args_is_help=True, help="Files for the police: check one.")


@app.callback()
def _evidence() -> None:
    """Files for the police."""


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The ZIP that the bot sent.")],
    key: Annotated[
        str | None, typer.Option(help="Fingerprint that the key must have, as the bot shows it.")
    ] = None,
) -> None:
    """Check every byte of a ZIP against its signature; nothing is unpacked."""
    from rich.markup import escape

    from bot.wording import shorten
    from familyguard.evidence_check import check
    from familyguard.evidence_pack import MAX_PACK_BYTES

    texts, out = terminal_texts(), screen()
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_PACK_BYTES + 1)
    except OSError as error:
        message = texts.get("terminal.evidence.unreadable", path=file, why=error.strerror)
        give_up(message, UNUSABLE_INPUT)
    checked = check(content, key)
    # What is printed from the file is somebody else's text: one line, no mark-up.
    if checked.intact:
        about = {"case": shorten(checked.case), "made_at": shorten(checked.made_at)}
        sentence = texts.get("terminal.evidence.intact", count=len(checked.files), **about)
        out.print(escape(sentence), soft_wrap=True)
    else:
        out.print(texts.get("terminal.evidence.broken"))
        for finding in checked.findings:
            name = f"terminal.evidence.fault.{finding.fault}"
            sentence = texts.get(name, detail=shorten(finding.detail))
            out.print(f"- {escape(sentence)}", soft_wrap=True)
    if checked.fingerprint:
        mark = texts.get("terminal.evidence.key", fingerprint=checked.fingerprint)
        out.print(mark, soft_wrap=True)
        if key is None:
            out.print(texts.get("terminal.evidence.compare"))
    if not checked.intact:
        raise typer.Exit(UNUSABLE_INPUT)
    out.print(texts.get("terminal.evidence.means"))
