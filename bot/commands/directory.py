"""`familyguard directory`: the reporting bodies, and those that want to be read again."""

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import UNUSABLE_INPUT, give_up, screen, terminal_texts

if TYPE_CHECKING:
    from familyguard.directory import Body


def directory(
    country: Annotated[str | None, typer.Option(help="Only this country, such as NL.")] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only rows that were last read over a year ago.")
    ] = False,
    older_than: Annotated[
        int | None, typer.Option(min=0, help="Only rows that were last read over so many days ago.")
    ] = None,
) -> None:
    """List whom to report to, by country, with the day on which each was last read."""
    from rich.markup import escape

    from familyguard.directory import STALE_AFTER
    from familyguard.directory import directory as load

    texts, out = terminal_texts(), screen()
    known = load()
    if country is not None and country.upper() not in known.countries:
        there_are = ", ".join(known.countries)
        message = texts.get("terminal.directory.unknown", country=country, countries=there_are)
        give_up(message, UNUSABLE_INPUT)
    today = datetime.datetime.now(datetime.UTC).date()
    days = STALE_AFTER.days if stale and older_than is None else older_than
    bodies = known.bodies
    if days is not None:
        bodies = known.stale(today, datetime.timedelta(days=days))
    if country is not None:
        bodies = tuple(body for body in bodies if body.country == country.upper())
    if days is not None:
        key = "terminal.directory.stale" if bodies else "terminal.directory.fresh"
        out.print(texts.get(key, count=len(bodies), days=days))
    if bodies:
        _print(bodies)
    if days is not None:
        for body in bodies:
            source = texts.get("terminal.directory.source", source=body.source)
            out.print(f"{body.code}: {escape(source)}", soft_wrap=True)


def _print(bodies: "tuple[Body, ...]") -> None:
    from rich.markup import escape
    from rich.table import Table

    texts = terminal_texts()
    table = Table(box=None, pad_edge=False)
    for column in ("code", "purposes", "reach", "checked"):
        table.add_column(texts.get(f"terminal.directory.{column}"))
    for body in bodies:
        note = "" if body.verified else f" ({texts.get('terminal.directory.hidden')})"
        mail = body.email.of(texts.language) if body.email else None
        table.add_row(
            body.code,
            ", ".join(body.purposes),
            escape("\n".join(filter(None, (body.shown, mail, body.url)))),
            f"{body.checked_on}{note}",
        )
    screen().print(table)
