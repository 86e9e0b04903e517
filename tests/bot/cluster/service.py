"""A worker of the cluster as a process that can be killed: `python -m … <address> <processes>`."""

import asyncio
import signal
import sys

from bot.cluster.seal import Seal
from bot.cluster.worker import ClusterWorker
from tests.bot.cluster.conftest import KEY, STUB


async def main() -> None:
    """Serve until SIGTERM."""
    url, processes = sys.argv[1], int(sys.argv[2])
    worker = ClusterWorker(
        url,
        Seal(KEY),
        STUB,
        processes=processes,
        memo_seconds=20.0,
        drain_seconds=5.0,
        stale_seconds=1.0,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    await worker.serve()


if __name__ == "__main__":
    asyncio.run(main())
