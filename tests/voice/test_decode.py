"""What the decoder makes of files, good and bad, each through the real child process."""

import csv
import time
from pathlib import Path

import numpy as np
import pytest

from tests.voice import sounds
from voice.audio import MAX_SECONDS, SAMPLE_RATE, Waveform
from voice.errors import Undecodable, UndecodableAudio
from voice.isolation import decode_file
from voice.results import Container


def decoded(folder: Path, data: bytes) -> tuple[Waveform, Container]:
    """What `decode_file` makes of a file with these bytes."""
    path = folder / "memo"
    path.write_bytes(data)
    return decode_file(path)


def refusal(folder: Path, data: bytes) -> Undecodable:
    """The reason for which a file with these bytes is refused."""
    with pytest.raises(UndecodableAudio) as caught:
        decoded(folder, data)
    return caught.value.reason


def pitch(waveform: Waveform) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(waveform.samples))
    return float(np.argmax(spectrum) / waveform.seconds)


@pytest.mark.parametrize("name", sounds.KINDS)
def test_it_decodes_what_messengers_send(name: str, tmp_path: Path) -> None:
    """Every format gives the same hum: its length, pitch and loudness, at 16 kHz in one row."""
    waveform, _ = decoded(tmp_path, sounds.media(name, 2.0))
    # Encoders pad their last frame.
    assert 1.95 < waveform.seconds < 2.15
    assert pitch(waveform) == pytest.approx(220, abs=3)
    loudness = np.sqrt(np.mean(waveform.samples[: 2 * SAMPLE_RATE] ** 2))
    assert loudness == pytest.approx(np.sqrt(np.mean(sounds.hum(2.0, 16_000) ** 2)), rel=0.12)


@pytest.mark.parametrize(
    ("name", "container", "codec", "rate", "channels", "has_video"),
    [
        ("opus-16k.ogg", "ogg", "opus", 16_000, 1, False),
        ("opus-stereo.ogg", "ogg", "opus", 48_000, 2, False),
        ("aac-cover.m4a", "mov", "aac", 44_100, 1, False),
        ("mp3-cover.mp3", "mp3", "mp3", 22_050, 1, False),
        ("amr.amr", "amr", "amrnb", 8_000, 1, False),
        ("opus.webm", "matroska", "opus", 48_000, 1, False),
        ("round-note.mp4", "mov", "aac", 48_000, 1, True),
    ],
)
def test_it_tells_what_the_file_was(
    name: str,
    container: str,
    codec: str,
    rate: int,
    channels: int,
    has_video: bool,
    tmp_path: Path,
) -> None:
    """Container, codec, rate and channels as coded; a cover picture is no video, a film is one."""
    data = sounds.media(name)
    waveform, facts = decoded(tmp_path, data)
    assert (facts.format, facts.codec, facts.sample_rate) == (container, codec, rate)
    assert (facts.channels, facts.has_video) == (channels, has_video)
    assert (facts.size_bytes, facts.seconds) == (len(data), waveform.seconds)
    assert facts.bit_rate is not None
    assert 4_000 < facts.bit_rate < 200_000


def test_it_keeps_who_made_the_file_and_when(tmp_path: Path) -> None:
    """The encoder's name and the time of creation are evidence."""
    created = "2024-05-06T07:08:09.000000Z"
    _, facts = decoded(tmp_path, sounds.media("aac.m4a", tags={"creation_time": created}))
    assert facts.created == created
    # The muxer writes no foreign encoder's name, so the tag is renamed after it.
    data = sounds.media("flac.flac", tags={"encodex": "SpeechMaker 3"})
    _, facts = decoded(tmp_path, data.replace(b"encodex", b"ENCODER"))
    assert facts.encoder == "SpeechMaker 3"


def test_it_bounds_and_cleans_foreign_tags(tmp_path: Path) -> None:
    """No flood of tags and no control or direction character reaches the report."""
    tags = {f"key{i}\u202e": "\x1b[31m\u202eevil\r\n" * 1000 for i in range(500)}
    _, facts = decoded(tmp_path, sounds.media("opus-16k.ogg", tags=tags))
    assert 0 < len(facts.tags) <= 32
    for key, value in facts.tags.items():
        assert key.isprintable()
        assert value.isprintable()
        assert len(key) <= 40
        assert len(value) <= 200


