"""Any container a messenger sends → 16 kHz mono; this module is the disposable child's program.

`voice.isolation` starts it, hands the file over on standard input and reads the answer from
standard output: four bytes with the length of a JSON header, the header, then the samples as native
float32.  Nothing heavier than PyAV is imported here: every memo pays for the start of this process.
"""

import io
import json
import os
import struct
import sys
from collections.abc import Iterator
from typing import Any

import av

# PyAV imports these two on first use, which is too late once no file can be opened.
import av.subtitles.codeccontext
import av.subtitles.stream
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from voice.confinement import confine
from voice.errors import Undecodable, UndecodableAudio

DEMUXERS = ("ogg", "mov", "mp3", "wav", "flac", "amr", "matroska", "aac", "caf", "aiff")
"""libavformat's names of the only containers that are opened: no playlists, pictures or devices."""

DECODERS = (
    *("opus", "libopus", "vorbis", "aac", "mp3float", "mp3", "flac", "alac"),
    *("amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb"),
    *("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"),
    *("pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_alaw", "pcm_mulaw"),
)
"""libavcodec's names of the only decoders that may run; no decoder of pictures is among them."""

MAX_SOURCE_RATE = 768_000
"""Hz.  More is a lie in a header, and the resampler's filter grows with it."""

PADDING_SECONDS = 0.5
"""Codecs fill up their last frame; that must not make a memo of just the allowed length refused."""

MAX_TAGS = 32
MAX_TAG_KEY = 40
MAX_TAG_VALUE = 200
"""Tags are foreign text: enough to recognise a generator, too little to fill a log (characters)."""

