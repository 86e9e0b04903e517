"""What the bots and the workers of a cluster say to each other, and where in Redis it lies.

urgent, memos    streams of orders; an entry goes when its result is there
parcel:<name>    the files of an order; gone with it, or when no bot asks for it any more
tries:<name>     how many workers have begun it
result:<name>    what came of it, until the bot has fetched it
news:<bot>       channel on which a bot hears how far its orders are
alive            there as long as one worker is
mark             shows whether everybody has the same key
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.cluster.seal import Seal
from bot.protocol import Event, Job, RehearJob, _Line

PREFIX: Final = "familyguard"
URGENT: Final = f"{PREFIX}:urgent"
MEMOS: Final = f"{PREFIX}:memos"
ALIVE: Final = f"{PREFIX}:alive"
MARK_KEY: Final = f"{PREFIX}:mark"
GROUP: Final = "workers"
TASK: Final = "judge"
BOT: Final = "bot"
"""Label of an order: whose news it makes."""

KEEP_SECONDS = 600
"""How long a parcel outlives the last sign of its bot, and a result the end of its order: a bot
that was started again finds it, and nothing stays behind one that never is."""

STALE_SECONDS = 20.0
"""A worker that gave no sign for so long is dead, and what it had in hand goes to another."""

ALIVE_SECONDS = 15
"""How long one sign of a worker counts."""

LENGTH_BYTES = 4


class Order(_Line):
    """To a worker: do `job`, whose files are in the parcel; `bot` hears the news."""

    name: str
    bot: str
    job: Job
    urgent: bool


class Done(_Line):
    """The last events of an order: a `Heard` and its `Picture`, or the one that ended it."""

    name: str
    events: tuple[Event, ...]


def key(kind: str, name: str) -> str:
    """Where the `kind` of the order `name` lies."""
    return f"{PREFIX}:{kind}:{name}"


def paths_of(job: Job) -> tuple[str, ...]:
    """The files of a job."""
    return job.paths if isinstance(job, RehearJob) else (job.path,)


def at(job: Job, paths: Sequence[str], number: int) -> Job:
    """The same job with other places of its files, and another number."""
    if isinstance(job, RehearJob):
        return job.model_copy(update={"paths": tuple(paths), "number": number})
    (path,) = paths
    return job.model_copy(update={"path": path, "number": number})


def bare(job: Job) -> Job:
    """A job without what is of this machine only."""
    return at(job, [""] * len(paths_of(job)), 0)


def name_for(seal: Seal, bot: str, member: int, job: Job, files: Sequence[bytes], copy: int) -> str:
    """The name of an order: the same for the same memo of the same member, so that a bot that was
    started again asks for what it asked for before.  `copy` counts those that are in hand at once.
    """
    sums = (hashlib.sha256(file).digest() for file in files)
    what = bare(job).model_dump_json().encode()
    return seal.name(b"order", bot.encode(), f"{member} {copy}".encode(), what, *sums)


def packed(files: Sequence[bytes]) -> bytes:
    """Several files as one."""
    return b"".join(len(file).to_bytes(LENGTH_BYTES) + file for file in files)


def unpacked(parcel: bytes) -> list[bytes]:
    """The files in `parcel`."""
    files = []
    while parcel:
        end = LENGTH_BYTES + int.from_bytes(parcel[:LENGTH_BYTES])
        files.append(parcel[LENGTH_BYTES:end])
        parcel = parcel[end:]
    return files


def connection_options() -> dict[str, Any]:
    """How both sides connect: a Redis that does not answer is noticed within seconds."""
    return {
        "socket_timeout": 10.0,
        "socket_connect_timeout": 5.0,
        "health_check_interval": 15,
        # Once more at once, for a connection that Redis closed meanwhile; longer waits are ours.
        "retry": Retry(NoBackoff(), 1),
    }
