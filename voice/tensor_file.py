"""The safetensors format, as far as small float weights need it.

The format is a length, a JSON table of contents and raw little-endian numbers: nothing in it can
run.  Reading it takes a page, so the package for it is not one more dependency.
"""

import json
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_DTYPES: dict[str, np.dtype[np.floating]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_METADATA = "__metadata__"

Arrays = dict[str, NDArray[np.floating]]


def read_tensors(data: bytes) -> Arrays:
    """The tensors in `data`, by name.  Raises ValueError for anything else than small weights."""
    try:
        (length,) = struct.unpack_from("<Q", data)
        table = json.loads(data[8 : 8 + length])
        body = data[8 + length :]
        found = {}
        for name, entry in table.items():
            if name == _METADATA:
                continue
            first, end = entry["data_offsets"]
            values = np.frombuffer(body[first:end], _DTYPES[entry["dtype"]])
            found[name] = values.reshape(entry["shape"])
    except (struct.error, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a file of float tensors: {error}") from error
    return found


def write_tensors(tensors: Mapping[str, NDArray[np.floating]], note: str) -> bytes:
    """The bytes of a file with these float32 or float16 tensors; `note` says what they are."""
    table: dict[str, object] = {_METADATA: {"note": note}}
    body = b""
    for name, values in sorted(tensors.items()):
        raw = np.ascontiguousarray(values).tobytes()
        table[name] = {
            "dtype": _NAMES[values.dtype],
            "shape": list(values.shape),
            "data_offsets": [len(body), len(body) + len(raw)],
        }
        body += raw
    header = json.dumps(table, sort_keys=True).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + body
