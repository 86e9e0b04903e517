"""The bot as a process of its own beside the local Telegram, as it runs in a family's house."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from bot.playground.world import BotAccount
from bot.settings import PREFIX

CHILD = ("bot.playground.child",)


async def start_bot(
    url: str,
    bot: BotAccount,
    folder: Path,
    models: Path,
    language: str,
    errors: IO[bytes] | int,
    worker: Sequence[str] = (),
    child: Sequence[str] = CHILD,
    **more: str,
) -> Process:
    """Start `familyguard run` for `bot` against the Bot API at `url`.

    Its data lie in `folder`; `errors` takes its log.  `worker` is the command of the worker
    process, if not the usual one, `child` the module that runs the bot, and its arguments; `more`
    are further settings by name.  Standard input must stay open as long as it is to run.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    own = {
        "TELEGRAM_API_URL": url,
        "DATA_DIR": str(folder / "data"),
        "MODELS_DIR": str(models),
        "LANGUAGE": language,
        "DRAIN_SECONDS": "1",
        "SECRETS_DIR": str(folder / "secrets"),
        **more,
    }
    secret = folder / "secrets" / f"{PREFIX}telegram_token".lower()
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(bot.token, "utf-8")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *child, *worker,
        stdin=PIPE, stdout=PIPE, stderr=errors, cwd=folder,
        env=kept | _import_path() | {PREFIX + name: value for name, value in own.items()},
        start_new_session=True,  # Ctrl-C in the terminal reaches the demo alone
    )  # fmt: skip


def _import_path() -> dict[str, str]:
    """The child runs in another folder, so relative entries of the path would lead astray."""
    here = str(Path(__file__).resolve().parents[2])
    given = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [here, given]))}
