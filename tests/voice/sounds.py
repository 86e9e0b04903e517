"""Media files that tests need, good and bad, all made on the spot."""

import io
import struct

import av
import numpy as np

from voice.audio import Samples
from voice.evaluation.mediafiles import KINDS, Kind, encode, hum

__all__ = [
    "CONCAT_TEXT",
    "KINDS",
    "PLAYLIST",
    "Kind",
    "encode",
    "flac_that_declares_hours",
    "float_wav",
    "hum",
    "media",
    "picture",
    "silence",
    "silent_film",
    "two_tracks",
    "wav_with_rate",
]

PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
"""An HLS playlist that asks the decoder to open a local file."""

CONCAT_TEXT = b"ffconcat version 1.0\nfile '/etc/hostname'\nfile 'http://127.0.0.1:9/x.wav'\n"
"""A list of files to play one after the other, one of them on the network."""


def media(name: str, seconds: float = 1.0, tags: dict[str, str] | None = None) -> bytes:
    """A file of the kind that `KINDS` calls `name`, with a hum in it."""
    kind = KINDS[name]
    return encode(hum(seconds, kind.rate), kind, tags)


def silence(seconds: float) -> bytes:
    """Digital silence as FLAC: 11 kB a minute, so a day fits into an accepted file."""
    rate = 8_000
    return encode(np.zeros(round(seconds * rate), np.float32), Kind("flac", "flac", rate))


def flac_that_declares_hours() -> bytes:
    """One second of sound whose header promises 2^36 - 1 samples, some 18 days."""
    data = bytearray(media("flac.flac"))
    data[21] |= 0x0F  # STREAMINFO: the last 36 bits before the checksum are the number of samples
    data[22:26] = b"\xff\xff\xff\xff"
    return bytes(data)


def wav_with_rate(rate: int, n_samples: int) -> bytes:
    """A WAV file of 8-bit silence that claims `rate` Hz."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    body = form + struct.pack("<4sI", b"data", n_samples) + b"\x80" * n_samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def float_wav(samples: Samples) -> bytes:
    """A WAV file that holds the floats as they are, however odd."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, 1, 16_000, 64_000, 4, 32)
    body = form + struct.pack("<4sI", b"data", samples.nbytes) + samples.tobytes()
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def picture(encoder: str = "png") -> bytes:
    """A still picture: png or mjpeg."""
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as container:
        _add_film(container, encoder, 1, "yuvj420p" if encoder == "mjpeg" else "rgb24")
    return file.getvalue()


def silent_film() -> bytes:
    """An MP4 video without a sound track."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        _add_film(container, "mpeg4", 10, "yuv420p")
    return file.getvalue()


def two_tracks() -> bytes:
    """An MP4 with two sound tracks: a hum of 220 Hz in stereo and one of 1,000 Hz in mono."""
    file = io.BytesIO()
    rate = 44_100
    with av.open(file, "w", format="mp4") as container:
        tracks = [
            (container.add_stream("aac", rate=rate, layout=layout), layout, hertz)
            for layout, hertz in (("stereo", 220.0), ("mono", 1_000.0))
        ]
        for track, layout, hertz in tracks:
            assert isinstance(track, av.AudioStream)
            wave = np.round(hum(1.0, rate, hertz) * 32767).astype(np.int16)
            wave = np.repeat(wave, track.codec_context.layout.nb_channels)
            frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout=layout)
            frame.sample_rate = rate
            container.mux(track.encode(frame))
            container.mux(track.encode(None))
    return file.getvalue()


def _add_film(
    container: av.container.OutputContainer, encoder: str, count: int, pixels: str
) -> None:
    film = container.add_stream(encoder, rate=10)
    assert isinstance(film, av.VideoStream)
    film.width = film.height = 64
    film.pix_fmt = pixels
    for number in range(count):
        colours = np.full((64, 64, 3), number * 20, np.uint8)
        container.mux(film.encode(av.VideoFrame.from_ndarray(colours, format="rgb24")))
    container.mux(film.encode(None))
