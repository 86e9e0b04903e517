"""Spectra-0 of lab260 (Apache-2.0): XLS-R 300M, a projection and an ECAPA-TDNN, as one ONNX graph.

Its card gives the form: 64,600 samples at 16 kHz after pre-emphasis, shorter sound repeated; two
logits, 0 for spoof and 1 for bona fide (docs/models/detectors.md says where that was read).
"""

from pathlib import Path

import numpy as np
import onnxruntime

from voice.audio import Samples
from voice.detectors.kinds import DetectorUnusable, Fault
from voice.detectors.raw import odds

WINDOW = 64_600
EMPHASIS = 0.97
"""Of torchaudio's pre-emphasis, with which the model was trained."""

MADE, HUMAN = 0, 1


class Spectra:
    """See `voice.detectors.raw.Raw`."""

    window = WINDOW

    def __init__(self, detector: str, file: Path, threads: int) -> None:
        """Load the graph.  Raises DetectorUnusable for another one, or for none."""
        self._detector = detector
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that wait sleep, and memory goes back: other steps of the memo want both.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library has a class for every fault and none for all
            raise DetectorUnusable(detector, Fault.UNREADABLE, why=_first_line(error)) from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        kinds = [one.type for one in (*inputs, *outputs)]
        # Of others, such as a sequence, the library makes whatever it likes in Python.
        if len(inputs) != 1 or kinds != ["tensor(float)"] * 2:
            why = f"{len(inputs)} inputs and {len(outputs)} outputs: {', '.join(kinds)}"[:200]
            raise DetectorUnusable(detector, Fault.MISSHAPEN, why=why)
        self._input = inputs[0].name

    def score(self, samples: Samples) -> float:
        """See `voice.detectors.raw.Raw`."""
        sound = np.resize(emphasised(samples), WINDOW)[np.newaxis]
        try:
            (found,) = self._session.run(None, {self._input: sound})
        except Exception as error:  # as above
            why = _first_line(error)
            raise DetectorUnusable(self._detector, Fault.MISSHAPEN, why=why) from error
        if found.shape != (1, 2):
            raise DetectorUnusable(self._detector, Fault.MISSHAPEN, why=f"it gives {found.shape}")
        return odds(self._detector, float(found[0, MADE]), float(found[0, HUMAN]))


def emphasised(samples: Samples) -> Samples:
    """High frequencies raised: y[n] = x[n] - 0.97 x[n-1]."""
    return np.append(samples[:1], samples[1:] - np.float32(EMPHASIS) * samples[:-1])


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
