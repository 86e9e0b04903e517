"""`familyguard invite`: let one more person ask to join a family."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import notices, screen, terminal_texts

if TYPE_CHECKING:
    from familyguard.family import Family
    from familyguard.store import Store


def invite(
    family: Annotated[
        str | None, typer.Option(help="Name of the family, where there are several.")
    ] = None,
    found: Annotated[
        bool, typer.Option("--new-family", help="Let the person found a family of their own.")
    ] = False,
) -> None:
    """Print a link with which one person can join; it works once, for fifteen minutes."""
    import asyncio

    from bot.commands.recovery_sheet import first_keys
    from bot.commands.telegram_name import bot_name
    from bot.folders import make_private
    from bot.settings import load_settings
    from familyguard.store import INVITATION_SECONDS, open_store

    settings = load_settings()
    # Asked before the code exists, so that its minutes are not spent on a slow network.
    name = asyncio.run(bot_name(settings, terminal_texts()))
    make_private(settings.data_dir)
    first_keys(settings)
    with open_store(settings.database) as store:
        chosen = None if found else _family(store, family)
        code = store.invitations.create(chosen.id if chosen else None, None, time.time())

    texts = terminal_texts()
    out = screen()
    minutes = round(INVITATION_SECONDS / 60)
    out.print(texts.get("terminal.invite", minutes=minutes))
    if name:
        print(f"\n    https://t.me/{name}?start={code}\n")
        out.print(texts.get("terminal.invite.or"))
    else:
        notices().print(texts.get("terminal.invite.unreachable"))
    print(f"\n    /start {code}\n")


def _family(store: "Store", name: str | None) -> "Family | None":
    """The family that is meant; None where there is none yet, so that a first one is founded."""
    from bot.errors import UnusableSettings

    families = store.families.all()
    if name is not None:
        families = [family for family in families if family.name.casefold() == name.casefold()]
        if not families:
            raise UnusableSettings(terminal_texts().get("terminal.invite.no_such_family"))
    if len(families) > 1:
        raise UnusableSettings(terminal_texts().get("terminal.invite.which_family"))
    return families[0] if families else None
