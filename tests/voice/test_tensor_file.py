"""Weights are read as numbers and as nothing else."""

import numpy as np
import pytest

from voice.tensor_file import Arrays, read_tensors, write_tensors

TENSORS: Arrays = {
    "heads": np.arange(6, dtype=np.float32).reshape(2, 3),
    "basis": np.array([0.5, -1.0], dtype=np.float16),
}


def test_what_was_written_is_read() -> None:
    """Names, shapes, types and values survive."""
    found = read_tensors(write_tensors(TENSORS, "a test"))
    assert found.keys() == TENSORS.keys()
    for name, values in TENSORS.items():
        assert found[name].dtype == values.dtype
        assert np.array_equal(found[name], values)


def test_the_same_tensors_give_the_same_bytes() -> None:
    """A file can be pinned by its hash, whatever order the tensors came in."""
    backwards = dict(reversed(TENSORS.items()))
    assert write_tensors(TENSORS, "a test") == write_tensors(backwards, "a test")


def test_the_package_for_the_format_reads_it_too() -> None:
    """It is the format that others know."""
    safetensors = pytest.importorskip("safetensors.numpy")
    found = safetensors.load(write_tensors(TENSORS, "a test"))
    assert np.array_equal(found["heads"], TENSORS["heads"])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04pickle",
        (2).to_bytes(8, "little") + b"[]",
        (16).to_bytes(8, "little") + b'{"a": {"dtype":1}',
        write_tensors(TENSORS, "")[:-4],
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """Damaged or foreign files raise one kind of error."""
    with pytest.raises(ValueError):
        read_tensors(data)
