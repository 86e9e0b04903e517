"""What passes through Redis is sealed: whoever reads it there sees sizes and times, no content.

Everything is bound to the order it belongs to, so that neither an order nor a result can be put in
the place of another.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from taskiq import BrokerMessage, TaskiqMessage
from taskiq.abc.formatter import TaskiqFormatter
from taskiq.abc.serializer import TaskiqSerializer
from taskiq.serializers import JSONSerializer

from familyguard.errors import SealBroken
from familyguard.keys import Keys
from familyguard.vault import Cell, Vault

NAME_LENGTH = 32
"""Hexadecimal digits of the name of an order, 128 bits: no two orders meet by chance."""


class Seal:
    """Seals with the cluster's key.  `key` has 32 bytes."""

    def __init__(self, key: bytes) -> None:
        sealing, pepper = (
            hmac.digest(key, purpose, hashlib.sha256)
            for purpose in (b"familyguard cluster seal", b"familyguard cluster names")
        )
        self._vault = Vault(Keys({1: sealing}, pepper))
        self._pepper = pepper

    def seal(self, plain: bytes, what: str, name: str = "") -> bytes:
        """`plain` as it may lie in Redis, as the `what` of the order `name`."""
        return self._vault.seal(plain, Cell("cluster", what, name))

    def open(self, sealed: bytes, what: str, name: str = "") -> bytes:
        """What was sealed as the `what` of the order `name`.  Raises `SealBroken`."""
        return self._vault.open(sealed, Cell("cluster", what, name))

    def name(self, *parts: bytes) -> str:
        """A name that is the same for the same parts, and says nothing about them."""
        mac = hmac.new(self._pepper, digestmod=hashlib.sha256)
        for part in parts:
            mac.update(len(part).to_bytes(8))
            mac.update(part)
        return mac.hexdigest()[:NAME_LENGTH]


class SealedFormatter(TaskiqFormatter):
    """Orders as they lie in a stream: the name of the order, then everything else, sealed."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def dumps(self, message: TaskiqMessage) -> BrokerMessage:
        """Seal an order."""
        name = message.task_id
        sealed = self._seal.seal(message.model_dump_json().encode(), "order", name)
        return BrokerMessage(
            task_id=name,
            task_name=message.task_name,
            message=name.encode() + sealed,
            labels=message.labels,
        )

    def loads(self, message: bytes) -> TaskiqMessage:
        """Open an order.  Raises `SealBroken`."""
        name = name_of(message)
        opened = self._seal.open(message[NAME_LENGTH:], "order", name)
        return TaskiqMessage.model_validate_json(opened)


def name_of(message: bytes) -> str:
    """The name of the order that a sealed message begins with, believed by nobody before it is
    opened."""
    return message[:NAME_LENGTH].decode("ascii", "replace")


class SealedSerializer(TaskiqSerializer):
    """Results as they lie in Redis, each sealed for the order that `of` names."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._json = JSONSerializer()
        self._name: ContextVar[str] = ContextVar("order_whose_result_is_sealed")

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """What is written or read inside is the result of the order `name`."""
        token = self._name.set(name)
        try:
            yield
        finally:
            self._name.reset(token)

    def dumpb(self, value: Any) -> bytes:
        """Seal a result."""
        return self._seal.seal(self._json.dumpb(value), "result", self._name.get())

    def loadb(self, value: bytes) -> Any:
        """Open a result.  Raises `SealBroken`."""
        return self._json.loadb(self._seal.open(value, "result", self._name.get()))


def same_key(seal: Seal, found: bytes) -> bool:
    """Whether the mark `found` in Redis was left by somebody with this key."""
    try:
        return seal.open(found, "mark") == MARK
    except SealBroken:
        return False


MARK = b"familyguard cluster"
"""Sealed, it lies in Redis for everyone to see whether they have the same key."""
