"""AntiDeepfake of NII (CC BY-NC-SA 4.0): a wav2vec 2.0 network, averaged over time, two classes.

The network is torchaudio's; the file has fairseq's names.  Sound at 16 kHz is brought to mean 0 and
variance 1 as a whole; of the two logits 0 is fake and 1 is real (docs/models/detectors.md says
where that was read).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torchaudio.models import wav2vec2_model

from voice.audio import SAMPLE_RATE, Samples
from voice.detectors.kinds import DetectorUnusable, Fault
from voice.detectors.raw import odds

WINDOW = 4 * SAMPLE_RATE
"""Of up to 13 s in training; four as everywhere here."""

MADE, HUMAN = 0, 1
NETWORK, HEAD = "m_ssl.model.", "proj_fc."
UNUSED = re.compile(r"quantizer\.|project_q\.|final_proj\.|mask_emb$")
"""Left over from the network's first training."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Of the network: width, layers, heads and inner width; large ones normalise first."""

    width: int
    layers: int
    heads: int
    inner: int
    is_large: bool


SHAPES: Mapping[str, Shape] = {
    "antideepfake-small": Shape(768, 12, 12, 3072, is_large=False),
    "antideepfake-mms-300m": Shape(1024, 24, 16, 4096, is_large=True),
}

_NAMES = (
    (r"feature_extractor\.conv_layers\.(\d+)\.0\.", r"feature_extractor.conv_layers.\1.conv."),
    (r"feature_extractor\.conv_layers\.(\d+)\.2\.(1\.)?",
     r"feature_extractor.conv_layers.\1.layer_norm."),
    (r"layer_norm\.", "encoder.feature_projection.layer_norm."),
    (r"post_extract_proj\.", "encoder.feature_projection.projection."),
    (r"encoder\.pos_conv\.0\.weight_g$",
     "encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original0"),
    (r"encoder\.pos_conv\.0\.weight_v$",
     "encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original1"),
    (r"encoder\.pos_conv\.0\.", "encoder.transformer.pos_conv_embed.conv."),
    (r"encoder\.layer_norm\.", "encoder.transformer.layer_norm."),
    (r"encoder\.layers\.(\d+)\.self_attn\.", r"encoder.transformer.layers.\1.attention."),
    (r"encoder\.layers\.(\d+)\.self_attn_layer_norm\.",
     r"encoder.transformer.layers.\1.layer_norm."),
    (r"encoder\.layers\.(\d+)\.fc1\.",
     r"encoder.transformer.layers.\1.feed_forward.intermediate_dense."),
    (r"encoder\.layers\.(\d+)\.fc2\.",
     r"encoder.transformer.layers.\1.feed_forward.output_dense."),
    (r"encoder\.layers\.(\d+)\.final_layer_norm\.",
     r"encoder.transformer.layers.\1.final_layer_norm."),
)  # fmt: skip
"""fairseq's names → torchaudio's; the first that fits."""


class AntiDeepfake:
    """See `voice.detectors.raw.Raw`."""

    window = WINDOW

    def __init__(self, detector: str, file: Path, shape: Shape) -> None:
        """Load the tensors.  Raises DetectorUnusable for others than those of `shape`, or none."""
        self._detector = detector
        try:
            tensors = dict(_tensors(file))
        except (SafetensorError, OSError, RuntimeError) as error:
            raise DetectorUnusable(detector, Fault.UNREADABLE, why=str(error)[:200]) from error
        # Shapes alone: 300 million random numbers would take as long to draw as to replace.
        with torch.device("meta"):
            self._network = network(shape)
            self._head = torch.nn.Linear(shape.width, 2)
        try:
            head = {name: tensors.pop(f"{HEAD}{name}") for name in ("weight", "bias")}
            self._head.load_state_dict(head, assign=True)
            self._network.load_state_dict(tensors, assign=True)
        except (RuntimeError, KeyError) as error:
            why = " ".join(str(error).split())[:200]
            raise DetectorUnusable(detector, Fault.MISSHAPEN, why=why) from error
        self._network.eval()
        self._head.eval()

    @torch.inference_mode()
    def score(self, samples: Samples) -> float:
        """See `voice.detectors.raw.Raw`."""
        sound = torch.from_numpy(samples)[None]
        try:
            frames, _ = self._network(torch.nn.functional.layer_norm(sound, sound.shape[1:]))
        except RuntimeError as error:  # of PyTorch's, also where memory ran out
            why = " ".join(str(error).split())[:200]
            raise DetectorUnusable(self._detector, Fault.MISSHAPEN, why=why) from error
        made, human = self._head(frames.mean(1))[0][[MADE, HUMAN]].tolist()
        return odds(self._detector, made, human)


def network(shape: Shape) -> torch.nn.Module:
    """torchaudio's wav2vec 2.0 of that shape, with the numbers that all of them share."""
    convolutions = [(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512, 2, 2)] * 2
    found: torch.nn.Module = wav2vec2_model(
        extractor_mode="layer_norm" if shape.is_large else "group_norm",
        extractor_conv_layer_config=convolutions,
        extractor_conv_bias=shape.is_large,
        encoder_embed_dim=shape.width,
        encoder_projection_dropout=0.0,
        encoder_pos_conv_kernel=128,
        encoder_pos_conv_groups=16,
        encoder_num_layers=shape.layers,
        encoder_num_heads=shape.heads,
        encoder_attention_dropout=0.0,
        encoder_ff_interm_features=shape.inner,
        encoder_ff_interm_dropout=0.0,
        encoder_dropout=0.0,
        encoder_layer_norm_first=shape.is_large,
        encoder_layer_drop=0.0,
        aux_num_out=None,
    )
    return found


def _tensors(file: Path) -> Iterator[tuple[str, Tensor]]:
    """What is used of the file, by torchaudio's names; a name that nobody knows stays as it is.

    Copies: what lies in the file may be written to once nobody watches it any more.
    """
    with safe_open(file, "pt") as stored:
        for name in stored.keys():  # noqa: SIM118 (it is no dictionary)
            inner = name.removeprefix(NETWORK)
            if not UNUSED.match(inner):
                yield renamed(inner), stored.get_tensor(name).to(torch.float32, copy=True)


def renamed(name: str) -> str:
    """fairseq's name as torchaudio's."""
    for pattern, replacement in _NAMES:
        changed, count = re.subn(f"^{pattern}", replacement, name)
        if count:
            return changed
    return name
