"""What a memo is compared with when somebody hands over recordings of the person."""

from collections.abc import Sequence
from pathlib import Path

from voice import activity, quality
from voice.errors import UndecodableAudio
from voice.isolation import decode_file
from voice.speaker import SpeakerEncoder, UnusableReferenceError, enrol
from voice.voiceprint import Voiceprint


def voiceprints_of(
    references: Sequence[Path | Voiceprint], encoder: SpeakerEncoder
) -> tuple[list[Voiceprint], bool]:
    """The voiceprints of `encoder`, and whether a reference was of no use.

    Voiceprints of another model are of none, nor are recordings that cannot be judged; the others
    make one voiceprint together.
    """
    prints = [one for one in references if isinstance(one, Voiceprint)]
    usable = [one for one in prints if one.model == encoder.name]
    is_amiss = len(usable) < len(prints)
    memos = []
    for path in (one for one in references if isinstance(one, Path)):
        try:
            waveform, _ = decode_file(path)
        except UndecodableAudio:
            is_amiss = True
            continue
        segments = activity.find_speech(waveform)
        if quality.judge(quality.measure(waveform, segments), segments):
            is_amiss = True
        else:
            memos.append((waveform, segments))
    if memos:
        try:
            usable.append(enrol(encoder, memos))
        except UnusableReferenceError:
            is_amiss = True
    return usable, is_amiss