def test_it_accepts_tags_that_are_not_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 must not make a good memo undecodable."""
    data = sounds.media("flac.flac", tags={"title": "AAAAAAAA"})
    _, facts = decoded(tmp_path, data.replace(b"AAAAAAAA", b"\xff\xfe\xc3\x28\x80\x80AA"))
    assert facts.codec == "flac"


def test_it_takes_one_track_of_several(tmp_path: Path) -> None:
    """Tracks are not mixed: the better one is heard, the other is thrown away."""
    waveform, facts = decoded(tmp_path, sounds.two_tracks())
    assert facts.channels == 2
    assert pitch(waveform) == pytest.approx(220, abs=3)


@pytest.mark.parametrize(
    "name", ["opus-48k.ogg", "mp3.mp3", "pcm.wav", "flac.flac", "amr.amr", "aac.aac", "opus.webm"]
)
def test_it_gives_the_sound_that_a_truncated_file_still_has(name: str, tmp_path: Path) -> None:
    """Half a download is half a memo."""
    data = sounds.media(name, 2.0)
    waveform, _ = decoded(tmp_path, data[: len(data) // 2])
    assert 0.5 < waveform.seconds < 1.5


def test_it_steps_over_damage_in_the_middle(tmp_path: Path) -> None:
    """One damaged stretch costs that stretch, not the memo."""
    data = bytearray(sounds.media("mp3.mp3", 3.0))
    data[len(data) // 2 : len(data) // 2 + 1000] = bytes(1000)
    waveform, _ = decoded(tmp_path, bytes(data))
    assert waveform.seconds > 2.5


def test_it_calls_a_file_without_its_index_broken(tmp_path: Path) -> None:
    """An M4A file's index stands at its end; without it nothing can be found."""
    data = sounds.media("aac.m4a")
    assert refusal(tmp_path, data[: len(data) // 2]) is Undecodable.BROKEN


@pytest.mark.parametrize("head", [b"OggS", b"ID3\4", b"fLaC", b"\x1aE\xdf\xa3"])
def test_it_calls_a_head_without_a_body_broken(head: bytes, tmp_path: Path) -> None:
    """What begins like a sound file and has no sound is damaged."""
    assert refusal(tmp_path, head + bytes(100)) is Undecodable.BROKEN


@pytest.mark.parametrize(
    "data",
    [
        b"Dear Anna, this is a letter and no sound.\n" * 50,
        b"x",
        bytes(5000),
        sounds.PLAYLIST,
        sounds.CONCAT_TEXT,
        sounds.picture("png"),
        sounds.picture("mjpeg"),
        b"RIFF\x24\0\0\0AVI LIST" + bytes(100),
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n",
    ],
    ids=["letter", "letter x", "zeros", "playlist", "ffconcat", "png", "jpeg", "avi", "sdp"],
)
def test_it_opens_nothing_but_sound_files(data: bytes, tmp_path: Path) -> None:
    """Texts called .ogg, pictures, and lists that name other files or hosts are not media to us."""
    assert refusal(tmp_path, data) is Undecodable.NOT_MEDIA


def test_it_hears_nothing_in_a_silent_film(tmp_path: Path) -> None:
    """A video without a sound track is told apart from a damaged one."""
    assert refusal(tmp_path, sounds.silent_film()) is Undecodable.NO_SOUND


def test_it_refuses_an_empty_file(tmp_path: Path) -> None:
    """Zero bytes are no memo."""
    assert refusal(tmp_path, b"") is Undecodable.EMPTY


def test_it_refuses_sixteen_minutes_quickly(tmp_path: Path) -> None:
    """A recording over the limit is refused although its silence packs into 180 kB."""
    data = sounds.silence(16 * 60)
    assert len(data) < 200_000
    began = time.monotonic()
    assert refusal(tmp_path, data) is Undecodable.TOO_LONG
    assert time.monotonic() - began < 10


def test_it_accepts_exactly_fifteen_minutes(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    waveform, _ = decoded(tmp_path, sounds.silence(MAX_SECONDS))
    assert waveform.seconds == pytest.approx(MAX_SECONDS, abs=0.01)


def test_it_does_not_believe_a_declared_length(tmp_path: Path) -> None:
    """A header that promises 18 days does not make one second of sound too long."""
    waveform, _ = decoded(tmp_path, sounds.flac_that_declares_hours())
    assert waveform.seconds == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("rate", [1, 7])
def test_it_stops_a_sample_rate_that_would_swell_the_sound(rate: int, tmp_path: Path) -> None:
    """At one sample a second, 64 kB would become 64 thousand seconds."""
    assert refusal(tmp_path, sounds.wav_with_rate(rate, 64_000)) is Undecodable.TOO_LONG


def test_it_refuses_an_impossible_sample_rate(tmp_path: Path) -> None:
    """Two thousand million samples a second would need a resampler of gigabytes."""
    assert refusal(tmp_path, sounds.wav_with_rate(2_000_000_000, 64_000)) is Undecodable.BROKEN


def test_it_gives_numbers_whatever_the_file_holds(tmp_path: Path) -> None:
    """Not-a-number, infinity and huge values in a file of floats do not reach the later steps."""
    samples = np.full(16_000, 0.25, np.float32)
    samples[100:200], samples[300:400], samples[500:600] = np.nan, np.inf, -1e30
    waveform, _ = decoded(tmp_path, sounds.float_wav(samples))
    assert np.isfinite(waveform.samples).all()
    assert np.abs(waveform.samples).max() <= 1
    assert waveform.samples[8_000] == pytest.approx(0.25, abs=0.01)


@pytest.mark.corpus
def test_it_decodes_recorded_speech_to_its_known_length(corpus: Path) -> None:
    """Opus memos that other encoders wrote come out as long as the corpus says."""
    with (corpus / "manifest.csv").open(newline="") as file:
        clips = [row for row in csv.DictReader(file) if (corpus / row["clip"]).is_file()]
    for row in clips[:: max(1, len(clips) // 20)]:
        waveform, facts = decode_file(corpus / row["clip"])
        assert waveform.seconds == pytest.approx(float(row["seconds"]), abs=0.1), row["clip"]
        assert facts.codec == "opus"
