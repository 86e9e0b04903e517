"""`familyguard keys`: new sealing keys, and the way back from the recovery sheet."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import (
    SETUP_FAULT,
    UNUSABLE_INPUT,
    confirmed,
    give_up,
    is_asked_in_person,
    screen,
)

if TYPE_CHECKING:
    from bot.texts import Texts
    from familyguard.keys import Keys

app = typer.Typer(no_args_is_help=True, help="The keys: replace them, put them back.")


@app.command()
def rotate() -> None:
    """Seal everything with a new key and forget the old one; the bot must be stopped.

    The recovery sheet that you printed before then no longer opens the database: a new one is
    written.
    """
    from bot.commands.recovery_sheet import write_sheet
    from bot.folders import only_bot
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.backup import make
    from familyguard.keys import FILE_NAME, load_keys
    from familyguard.recovery import SHOWN
    from familyguard.store import rotate_keys

    settings = load_settings()
    texts = Texts(settings.language)
    with only_bot(settings):
        cells = rotate_keys(settings.database)
        keys = load_keys(settings.database.with_name(FILE_NAME))
    screen().print(texts.get("keys.rotated", cells=cells), soft_wrap=True, markup=False)
    write_sheet(texts, settings, keys, None)
    (settings.data_dir / SHOWN).unlink(missing_ok=True)
    # Earlier ones open with the earlier sheet only; the new one must not be without any.
    make(settings.database, keys, settings.backups, time.time())


@app.command()
def sheet(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete its files: it is printed, or written down.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Show it though something keeps what is shown.")
    ] = False,
) -> None:
    """Show the recovery sheet in this terminal, to be copied onto paper, or delete its files."""
    from bot.commands.recovery_sheet import write_sheet
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.keys import FILE_NAME, load_keys
    from familyguard.recovery import MADE, SHOWN, sheet_files

    settings = load_settings()
    texts = Texts(settings.language)
    files = sheet_files(settings.data_dir)
    key_file = settings.database.with_name(FILE_NAME)
    if not any(file.exists() for file in files):
        if not key_file.exists():
            give_up(texts.get("sheet.no_keys", path=key_file))
        if (settings.data_dir / MADE).exists():
            give_up(texts.get("sheet.none", path=files[1]))
        if delete:
            give_up(texts.get("sheet.never"))
        write_sheet(texts, settings, load_keys(key_file), None)
    if delete:
        if is_asked_in_person() and not confirmed(texts, "sheet.delete"):
            raise typer.Exit(SETUP_FAULT)
        for file in files:
            file.unlink(missing_ok=True)
        (settings.data_dir / MADE).touch(mode=0o600)
        screen().print(texts.get("sheet.deleted"), soft_wrap=True, markup=False)
        return
    if not sys.stdout.isatty():
        # In a container this would be its log, which is kept, and read by whoever reads logs.
        if not anyway:
            give_up(texts.get("sheet.no_terminal"))
        (settings.data_dir / SHOWN).touch(mode=0o600)
    print(files[1].read_text("utf-8"))


@app.command()
def restore(
    file: Annotated[
        Path | None, typer.Argument(help="The text file of the recovery sheet; else type it in.")
    ] = None,
) -> None:
    """Put the keys back from the recovery sheet, into the data folder of the settings."""
    from bot.folders import only_bot
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.keys import FILE_NAME, save_keys
    from familyguard.recovery import MADE

    settings = load_settings()
    texts = Texts(settings.language)
    target = settings.database.with_name(FILE_NAME)
    with only_bot(settings):
        if target.exists():
            give_up(texts.get("keys.there", path=target))
        keys = keys_of_sheet(texts, file)
        if settings.database.exists():
            _try(texts, settings.database, keys)
        save_keys(target, keys)
        (settings.data_dir / MADE).touch(mode=0o600)  # they came from it
    screen().print(texts.get("keys.restored", path=target), soft_wrap=True, markup=False)


@app.command()
def cluster() -> None:
    """Make a key for FAMILYGUARD_CLUSTER_KEY, the same for the bot and all its workers."""
    from familyguard.keys import fresh_key_text

    print(fresh_key_text())


def keys_of_sheet(texts: "Texts", file: Path | None) -> "Keys":
    """The keys of a recovery sheet: from its text file, or typed in where `file` is None or -."""
    return _typed(texts) if file is None or str(file) == "-" else _from_file(texts, file)


def _from_file(texts: "Texts", file: Path) -> "Keys":
    from familyguard.recovery import BadLine, IncompleteSheet, read

    try:
        return read(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        give_up(texts.get("terminal.no_file", path=file), UNUSABLE_INPUT)
    except BadLine as mistake:
        give_up(texts.get("keys.bad_line", label=mistake.label), UNUSABLE_INPUT)
    except IncompleteSheet:
        give_up(texts.get("keys.incomplete"), UNUSABLE_INPUT)


def _typed(texts: "Texts") -> "Keys":
    """The keys, line by line; a mistake is told at once, and the line typed again."""
    from familyguard.recovery import END, BadLine, IncompleteSheet, Line, assemble, read_line

    print(texts.get("keys.type"), file=sys.stderr)
    found: list[Line] = []
    while True:
        try:
            line = read_line(typer.prompt("", prompt_suffix="> ", err=True))
        except BadLine as mistake:
            print(texts.get("keys.bad_line", label=mistake.label), file=sys.stderr)
            continue
        if line is None:
            print(texts.get("keys.no_line"), file=sys.stderr)
            continue
        found.append(line)
        if line.label != END:
            continue
        try:
            return assemble(found)
        except IncompleteSheet:
            print(texts.get("keys.incomplete"), file=sys.stderr)


def _try(texts: "Texts", database: Path, keys: "Keys") -> None:
    """Give up if these are not the keys of the database."""
    from familyguard.errors import SealBroken
    from familyguard.store import Store

    with Store(database, keys) as store:
        try:
            store.check_seals()
        except SealBroken:
            give_up(texts.get("keys.other_database", path=database))
