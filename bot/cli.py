"""The `familyguard` command.

Every command imports what it needs when it is called, so that `--help` answers at once.  Errors
that our own packages raise on purpose end as one sentence, never as a traceback.
"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.commands import (
    backup,
    bench,
    check,
    demo,
    diagnostics,
    directory,
    doctor,
    evaluate,
    evidence,
    fuzz,
    init,
    invite,
    keys,
    models,
    run,
    soak,
    worker,
)
from bot.commands.terminal import give_up, terminal_language

OUR_PACKAGES = frozenset({"bot", "familyguard", "voice"})


class OneSentenceGroup(TyperGroup):
    """A group of commands whose errors of our own are told in one sentence.

    Its help is worded in the language of the family, or of the terminal.
    """

    def make_context(self, info_name: Any, args: list[str], *more: Any, **extra: Any) -> Any:
        """Word the help first, where help is what will be shown."""
        if _shows_help(args) and terminal_language() == "nl":
            from bot.commands.dutch_help import translate

            translate(self, self.context_class(self, info_name=info_name, **self.context_settings))
        return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was chosen."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if not _is_ours(error):
                raise
            from bot.refusals import sentence

            give_up(sentence(error))


def _is_ours(error: Exception) -> bool:
    """Whether `error` was raised on purpose: its class is defined in one of our packages."""
    return type(error).__module__.partition(".")[0] in OUR_PACKAGES


def _shows_help(arguments: list[str]) -> bool:
    """Whether an explanation follows: asked for, or because a group alone was typed."""
    return len(arguments) < 2 or not {"-h", "--help"}.isdisjoint(arguments)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"familyguard {version('familyguard')}")
        raise typer.Exit


app = typer.Typer(
    cls=OneSentenceGroup,
    no_args_is_help=True,
    add_completion=False,
    # Its tracebacks show local variables, and one of those may be the token.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _familyguard(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Help a family to see through voice-clone scams."""


app.command()(check.check)
app.command()(demo.demo)
app.command()(init.init)
app.command()(run.run)
app.command()(worker.worker)
app.command()(invite.invite)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(directory.directory)
app.command()(doctor.doctor)
app.command()(diagnostics.diagnostics)
app.add_typer(evidence.app, name="evidence")
app.add_typer(keys.app, name="keys")
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.command()(bench.bench)
app.add_typer(fuzz.app, name="fuzz")
app.command()(soak.soak)


if __name__ == "__main__":
    app()