_MAGIC = (  # (offset, bytes) that show what a file wants to be
    *((0, b"OggS"), (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (0, b"ID3"), (0, b"fLaC")),
    *((0, b"#!AMR"), (0, b"\x1aE\xdf\xa3"), (0, b"caff"), (8, b"WAVE"), (8, b"AIFF"), (8, b"AIFC")),
    *((0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf1"), (0, b"\xff\xf9")),
)


def decode(data: bytes, rate: int, max_seconds: float) -> tuple[dict[str, Any], bytearray]:
    """Facts about the file, and its sound as native float32 at `rate` Hz, mono.

    A damaged file gives the part that could be decoded.  Raises UndecodableAudio, or MemoryError
    where the limit of memory stops it.
    """
    with _opened(data) as container:
        stream = _sound_of(container)
        facts = _facts(container, stream)
        samples = bytearray()
        for frame in _resampled(_frames(container, stream, max_seconds), rate):
            samples += memoryview(frame.planes[0])[: frame.samples * 4]
    if not samples:
        raise UndecodableAudio(Undecodable.BROKEN, "nothing could be decoded")
    return facts, samples


def _opened(data: bytes) -> InputContainer:
    options = {
        "format_whitelist": ",".join(DEMUXERS),
        # Also keeps libavformat from decoding pictures while it looks for a film's properties.
        "codec_whitelist": ",".join(DECODERS),
        "protocol_whitelist": "none",
    }
    try:
        return av.open(io.BytesIO(data), "r", options=options, metadata_errors="replace")
    except MemoryError:
        raise
    except Exception as error:
        wants_to_be_media = any(data.startswith(magic, offset) for offset, magic in _MAGIC)
        reason = Undecodable.BROKEN if wants_to_be_media else Undecodable.NOT_MEDIA
        raise UndecodableAudio(reason, str(error)) from error


def _sound_of(container: InputContainer) -> AudioStream:
    """The best sound track that we may decode; every other track is thrown away unread."""
    tracks = list(container.streams.audio)
    if not tracks:
        raise UndecodableAudio(Undecodable.NO_SOUND, "no sound track")
    best = container.streams.best("audio")
    tracks.sort(key=lambda track: track is not best)
    for track in tracks:
        # A track of a codec that this build does not know has no context at all.
        if track.codec_context is not None and track.codec_context.codec.name in DECODERS:
            for other in container.streams:
                if other is not track:
                    other.discard = av.stream.Discard.all
            # The child may not start threads.
            track.codec_context.thread_count = 1
            return track
    raise UndecodableAudio(Undecodable.NOT_MEDIA, "no sound track in an accepted codec")


def _frames(
    container: InputContainer, stream: AudioStream, max_seconds: float
) -> Iterator[AudioFrame]:
    """Decoded frames; what a header says about the length is not believed, only what comes out."""
    seconds = 0.0
    try:
        for packet in container.demux(stream):
            for frame in _decoded(packet):
                if not 0 < frame.sample_rate <= MAX_SOURCE_RATE:
                    raise UndecodableAudio(Undecodable.BROKEN, "impossible sample rate")
                seconds += frame.samples / frame.sample_rate
                if seconds > max_seconds + PADDING_SECONDS:
                    raise UndecodableAudio(Undecodable.TOO_LONG, f"over {max_seconds:.0f} s")
                yield frame
    except MemoryError:
        raise
    except av.FFmpegError:
        return  # the container is damaged here: what came before still counts


def _decoded(packet: "av.Packet[AudioStream]") -> list[AudioFrame]:
    try:
        return packet.decode()
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        return []  # one damaged packet; messengers' codecs pick up again at the next


def _resampled(frames: Iterator[AudioFrame], rate: int) -> Iterator[AudioFrame]:
    shape = None
    resampler = None
    for frame in frames:
        # Chained Ogg streams and HE-AAC change their shape on the way; a resampler cannot.
        if shape != (shape := (frame.sample_rate, frame.layout.name, frame.format.name)):
            if resampler is not None:
                yield from resampler.resample(None)
            # Without a ceiling of 1, mixing two like channels would come out 3 dB too loud.
            options = {"rematrix_maxval": "1.0"}
            resampler = av.AudioResampler("flt", "mono", rate, options=options)
        assert resampler is not None
        # Gaps in a file's time stamps must not become hours of silence.
        frame.pts = None
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


def _facts(container: InputContainer, stream: AudioStream) -> dict[str, Any]:
    context = stream.codec_context
    tags = {**stream.metadata, **container.metadata}
    lower = {key.lower(): value for key, value in tags.items()}
    encoder, created = lower.get("encoder"), lower.get("creation_time")
    return {
        "format": container.format.name.partition(",")[0],
        "codec": context.codec.name.removesuffix("float"),
        "sample_rate": _coded_rate(context.codec.name, context.extradata) or context.sample_rate,
        "channels": context.layout.nb_channels,
        "bit_rate": context.bit_rate or container.bit_rate or None,
        "has_video": any(
            not track.disposition & av.stream.Disposition.attached_pic
            for track in container.streams.video
        ),
        "encoder": encoder and encoder[:MAX_TAG_VALUE],
        "created": created and created[:MAX_TAG_VALUE],
        "tags": {
            key[:MAX_TAG_KEY]: value[:MAX_TAG_VALUE] for key, value in list(tags.items())[:MAX_TAGS]
        },
    }


def _coded_rate(decoder: str, header: bytes | None) -> int | None:
    """Opus decodes to 48 kHz whatever went in; its header tells what did (RFC 7845, 5.1)."""
    if "opus" not in decoder or not header or len(header) < 16 or header[:8] != b"OpusHead":
        return None
    rate: int = struct.unpack_from("<I", header, 12)[0]
    return rate if 0 < rate <= MAX_SOURCE_RATE else None


def main(arguments: list[str]) -> None:
    """Be the child: sample rate, seconds, bytes of memory and processor seconds as arguments."""
    rate, seconds, memory, cpu = (int(argument) for argument in arguments)
    filtered = confine(memory, cpu)
    facts: dict[str, Any] = {}
    samples = bytearray()
    try:
        facts, samples = decode(sys.stdin.buffer.read(), rate, seconds)
    except UndecodableAudio as error:
        facts = {"reason": error.reason.value, "detail": error.detail[:MAX_TAG_VALUE]}
    except MemoryError:
        facts = {"reason": Undecodable.LIMIT.value, "detail": "memory"}
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        facts = {"reason": Undecodable.BROKEN.value, "detail": detail[:MAX_TAG_VALUE]}
    header = json.dumps(facts | {"filtered": filtered}).encode()
    for part in (struct.pack(">I", len(header)), header, samples):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(1, rest) :]
    # No tidying up: whatever the foreign bytes did to this process ends here.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
