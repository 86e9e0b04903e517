"""`familyguard init`: from a bot's token to a bot that can be started, without editing a file."""

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commands.terminal import (
    UNUSABLE_INPUT,
    confirmed,
    give_up,
    invoked,
    screen,
    terminal_language,
    terminal_texts,
)

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.texts import Language, Texts

Found = TypeVar("Found")

NOWHERE = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Codes of two letters in Unicode's list of territories that are no country."""

ENV_FILE = Path(".env")

WEBHOOK_BYTES = 32
"""Of the secret that Telegram shows with each delivery."""


def init(
    token_file: Annotated[
        Path | None, typer.Option(help="File with the bot's token; else it is asked for.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the family: nl or en.")] = None,
    country: Annotated[
        str | None, typer.Option(help="Country of the family, as two letters: NL, BE, GB …")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder for the database and the keys.")
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option(help="Public https:// address at which a proxy of yours passes messages on."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take what is proposed, replace .env.")
    ] = False,
) -> None:
    """Set up a bot: check its token, make keys and a database, print who may claim it."""
    texts = terminal_texts()
    _say(texts, "init.begin", folder=Path.cwd())
    if ENV_FILE.exists() and not yes and not confirmed(texts, "init.replace"):
        give_up(texts.get("init.kept"))
    if yes and token_file is None:
        give_up(texts.get("init.needs_token"), UNUSABLE_INPUT)
    if country is not None:
        _country(texts, country, yes)  # refused before anything is asked or sent
    token, name = _token(texts, token_file)
    _say(texts, "init.bot", bot=name)
    spoken = _language(texts, language, yes)
    from bot.texts import Texts

    texts = Texts(spoken)
    where = _country(texts, country, yes)
    folder = _folder(texts, data_dir, yes)

    settings = _write_env(texts, token, spoken, where, folder, webhook)
    _finish(texts, settings, name)


def _token(texts: "Texts", file: Path | None) -> tuple[str, str]:
    """The token and the name of its bot; asked for until Telegram knows it."""
    from bot.commands.telegram_name import UnknownToken
    from bot.errors import UnusableSettings

    if file is not None:
        try:
            token = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            give_up(texts.get("terminal.no_file", path=file), UNUSABLE_INPUT)
        return token, _name(texts, token)
    while True:
        token = typer.prompt(texts.get("init.token"), hide_input=True).strip()
        try:
            return token, _name(texts, token)
        except UnknownToken:
            _say(texts, "init.token.unknown")
        except UnusableSettings as error:
            if "TOKEN" not in str(error):
                raise
            _say(texts, "init.token.form")


def _name(texts: "Texts", token: str) -> str:
    import asyncio

    from bot.commands.telegram_name import bot_name
    from bot.settings import load_settings

    settings = load_settings(ENV_FILE, telegram_token=token)
    name = asyncio.run(bot_name(settings, texts))
    if name is None:
        give_up(texts.get("init.unreachable", address=settings.telegram_api_url))
    return name


def _language(texts: "Texts", wish: str | None, yes: bool) -> "Language":
    from bot.texts import LANGUAGES

    def known(answer: str) -> "Language | None":
        return next((code for code in LANGUAGES if code == answer.strip().lower()), None)

    return _answer(texts, "language", wish, terminal_language(), known, yes)


def _country(texts: "Texts", wish: str | None, yes: bool) -> str:
    from babel import Locale

    territories = Locale(texts.language).territories

    def known(answer: str) -> str | None:
        code = answer.strip().upper()
        return code if len(code) == 2 and code in territories and code not in NOWHERE else None

    return _answer(texts, "country", wish, _likely_country(texts.language), known, yes)


def _likely_country(language: str) -> str:
    """That of the machine's locale (nl_BE.UTF-8 → BE), else the largest that speaks `language`."""
    from bot.texts import LOCALE_VARIABLES

    for variable in LOCALE_VARIABLES:
        region = os.environ.get(variable, "").partition(".")[0].partition("_")[2]
        if len(region) == 2:
            return region.upper()
    return "NL" if language == "nl" else "GB"


def _folder(texts: "Texts", wish: Path | None, yes: bool) -> Path:
    from bot.settings import Settings

    usual = Settings.model_fields["data_dir"].get_default(call_default_factory=True)
    proposed = os.environ.get("FAMILYGUARD_DATA_DIR") or str(usual)

    def known(answer: str) -> Path | None:
        return Path(answer.strip()).expanduser().absolute() if answer.strip() else None

    return _answer(texts, "folder", str(wish) if wish else None, proposed, known, yes)


def _answer(
    texts: "Texts",
    what: str,
    wish: str | None,
    proposed: str,
    known: Callable[[str], Found | None],
    yes: bool,
) -> Found:
    """The wish from the command line, or an answer that can be used."""
    if wish is not None or yes:
        found = known(wish if wish is not None else proposed)
        if found is None:
            give_up(texts.get(f"init.{what}.unknown"), UNUSABLE_INPUT)
        return found
    while True:
        found = known(typer.prompt(texts.get(f"init.{what}"), default=proposed))
        if found is not None:
            return found
        _say(texts, f"init.{what}.unknown")


def _write_env(
    texts: "Texts", token: str, language: str, country: str, folder: Path, webhook: str | None
) -> "Settings":
    """Put the answers into `.env`, beside whatever else stands there; read them back."""
    from bot.errors import UnusableSettings
    from bot.settings import PREFIX, TELEGRAM_API_URL, load_settings
    from familyguard.private_file import write_private

    address = load_settings(ENV_FILE, telegram_token=token).telegram_api_url
    values = {
        "TELEGRAM_TOKEN": token,
        "LANGUAGE": language,
        "COUNTRY": country,
        "DATA_DIR": str(folder),
        **({"TELEGRAM_API_URL": address} if address != TELEGRAM_API_URL else {}),
    }
    if webhook is not None:
        # A fresh secret each time: whoever runs this again may do so because the old one got out.
        secret = secrets.token_urlsafe(WEBHOOK_BYTES)
        load_settings(ENV_FILE, telegram_token=token, webhook_url=webhook, webhook_secret=secret)
        values |= {"WEBHOOK_URL": webhook, "WEBHOOK_SECRET": secret}
    if "'" in str(folder) or "\\" in str(folder) or not str(folder).isprintable():
        give_up(texts.get("init.folder.unknown"), UNUSABLE_INPUT)
    old = ENV_FILE.read_text("utf-8").splitlines() if ENV_FILE.exists() else []
    names = {PREFIX + name for name in values}
    kept = [line for line in old if line.partition("=")[0].strip().upper() not in names]
    lines = [*kept, *(f"{PREFIX}{name}='{value}'" for name, value in values.items())]
    try:
        write_private(ENV_FILE.absolute(), ("\n".join(lines) + "\n").encode())
    except OSError as error:
        give_up(texts.get("terminal.cannot_write", path=ENV_FILE, why=error.strerror))
    settings = load_settings(ENV_FILE)
    if settings.data_dir != folder:
        # A variable of the environment goes before the file, here and in `familyguard run`.
        raise UnusableSettings(texts.get("init.environment", name=f"{PREFIX}DATA_DIR"))
    return settings


def _finish(texts: "Texts", settings: "Settings", name: str) -> None:
    """Keys, database, recovery sheet, and the link for whoever is to be keeper."""
    from bot.commands.recovery_sheet import write_sheet
    from bot.folders import prepare_data
    from familyguard.keys import FILE_NAME
    from familyguard.store import open_store

    prepare_data(settings)
    key_file = settings.database.with_name(FILE_NAME)
    if settings.database.exists() and not key_file.exists():
        # A back-up was put here: it opens with its own keys, not with new ones.
        _say(texts, "init.orphan", why=texts.get("unusable.keys.missing", path=key_file))
        return
    with open_store(settings.database) as store:
        keys = store.keys
        claim = store.invitations.claim(time.time()) if store.is_empty() else None
    _say(texts, "init.written", env=ENV_FILE.absolute(), folder=settings.data_dir)
    write_sheet(texts, settings, keys, name)
    if claim is None:
        _say(texts, "init.inhabited", command=invoked())
        return
    link = f"https://t.me/{name}?start={claim}"
    _say(texts, "init.claim", here=Path.cwd(), command=invoked(), link=link, code=claim)


def _say(texts: "Texts", key: str, **values: object) -> None:
    # Unwrapped: links and paths are copied from here.
    screen().print(texts.get(key, **values), soft_wrap=True, markup=False)
