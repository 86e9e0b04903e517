"""ECAPA-TDNN, the alternative voiceprint network: SpeechBrain's code with its published tensors.

The network and the features are built here from `speechbrain.lobes` with the published sizes.
SpeechBrain's own loader is not used: it runs the hub's YAML as code and asks the hub even for local
copies.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from speechbrain.lobes.features import Fbank
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN
from speechbrain.utils.importutils import LazyModule

from voice.audio import SAMPLE_RATE, Waveform

MEL_BINS = 80
EMBEDDING = 192
CHANNELS = (1024, 1024, 1024, 1024, 3072)
KERNELS = (5, 3, 3, 3, 1)
DILATIONS = (1, 2, 3, 4, 1)
ATTENTION_CHANNELS = 128
MIN_SAMPLES = SAMPLE_RATE // 10
"""Less than this cannot be padded by reflection in the widest convolution."""

# SpeechBrain leaves stand-ins for old module names that raise as soon as anything looks at them, as
# debuggers and test tools do with all that is loaded.
for _name in [name for name, module in sys.modules.items() if isinstance(module, LazyModule)]:
    del sys.modules[_name]


def build_network() -> torch.nn.Module:
    """The network with the published sizes and random weights."""
    network: torch.nn.Module = ECAPA_TDNN(
        MEL_BINS,
        lin_neurons=EMBEDDING,
        channels=list(CHANNELS),
        kernel_sizes=list(KERNELS),
        dilations=list(DILATIONS),
        attention_channels=ATTENTION_CHANNELS,
    )
    return network


class EcapaEncoder:
    """ECAPA-TDNN trained on VoxCeleb by the SpeechBrain project."""

    name = "ecapa"
    dim = EMBEDDING

    def __init__(self, weights: Path | BinaryIO) -> None:
        """Load the tensors in `weights`, strictly and as tensors only."""
        self._network = build_network()
        tensors = torch.load(weights, map_location="cpu", weights_only=True)
        self._network.load_state_dict(tensors, strict=True)
        self._network.eval()
        self._features = Fbank(sample_rate=SAMPLE_RATE, n_mels=MEL_BINS)

    def embed(self, waveform: Waveform) -> NDArray[np.float32]:
        """The embedding of a waveform, shape = (192,); it should hold speech only."""
        return np.asarray(self.embed_all([waveform])[0])

    def embed_all(self, waveforms: Sequence[Waveform]) -> NDArray[np.float32]:
        """Embeddings of several waveforms, shape = (n, 192).

        Raises ValueError for a waveform of less than a tenth of a second.
        """
        if any(len(waveform.samples) < MIN_SAMPLES for waveform in waveforms):
            raise ValueError("too short for an embedding")
        result = np.zeros((len(waveforms), EMBEDDING), dtype=np.float32)
        with torch.inference_mode():
            for index, waveform in enumerate(waveforms):
                features = self._features(torch.from_numpy(waveform.samples).unsqueeze(0))
                # Per memo the mean is taken away, the deviation left as it is, as in training.
                features = features - features.mean(1, keepdim=True)
                result[index] = self._network(features).flatten().numpy()
        return result
