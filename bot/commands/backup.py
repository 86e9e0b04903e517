"""`familyguard backup` and `familyguard restore`: a copy in a safe place, and the way back."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import give_up, screen

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.texts import Texts
    from familyguard.keys import Keys


def backup(
    to: Annotated[
        Path | None,
        typer.Option(help="Folder for it, such as a USB stick; else that of the settings."),
    ] = None,
) -> None:
    """Make a back-up now, encrypted to the recovery sheet; the bot may be running."""
    from bot.folders import close_backups
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.backup import make
    from familyguard.keys import FILE_NAME, load_keys
    from familyguard.recovery import has_sheet

    settings = load_settings()
    texts = Texts(settings.language)
    if not settings.database.exists():
        give_up(texts.get("backup.nothing", path=settings.database))
    keys = load_keys(settings.database.with_name(FILE_NAME))
    if to is None:
        close_backups(settings)
    # Elsewhere nothing is deleted: whoever names a folder keeps it in order themselves.
    file = make(settings.database, keys, to or settings.backups, time.time(), rotate=to is None)
    _try(settings, file, keys)
    _say(texts, "backup.made", path=file)
    if not has_sheet(settings.data_dir):
        _say(texts, "sheet.never")


def restore(
    file: Annotated[Path, typer.Argument(help="The back-up, a file that ends with .age.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only try whether it can be restored.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the database that is there aside.")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(help="Text file of the recovery sheet, where the keys are gone; - to type."),
    ] = None,
) -> None:
    """Put a back-up in the place of the database; the bot must be stopped."""
    from bot.commands.keys import keys_of_sheet
    from bot.folders import only_bot, prepare_data
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.erased import Condition
    from familyguard.keys import FILE_NAME, load_keys
    from familyguard.recovery import MADE
    from familyguard.restore import restore as put_back
    from familyguard.settling import expect, settle

    settings = load_settings()
    texts = Texts(settings.language)
    prepare_data(settings)
    key_file = settings.database.with_name(FILE_NAME)
    if sheet is None and not key_file.exists():
        give_up(texts.get("restore.no_keys", path=key_file))
    keys = keys_of_sheet(texts, sheet) if sheet else load_keys(key_file)
    if dry_run:
        made = _try(settings, file, keys)
        _say(texts, "restore.tried", path=file, date=_date(made))
        return
    with only_bot(settings):
        settle(settings.database)  # what an earlier restore left that was killed
        here = load_keys(key_file) if key_file.exists() else None
        if here not in (None, keys) and not replace:
            give_up(texts.get("restore.other_keys", path=key_file))
        if here != keys:
            expect(settings.database, keys)
        tried, aside = put_back(file, keys, settings.database, time.time(), replace=replace)
        settle(settings.database)
        if sheet is not None:
            (settings.data_dir / MADE).touch(mode=0o600)
    _say(texts, "restore.done", date=_date(tried.manifest.made_at), path=settings.database)
    if tried.changes:
        _say(texts, "restore.changed", count=len(tried.changes))
    if tried.settled.gone:
        _say(texts, "restore.settled", count=tried.settled.gone)
    if tried.settled.listed is not Condition.WHOLE:
        _say(texts, "restore.unlisted")
    _say(texts, "restore.look")
    if aside is not None:
        _say(texts, "restore.aside", path=aside)


def _try(settings: "Settings", file: Path, keys: "Keys") -> float:
    """A test restore, written down for the doctor; when the back-up was made."""
    from familyguard.backup_log import BackupLog
    from familyguard.restore import check

    tried = check(file, keys, settings.database)
    notes = BackupLog.load(settings.data_dir)
    notes.tested_at = time.time()
    notes.save(settings.data_dir)
    return tried.manifest.made_at


def _date(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def _say(texts: "Texts", key: str, **values: object) -> None:
    # Unwrapped: paths are copied from here.
    screen().print(texts.get(key, **values), soft_wrap=True, markup=False)
