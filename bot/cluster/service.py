"""The life of a worker of a cluster: settings in, served until it is told to stop."""

import asyncio
import resource
import signal
from collections.abc import Sequence

from bot.cluster.seal import Seal
from bot.cluster.worker import ClusterWorker
from bot.health.systemd import notify
from bot.logs import secrets_in, set_up_logging
from bot.settings import WorkerSettings
from bot.worker_process import worker_command
from familyguard.keys import key_from_text


def run(settings: WorkerSettings, command: Sequence[str] | None = None) -> None:
    """Judge memos until SIGTERM or Ctrl-C; what is in hand then is finished.

    `command` starts the processes with the models, if not the usual one.

    Raises:
        UnusableSettings: the others have another key.
        CannotListen: the models are missing, or the processes do not come up.
    """
    set_up_logging(secrets_in(settings))
    # A core file would hold the key and whatever was being said.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asyncio.run(_serve(settings, command or worker_command(settings)))


async def _serve(settings: WorkerSettings, command: Sequence[str]) -> None:
    assert settings.cluster_key is not None
    worker = ClusterWorker(
        settings.redis_url.get_secret_value(),
        Seal(key_from_text(settings.cluster_key.get_secret_value())),
        command,
        processes=settings.workers,
        for_urgent=settings.urgent_workers,
        memo_seconds=settings.memo_seconds,
        drain_seconds=settings.drain_seconds,
        on_ready=lambda: notify(READY="1", STATUS="Judging memos"),
        on_sign=lambda: notify(WATCHDOG="1"),
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.serve()
