"""Where keys are made, the sheet is made that opens the back-ups without this machine."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.commands.terminal import give_up, screen

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.texts import Texts
    from familyguard.keys import Keys


def write_sheet(texts: "Texts", settings: "Settings", keys: "Keys", name: str | None) -> None:
    """Write the recovery sheet as PDF and as text, for this account only, and say what to do."""
    from bot.papers.recovery import as_text, draw_recovery, recovery
    from familyguard.private_file import write_private
    from familyguard.recovery import MADE, sheet_files

    made = datetime.now(UTC)
    sheet = recovery(texts, keys, name, str(settings.data_dir), made)
    pdf, text = sheet_files(settings.data_dir)
    try:
        write_private(pdf, draw_recovery(sheet, texts, made))
        write_private(text, as_text(sheet).encode())
        (settings.data_dir / MADE).touch(mode=0o600)
    except OSError as error:
        give_up(texts.get("terminal.cannot_write", path=pdf, why=error.strerror))
    # Unwrapped: paths are copied from here.
    screen().print(texts.get("init.sheet", pdf=pdf, text=text), soft_wrap=True, markup=False)


def first_keys(settings: "Settings") -> None:
    """Make keys, database and sheet where there are none: whoever sets all by hand has no `init`.

    Raises:
        UnusableSettings: a bot runs on this folder, or it cannot be used.
        UnusableKeys: there is a database without its keys.
    """
    from bot.folders import only_bot
    from bot.opening import open_house
    from bot.texts import Texts
    from familyguard.keys import FILE_NAME

    if settings.database.with_name(FILE_NAME).exists():
        return
    with only_bot(settings), open_house(settings) as store:
        write_sheet(Texts(settings.language), settings, store.keys, None)
