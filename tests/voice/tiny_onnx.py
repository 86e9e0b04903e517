"""Tiny ONNX graphs, written by hand: the library that writes them is no dependency of ours.

Field numbers are those of onnx.proto.
"""

from collections.abc import Sequence

FLOAT, INT, INTS = 1, 2, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, INT))
    numbers = b"".join(_number(8, one) for one in value)
    return _bytes(5, _bytes(1, name) + numbers + _number(20, INTS))


def node(kind: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    """One operation of the graph."""
    parts = [_bytes(1, one) for one in inputs]
    parts += [_bytes(2, output), _bytes(4, kind)]
    return b"".join(parts + [_attribute(*pair) for pair in attributes.items()])


def stored_elsewhere(name: str, location: str) -> bytes:
    """Two numbers that are said to lie in another file than the graph's."""
    entries = {"location": location, "offset": "0", "length": "8"}
    where = [_bytes(13, _bytes(1, key) + _bytes(2, value)) for key, value in entries.items()]
    tensor = _number(1, 2) + _number(2, FLOAT) + _bytes(8, name) + b"".join(where)
    return _bytes(5, tensor + _number(14, 1))


def graph(
    nodes: Sequence[bytes],
    output: str,
    samples: int = 64_600,
    width: int = 2,
    *,
    more: bytes = b"",
    is_sequence: bool = False,
) -> bytes:
    """A model from "waveform", (1, samples), to `output`, (1, width), or a sequence of such."""

    def value(field: int, name: str, *sizes: int) -> bytes:
        shape = b"".join(_bytes(1, _number(1, size)) for size in sizes)
        kind = _bytes(1, _number(1, FLOAT) + _bytes(2, shape))
        if is_sequence and name == output:
            kind = _bytes(4, _bytes(1, kind))
        return _bytes(field, _bytes(1, name) + _bytes(2, kind))

    body = b"".join(_bytes(1, one) for one in nodes) + _bytes(2, "tiny") + more
    body += value(11, "waveform", 1, samples) + value(12, output, 1, width)
    return _number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, 13)) + _bytes(7, body)


_POWER = (
    node("Mul", ["waveform", "waveform"], "square"),
    node("ReduceMean", ["square"], "power", axes=[1], keepdims=1),
    node("Neg", ["power"], "other"),
)

LOUDNESS = graph([*_POWER, node("Concat", ["power", "other"], "logits", axis=1)], "logits")
"""Of the right form: what is loud is made, and twice its mean square is the score."""

SOFTNESS = graph([*_POWER, node("Concat", ["other", "power"], "logits", axis=1)], "logits")
"""The other way round."""

NO_NUMBER = graph(
    [*_POWER, node("Log", ["other"], "x"), node("Concat", ["x", "x"], "logits", axis=1)], "logits"
)
"""Of the right form, but it gives no number."""

ONE_CLASS = graph(_POWER, "power", width=1)
"""Gives one number instead of two."""

SHORT = graph([*_POWER, node("Concat", ["power", "other"], "logits", axis=1)], "logits", 16_000)
"""Wants another length of sound."""

SEQUENCE = graph(
    [*_POWER, node("SequenceConstruct", ["power", "other"], "logits")], "logits", is_sequence=True
)
"""Gives two tensors in a list instead of one."""


def reaching(location: str) -> bytes:
    """Of the right form, with numbers that are said to lie in the file `location`."""
    nodes = (
        *_POWER,
        node("Concat", ["power", "other"], "plain", axis=1),
        node("Add", ["plain", "w"], "logits"),
    )
    return graph(nodes, "logits", more=stored_elsewhere("w", location))
