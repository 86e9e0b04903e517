"""Past one machine: memos are put into Redis, sealed, and judged by workers anywhere.

`bot.cluster.analyst` is the bot's side, `bot.cluster.worker` the other; taskiq carries the orders
and brings the results.  Both need the extra `cluster`, and are imported only where it is asked for.
"""

from importlib.util import find_spec

from bot.errors import UnusableSettings


def require_cluster() -> None:
    """Raises `UnusableSettings` where the libraries are not installed."""
    if not (find_spec("taskiq") and find_spec("taskiq_redis")):
        raise UnusableSettings.because("no_cluster")
