"""What is stored of a code word, and the comparison of candidates with it.

A tag is Argon2id (RFC 9106) over HMAC-SHA256(key, family | kind | words): without the key, which is
not in the database, a thief of the database cannot even start to guess; with it, every guess costs
a slow hash.  All tags of one version share a salt, the duress word's too, so that a candidate costs
one hash however many tags there are.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from argon2.low_level import Type, hash_secret_raw

from familyguard.codeword.candidates import Candidates, Key, Kind, Shape, Span
from familyguard.codeword.errors import WrongCodeWord

SALT_BYTES = 16
TAG_BYTES = 32
MIN_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int = 1


COST = Cost(memory_kib=19 * 1024, passes=2)
"""OWASP's recommendation for Argon2id.  Some 40 ms a hash on the processor core of a small server,
so that forty candidates in two threads stay far below 2.5 s (docs/measurements/codeword.md); more
memory made two threads wait for each other."""

CHEAP_COST_FOR_TESTS = Cost(memory_kib=8, passes=1)
"""Protects nothing.  For tests and measurements, where only the keys matter."""

THREADS = 2
"""Hashes at once: the bot shares a small server with the models."""


class Which(StrEnum):
    """Whose tag it is."""

    WORD = "word"
    DURESS = "duress"


@dataclass(frozen=True, slots=True)
class Tag:
    """The hash of one key, and the key's shape: the kind and the number of its letters.

    The shape lets all other windows of a memo be passed over.  It is worth about three bits to
    whoever has both the database and the key, so the store seals it with the tag.
    """

    which: Which
    kind: Kind
    length: int
    digest: bytes = field(repr=False)

    @property
    def shape(self) -> Shape:
        """What a window's key must look like to be compared."""
        return Shape(self.kind, self.length)


@dataclass(frozen=True, slots=True)
class Tags:
    """One version of a family's code word, its duress word included."""

    version: int
    salt: bytes = field(repr=False)
    tags: tuple[Tag, ...]

    @property
    def shapes(self) -> frozenset[Shape]:
        """The shapes of keys that are worth hashing."""
        return frozenset(tag.shape for tag in self.tags)

    def has(self, which: Which) -> bool:
        """Whether this word is set."""
        return any(tag.which is which for tag in self.tags)

    def without(self, which: Which) -> "Tags":
        """The same version with one of the two words removed."""
        return Tags(self.version, self.salt, tuple(tag for tag in self.tags if tag.which != which))


@dataclass(frozen=True, slots=True)
class Match:
    """The code word was heard – which proves nothing alone: a recording says it too.

    `spans` are all places where it was heard, for `mask`; no words are held.
    """

    which: Which
    kind: Kind
    spans: tuple[Span, ...]


def _smallest(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Those spans that hold no other: a word beside the phrase may change nothing in its sounds."""
    every = set(spans)

    def holds(one: Span, other: Span) -> bool:
        is_inside = one.start <= other.start and other.end <= one.end
        return one != other and one.alternative == other.alternative and is_inside

    kept = (span for span in every if not any(holds(span, other) for other in every))
    return tuple(sorted(kept))


class Hasher:
    """Makes tags and compares with them.  Holds the key, and the threads in which hashes run.

    Every method blocks: call it from a thread, one Hasher for the whole process.
    """

    def __init__(self, key: bytes, cost: Cost = COST, threads: int = THREADS) -> None:
        """`key` has 32 bytes or more and is kept outside the database."""
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the key of the code word has {MIN_KEY_BYTES} bytes or more")
        self._key = key
        self._cost = cost
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="codeword")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def tags(self, keys: Sequence[Key], family: str, version: int) -> Tags:
        """A new version of the code word, with a salt of its own."""
        salt = secrets.token_bytes(SALT_BYTES)
        return Tags(version, salt, self._tags(keys, family, salt, Which.WORD))

    def with_duress(self, tags: Tags, keys: Sequence[Key], family: str) -> Tags:
        """The same version with another duress word.

        Raises ValueError when a key of the two words is the same: they could not be told apart.
        """
        rest = tags.without(Which.DURESS)
        new = self._tags(keys, family, tags.salt, Which.DURESS)
        if {tag.digest for tag in rest.tags} & {tag.digest for tag in new}:
            raise ValueError("the duress word sounds like the code word")
        return Tags(tags.version, tags.salt, (*rest.tags, *new))

    def verify(self, candidates: Candidates, tags: Tags | None, family: str) -> Match:
        """The match of the best candidate.

        All candidates are hashed and compared with all tags whatever is found on the way, and as
        many hashes are made when `tags` is None or has other shapes: the time depends on the memo's
        words alone.  When both words are heard it is the duress word: whoever is forced may try to
        say more.

        Raises WrongCodeWord when no candidate matches.
        """
        salt = tags.salt if tags is not None else bytes(SALT_BYTES)
        known = tags.tags if tags is not None else ()
        messages = [self._keyed(candidate.key, family) for candidate in candidates.items]
        while len(messages) < candidates.work:
            messages.append(secrets.token_bytes(hashlib.sha256().digest_size))
        digests = self._hashed(messages, salt)
        matched: dict[tuple[Which, Kind], list[Span]] = {}
        for candidate, digest in zip(candidates.items, digests, strict=False):
            for tag in known:
                if hmac.compare_digest(digest, tag.digest):
                    matched.setdefault((tag.which, tag.kind), []).extend(candidate.spans)
        for which in (Which.DURESS, Which.WORD):
            found = {kind: spans for (whose, kind), spans in matched.items() if whose is which}
            if found:
                kind = Kind.EXACT if Kind.EXACT in found else Kind.PHONETIC
                return Match(which, kind, _smallest(span for s in matched.values() for span in s))
        raise WrongCodeWord

    def _tags(self, keys: Sequence[Key], family: str, salt: bytes, which: Which) -> tuple[Tag, ...]:
        digests = self._hashed([self._keyed(key, family) for key in keys], salt)
        return tuple(
            Tag(which, key.kind, len(key.text), digest)
            for key, digest in zip(keys, digests, strict=True)
        )

    def _keyed(self, key: Key, family: str) -> bytes:
        # Lengths in front, so that no two triples make the same message.
        message = b"".join(
            len(part).to_bytes(4, "big") + part
            for part in (family.encode(), key.kind.encode(), key.text.encode())
        )
        return hmac.digest(self._key, message, hashlib.sha256)

    def _hashed(self, messages: Iterable[bytes], salt: bytes) -> list[bytes]:
        return list(self._pool.map(lambda message: self._hash(message, salt), messages))

    def _hash(self, message: bytes, salt: bytes) -> bytes:
        return hash_secret_raw(
            message,
            salt,
            time_cost=self._cost.passes,
            memory_cost=self._cost.memory_kib,
            parallelism=self._cost.lanes,
            hash_len=TAG_BYTES,
            type=Type.ID,
        )
