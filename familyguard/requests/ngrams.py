"""The learnt layer: a linear model over the words, word groups and letter groups of a message.

It was trained on our own messages (`familyguard/text_training`), and only numpy is needed to read
it.  Every feature is hashed into a fixed table (Weinberger et al., «Feature hashing for large scale
multitask learning», 2009), so no word list has to be shipped for it.
"""

import hashlib
import io
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from familyguard.requests.concepts import pairs
from familyguard.requests.fold import NUMBER, Folded

BUCKETS = 1 << 17
"""Rows of the table.  The training messages have some 150,000 features; most that share a row are
too rare to matter."""

WEIGHTS = "text_weights.npz"
WEIGHTS_SHA256 = "d62439b77c96b7fff2f13a0aee383650923bed1ac21ae083856d1e4c6a9ac153"

MONEY, OPENING = 0, 1
"""The two columns: a money request, and a scammer's opening, each against ordinary talk."""

_SIZES = ((10, "a few"), (60, "small"), (250, "middling"), (100_000, "large"))


class WrongWeightsError(RuntimeError):
    """The weights file is not the one that this code was measured with."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt.

    `table` has shape (BUCKETS, 2); `kinds` gives each kind of pattern its two weights;
    `start` (2,) is the score of an empty message; `slope` and `shift` (2,) turn both scores into
    natural-log likelihood ratios.
    """

    table: np.ndarray
    kinds: dict[str, np.ndarray]
    start: np.ndarray
    slope: np.ndarray
    shift: np.ndarray


class Feature(NamedTuple):
    """One hashed feature and the words that it came from, as a range of word numbers."""

    bucket: int
    first: int
    last: int
    share: float


@lru_cache(maxsize=1 << 15)
def _bucket(name: str) -> int:
    return zlib.crc32(name.encode()) % BUCKETS


def _name(text: str, value: float | None) -> str:
    if text != NUMBER or value is None:
        return text
    return next((name for limit, name in _SIZES if value < limit), "long") + " number"


LETTERS_SHARE = 0.3
"""How much the letter groups of a word count beside the word itself."""

SKIP_SHARE = 0.5
"""How much two words count that stand one word apart."""


GROUP_SHARE = 0.125
"""What each word group and pair of groups counts, however long the message is: a request is not
less of one for the chat around it."""


def features(folded: Folded) -> list[Feature]:
    """All features of a message; the shares of words and letters are scaled to length 1."""
    names = [_name(word.text, word.value) for word in folded.words]
    found: dict[int, tuple[int, int, float]] = {}
    for place, name in enumerate(names):
        found.setdefault(_bucket("1 " + name), (place, place, 1.0))
        if place + 1 < len(names):
            found.setdefault(_bucket(f"2 {name} {names[place + 1]}"), (place, place + 1, 1.0))
        if place + 2 < len(names):
            skip = f"3 {name} {names[place + 2]}"
            found.setdefault(_bucket(skip), (place, place + 2, SKIP_SHARE))
        if len(name) > 3 and name.isalpha():
            edged = f" {name[:20]} "
            for size in (4, 5):
                for start in range(len(edged) - size + 1):
                    group = _bucket("c " + edged[start : start + size])
                    found.setdefault(group, (place, place, LETTERS_SHARE * 0.5))
    length = sum(share * share for _, _, share in found.values()) ** 0.5
    scaled = {b: Feature(b, f, n, share / length) for b, (f, n, share) in found.items()}
    for name, first, last in pairs(names):
        group = _bucket("g " + name)
        scaled.setdefault(group, Feature(group, first, last, GROUP_SHARE))
    return list(scaled.values())


def pack(weights: Weights) -> bytes:
    """`weights` as the bytes of a small npz file: the table in eighths of a byte's range."""
    scale = np.abs(weights.table).max(axis=0) / 127
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        table=np.round(weights.table / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        kind_names=np.array(sorted(weights.kinds)),
        kind_weights=np.array([weights.kinds[k] for k in sorted(weights.kinds)], np.float32),
        start=weights.start.astype(np.float32),
        slope=weights.slope.astype(np.float32),
        shift=weights.shift.astype(np.float32),
    )
    return buffer.getvalue()


def unpack(content: bytes) -> Weights:
    """The weights in an npz file; nothing in it is ever run."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        kinds = zip(stored["kind_names"].tolist(), stored["kind_weights"], strict=True)
        return Weights(
            table=stored["table"].astype(np.float32) * stored["scale"],
            kinds=dict(kinds),
            start=stored["start"],
            slope=stored["slope"],
            shift=stored["shift"],
        )


@cache
def weights() -> Weights:
    """The weights that this code was measured with.  Raises `WrongWeightsError` for any others."""
    content = files("familyguard").joinpath("patterns", WEIGHTS).read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise WrongWeightsError(f"{WEIGHTS} is not the file that belongs to this version")
    return unpack(content)
