"""Small media files in every format that messengers send, made on the spot."""

import io
from dataclasses import dataclass

import av
import numpy as np
from av.stream import Disposition

from voice.audio import Samples

_FRAME = 960
"""Samples handed to an encoder at once."""

_PICTURE = 64
"""Width and height of a film in pixels; nobody looks at it."""

_FILM_RATE = 5
"""Pictures per second of a film."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a file is written: libavformat's muxer, libavcodec's encoder, Hz, and what else is in."""

    muxer: str
    encoder: str
    rate: int
    layout: str = "mono"
    film: bool = False
    cover: bool = False  # a still picture as music players show it


KINDS = {
    "opus-8k.ogg": Kind("ogg", "libopus", 8_000),
    "opus-16k.ogg": Kind("ogg", "libopus", 16_000),
    "opus-24k.ogg": Kind("ogg", "libopus", 24_000),
    "opus-48k.ogg": Kind("ogg", "libopus", 48_000),
    "opus-stereo.ogg": Kind("ogg", "libopus", 48_000, "stereo"),
    "aac.m4a": Kind("ipod", "aac", 44_100, "stereo"),
    "aac-cover.m4a": Kind("mp4", "aac", 44_100, cover=True),
    "aac.aac": Kind("adts", "aac", 16_000),
    "alac.m4a": Kind("ipod", "alac", 44_100),
    "mp3.mp3": Kind("mp3", "libmp3lame", 44_100, "stereo"),
    "mp3-cover.mp3": Kind("mp3", "libmp3lame", 22_050, cover=True),
    "pcm.wav": Kind("wav", "pcm_s16le", 16_000),
    "pcm-float.wav": Kind("wav", "pcm_f32le", 48_000, "stereo"),
    "pcm.aiff": Kind("aiff", "pcm_s16be", 22_050),
    "pcm.caf": Kind("caf", "pcm_s16be", 16_000),
    "flac.flac": Kind("flac", "flac", 44_100, "stereo"),
    "amr.amr": Kind("amr", "libopencore_amrnb", 8_000),
    "amr.3gp": Kind("3gp", "libopencore_amrnb", 8_000),
    "opus.webm": Kind("webm", "libopus", 48_000),
    "round-note.mp4": Kind("mp4", "aac", 48_000, film=True),
}
"""File name → how it is written.  Everything here must decode."""


def hum(seconds: float, rate: int, hertz: float = 220.0) -> Samples:
    """A swelling tone with overtones; shape = (round(seconds · rate),), peak below 0.6."""
    time = np.arange(round(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in (1, 2, 3))
    swell = 0.65 + 0.35 * np.sin(2 * np.pi * 3 * time)
    return (0.3 * swell * wave).astype(np.float32)


def encode(samples: Samples, kind: Kind, tags: dict[str, str] | None = None) -> bytes:
    """A media file with `samples` (mono, float32, at `kind.rate`) in every channel."""
    file = io.BytesIO()
    # bitexact: no random stream numbers, so that the same call always gives the same bytes.
    with av.open(file, "w", format=kind.muxer, options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags or {})
        sound = container.add_stream(kind.encoder, rate=kind.rate, layout=kind.layout)
        assert isinstance(sound, av.AudioStream)
        if kind.film or kind.cover:
            pictures = round(len(samples) / kind.rate * _FILM_RATE) if kind.film else 1
            _add_pictures(container, pictures, still=kind.cover)
        channels = sound.codec_context.layout.nb_channels
        whole = np.repeat(np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16), channels)
        for start in range(0, len(whole), _FRAME * channels):
            part = whole[None, start : start + _FRAME * channels]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout=kind.layout)
            frame.sample_rate = kind.rate
            frame.pts = start // channels
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return file.getvalue()


def _add_pictures(container: av.container.OutputContainer, count: int, still: bool) -> None:
    picture = container.add_stream("mjpeg" if still else "mpeg4", rate=_FILM_RATE)
    assert isinstance(picture, av.VideoStream)
    picture.width = picture.height = _PICTURE
    picture.pix_fmt = "yuvj420p" if still else "yuv420p"
    if still:
        picture.disposition = Disposition.attached_pic
    for number in range(count):
        colours = np.full((_PICTURE, _PICTURE, 3), number * 7 % 256, np.uint8)
        container.mux(picture.encode(av.VideoFrame.from_ndarray(colours, format="rgb24")))
    container.mux(picture.encode(None))
