"""Whoever listens to memos: the models on this machine, and the cluster where there is one."""

from collections.abc import Iterator

from bot.doctor.finding import Finding, unknown, wrong
from bot.doctor.machine import MEMORY_BYTES, total_memory
from bot.errors import UnusableSettings
from bot.screenshots.reader import MODEL as READER
from bot.settings import Settings
from familyguard.keys import key_from_text
from voice import models as voice_models
from voice.detectors import DetectorUnusable, ready
from voice.detectors.ready import refuse_little
from voice.errors import ModelMismatch, ModelUnavailable

REDIS_SECONDS = 5.0


def models(settings: Settings) -> Iterator[Finding]:
    """Whether all of them are here, and are what they were."""
    absent, replaced = [], []
    for name in (*voice_models.DEFAULT_MODELS, READER):
        try:
            voice_models.verify(name, settings.models_dir)
        except ModelMismatch:
            replaced.append(name)
        except ModelUnavailable:
            absent.append(name)
    if replaced:
        yield wrong("models", "replaced", names=" ".join(replaced))
    if absent:
        yield wrong("models", "absent", names=" ".join(absent))
    if not replaced and not absent:
        yield Finding("models")


def detector(settings: Settings) -> Iterator[Finding]:
    """Whether the one that is set could be used; nothing where the built-in one judges."""
    if settings.detector is None:
        return
    try:
        ready(settings.detector, settings.models_dir)
        total = total_memory()
        if total is not None:
            # Not what is free: a bot that runs holds the detector already.
            refuse_little(settings.detector, total - MEMORY_BYTES)
    except DetectorUnusable as error:
        yield wrong("detector", error.fault, **error.values)
    else:
        yield Finding("detector")


def cluster(settings: Settings) -> Iterator[Finding]:
    """Whether Redis answers, has the same key, and a worker is there; nothing where none is set."""
    if settings.redis_url is None or settings.cluster_key is None:
        return
    from bot.cluster import require_cluster

    try:
        require_cluster()
    except UnusableSettings:
        yield wrong("cluster", "no_library")
        return
    from redis import Redis, RedisError

    from bot.cluster.seal import Seal, same_key
    from bot.cluster.wire import ALIVE, MARK_KEY

    url = settings.redis_url.get_secret_value()
    try:
        with Redis.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as redis:
            mark, worker = redis.get(MARK_KEY), redis.exists(ALIVE)
    except (RedisError, OSError) as error:
        # By its kind alone: its words may quote the address, which holds the password.
        yield wrong("cluster", "unreachable", why=type(error).__name__)
        return
    seal = Seal(key_from_text(settings.cluster_key.get_secret_value()))
    if mark is None:
        yield unknown("cluster", "nobody")
    elif not isinstance(mark, bytes) or not same_key(seal, mark):
        yield wrong("cluster", "other_key")
    elif not worker:
        yield wrong("cluster", "no_worker")
    else:
        yield Finding("cluster")
