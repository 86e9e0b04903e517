"""What `--help` says, in Dutch.

English stands at the commands, where whoever changes one reads it; `help_nl.po` has the Dutch of
each of its paragraphs, and a test holds that none is missing.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.pofile import read_po


def translate(command: Any, context: Any) -> None:
    """Word the help of a Typer `command`, of its options and of all below it in Dutch."""
    if command.help:
        command.help = in_dutch(command.help)
    for parameter in command.get_params(context):
        if text := getattr(parameter, "help", None):
            parameter.help = in_dutch(text)
    for name, below in getattr(command, "commands", {}).items():
        translate(below, below.context_class(below, info_name=name, parent=context))


def in_dutch(text: str) -> str:
    """`text` paragraph by paragraph; one without Dutch stays as it is."""
    return "\n\n".join(sentences().get(one, one) for one in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """Those of `text`, a line each."""
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", text.strip())]


@cache
def sentences() -> dict[str, str]:
    """The Dutch of every paragraph, by its English."""
    with (files("bot.commands") / "help_nl.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="nl") if one.id}
