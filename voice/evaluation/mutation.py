"""Ways to damage a media file, from a flipped bit to a box that claims four gigabytes."""

import random
import re
import struct
from collections.abc import Callable, Sequence

MAX_CASE_BYTES = 1024 * 1024
"""Repeated splicing and stuffing must not turn a small case into a large one."""

HEADER_BYTES = 512
"""Where most formats keep their claims; half of the damage goes here."""

_LIES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_HUGE = (0x7FFFFFFF, 0xFFFFFFFF, 0x40000000, 0xFFFFFFF7)

_MAGICS = (
    *(b"OggS\0\2", b"\0\0\0\x20ftypM4A ", b"\0\0\0\x18ftypmp42", b"ID3\4\0\0", b"\xff\xfb\x90\x64"),
    *(b"RIFF\xff\xff\xff\x7fWAVEfmt ", b"fLaC\0\0\0\x22", b"#!AMR\n", b"#!AMR-WB\n"),
    *(
        b"\x1aE\xdf\xa3\x9fB\x86\x81\1",
        b"\xff\xf1\x50\x80",
        b"caff\0\1\0\0desc",
        b"FORM\0\0\1\0AIFF",
    ),
)

_LANDMARKS = re.compile(
    rb"OggS|OpusHead|OpusTags|ftyp|moov|mvhd|trak|mdia|stbl|stsd|stts|stsc|stsz|stco|mdat|elst|udta"
    rb"|esds|meta|ilst|covr|RIFF|WAVE|fmt |data|LIST|fLaC|ID3|APIC|FORM|COMM|SSND|caff|desc|pakt"
    rb"|#!AMR|\x1aE\xdf\xa3|\x16T\xaek|\x1fC\xb6u|\xff[\xe0-\xff]"
)
"""Names of boxes and chunks, sync words: lengths and counts stand beside these."""

Mutation = Callable[[random.Random, bytes], bytes]


def mutate(chance: random.Random, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    """One damaged file made from `seeds`, and the names of what was done to it.

    The same state of `chance` and the same seeds always give the same bytes.
    """
    data = chance.choice(seeds)
    names = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        names.append(chance.choice([*MUTATIONS, SPLICE]))
        if names[-1] == SPLICE:
            data = _splice(chance, data, chance.choice(seeds))
        else:
            data = MUTATIONS[names[-1]](chance, data)
        data = data[:MAX_CASE_BYTES]
    return "+".join(names), data


def _place(chance: random.Random, data: bytes) -> int:
    """An offset in `data`, as often as not near its beginning."""
    reach = min(len(data), HEADER_BYTES) if chance.random() < 0.5 else len(data)
    return chance.randrange(reach + 1)


def _landmark(chance: random.Random, data: bytes) -> int:
    """The offset of a box's name or a sync word; anywhere if there is none."""
    found = [match.start() for match in _LANDMARKS.finditer(data)]
    return chance.choice(found) if found else _place(chance, data)


def _overwrite(data: bytes, at: int, new: bytes) -> bytes:
    at = max(0, at)
    return data[:at] + new + data[at + len(new) :]


def _flip_bits(chance: random.Random, data: bytes) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 16, 256))):
        if flipped:
            place = min(_place(chance, data), len(flipped) - 1)
            flipped[place] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _fill_run(chance: random.Random, data: bytes) -> bytes:
    length = chance.choice((4, 32, 256, 4096))
    run = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    return _overwrite(data, _place(chance, data), run)


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _behead(chance: random.Random, data: bytes) -> bytes:
    return data[_place(chance, data) :]


def _cut_out(chance: random.Random, data: bytes) -> bytes:
    start = _place(chance, data)
    return data[:start] + data[start + chance.choice((1, 7, 100, 5000)) :]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def _lie(chance: random.Random, data: bytes) -> bytes:
    """A number near a landmark becomes zero, one, the largest, or negative."""
    size, order = chance.choice((1, 2, 4)), chance.choice(("<", ">"))
    number = chance.choice(_LIES) & (256**size - 1)
    place = _landmark(chance, data) + chance.randrange(-8, 40)
    return _overwrite(data, place, struct.pack(order + {1: "B", 2: "H", 4: "I"}[size], number))


def _huge_length(chance: random.Random, data: bytes) -> bytes:
    """The length before (MP4) or after (RIFF, FORM) a name becomes gigabytes."""
    new = struct.pack(chance.choice(("<I", ">I")), chance.choice(_HUGE))
    return _overwrite(data, _landmark(chance, data) + chance.choice((-4, 4)), new)


def _duplicate(chance: random.Random, data: bytes) -> bytes:
    """A stretch that begins at a box or page comes twice, or many times."""
    start = max(0, _landmark(chance, data) - chance.choice((0, 4)))
    stretch = data[start : start + chance.choice((8, 64, 1024, 20_000))]
    return data[:start] + stretch * chance.choice((2, 3, 50)) + data[start + len(stretch) :]


def _nest(chance: random.Random, data: bytes) -> bytes:
    """Boxes inside boxes, hundreds deep."""
    depth = chance.choice((20, 300, 3000))
    name = chance.choice((b"moov", b"trak", b"udta", b"meta", b"stsd"))
    shells = b"".join(struct.pack(">I", 8 * (depth - i)) + name for i in range(depth))
    start = max(0, _landmark(chance, data) - 4)
    return data[:start] + shells + data[start:]


def _noise_after_magic(chance: random.Random, data: bytes) -> bytes:
    return chance.choice(_MAGICS) + chance.randbytes(
        min(len(data), chance.choice((10, 200, 20_000)))
    )


def _wrong_magic(chance: random.Random, data: bytes) -> bytes:
    return _overwrite(data, 0, chance.choice(_MAGICS))


MUTATIONS: dict[str, Mutation] = {
    "flip-bits": _flip_bits,
    "fill-run": _fill_run,
    "truncate": _truncate,
    "behead": _behead,
    "cut-out": _cut_out,
    "lie": _lie,
    "huge-length": _huge_length,
    "duplicate": _duplicate,
    "nest": _nest,
    "noise-after-magic": _noise_after_magic,
    "wrong-magic": _wrong_magic,
}
"""Name → what it does; each takes the source of chance and the file."""

SPLICE = "splice"
"""The one that needs a second file: the head of one, the tail of the other."""
