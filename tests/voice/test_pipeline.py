"""The order of the steps, what stops early, and what each kind of sound leads to."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.voice.sounds import float_wav
from tests.voice.synthetic import dial_tone, mixed, music, pink_noise, silence, white_noise
from voice import pipeline
from voice.activity import find_speech
from voice.audio import Waveform
from voice.comparison import compared_with
from voice.countermeasure import windows_of
from voice.envelope import POINTS, envelope
from voice.errors import ModelMismatch, Undecodable, UndecodableAudio
from voice.isolation import decode_file
from voice.pipeline import Analyser
from voice.results import Analysis, Problem, Score, Segment, Unchecked, Window
from voice.voiceprint import KnownVoice, Voiceprint

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
MEMO = SAMPLES / "birthday-en.ogg"


@pytest.fixture(scope="module")
def analyser(models_folder: Path) -> Analyser:
    """An analyser with all models."""
    return Analyser(models_folder)


@pytest.fixture(scope="module")
def heard(analyser: Analyser) -> Analysis:
    """What the analyser makes of a sample memo, compared with another of the same voice."""
    return analyser.analyse(MEMO, [SAMPLES / "hi-mum-en.ogg"], language="en")


def saved(folder: Path, waveform: Waveform) -> Path:
    """The sound as a file."""
    path = folder / "memo.wav"
    path.write_bytes(float_wav(waveform.samples))
    return path


@pytest.mark.models
def test_it_finds_out_everything_about_a_clear_memo(heard: Analysis) -> None:
    """Nothing is wrong with a clear memo, and every part of the result is filled."""
    assert heard.problems == ()
    assert set(heard.unchecked) <= {Unchecked.SYNTHETIC_UNSURE}
    assert heard.transcript is not None
    assert "birthday" in heard.transcript.text.lower()
    assert heard.speaker is not None
    assert heard.speaker.llr is not None
    assert heard.speaker.llr > 0
    assert heard.speaker.windows
    assert heard.synthetic is not None
    assert heard.synthetic.windows
    assert heard.provenance.watermark is None
    assert heard.speech_seconds > 5
    assert len(heard.envelope) == POINTS
    assert max(heard.envelope) > 0.1


@pytest.mark.models
def test_it_tells_how_long_each_step_took(heard: Analysis) -> None:
    """All steps are timed, and side by side they take less than one after the other."""
    before = {"decode", "activity", "quality", "fingerprint", "load"}
    listening = {"words", "voice", "synthetic", "provenance"}
    assert set(heard.timing) == before | listening | {"total"}
    assert all(seconds >= 0 for seconds in heard.timing.values())
    assert heard.timing["total"] <= sum(heard.timing.values()) - heard.timing["total"] + 0.5


@pytest.mark.models
@pytest.mark.parametrize("sound", [silence, white_noise, pink_noise, dial_tone, music])
def test_it_stops_where_nobody_speaks(analyser: Analyser, tmp_path: Path, sound: object) -> None:
    """Silence, noise, a dial tone and music: no speech, no words, and no model is troubled."""
    assert callable(sound)
    steps: list[str] = []
    found = analyser.analyse(saved(tmp_path, sound(5.0)), on_step=steps.append)
    assert found.problems == (Problem.NO_SPEECH,)
    assert found.transcript is None
    assert found.speaker is None
    assert steps == ["decode", "activity", "provenance"]


@pytest.mark.models
def test_it_stops_after_one_second_of_speech(analyser: Analyser, tmp_path: Path) -> None:
    """A snatch of speech is too short for any score."""
    memo, _ = decode_file(MEMO)
    start = find_speech(memo)[0].start
    found = analyser.analyse(saved(tmp_path, memo.cut(start, start + 1.0)))
    assert Problem.TOO_SHORT in found.problems
    assert found.transcript is None
    assert found.speaker is None


@pytest.mark.models
def test_it_says_that_it_is_too_noisy_but_still_listens(analyser: Analyser, tmp_path: Path) -> None:
    """Noise as loud as the speech is a problem, and whatever was heard is still there."""
    memo, _ = decode_file(MEMO)
    found = analyser.analyse(saved(tmp_path, mixed(memo, white_noise(memo.seconds + 1), 0.0)))
    assert Problem.TOO_NOISY in found.problems
    assert found.transcript is not None


@pytest.mark.models
def test_it_notices_two_people_talking(analyser: Analyser, tmp_path: Path) -> None:
    """Two voices in one memo are a problem: no score belongs to either."""
    one, _ = decode_file(SAMPLES / "long-en.ogg")
    other, _ = decode_file(SAMPLES / "second-voice-en.ogg")
    both = Waveform(np.concatenate([one.cut(0.0, 9.0).samples, other.samples]))
    found = analyser.analyse(saved(tmp_path, both))
    assert Problem.SEVERAL_VOICES in found.problems


@pytest.mark.models
def test_it_announces_each_step_once(analyser: Analyser) -> None:
    """The chat can show what is being done; no two steps are announced at the same time."""
    steps: list[str] = []
    busy = threading.Lock()

    def on_step(step: str) -> None:
        assert busy.acquire(blocking=False)
        steps.append(step)
        busy.release()

    analyser.analyse(MEMO, on_step=on_step)
    assert steps[:2] == ["decode", "activity"]
    assert sorted(steps[2:]) == ["provenance", "synthetic", "voice", "words"]


@pytest.mark.models
def test_it_says_that_there_is_nobody_to_compare_with(analyser: Analyser) -> None:
    """Without a reference the voice is not checked, which is said."""
    found = analyser.analyse(MEMO)
    assert found.speaker is None
    assert Unchecked.VOICE_NO_REFERENCE in found.unchecked


@pytest.mark.models
def test_it_says_that_a_reference_is_of_no_use(analyser: Analyser, tmp_path: Path) -> None:
    """A reference that is silent or no sound at all is left out, and that is said."""
    broken = tmp_path / "broken.ogg"
    broken.write_bytes(b"OggS and then nothing")
    for reference in (saved(tmp_path, silence(5.0)), broken):
        found = analyser.analyse(MEMO, [reference])
        assert found.speaker is None
        assert Unchecked.VOICE_REFERENCE_UNUSABLE in found.unchecked
        assert Unchecked.VOICE_NO_REFERENCE not in found.unchecked


@pytest.mark.models
def test_it_compares_with_stored_voiceprints(analyser: Analyser) -> None:
    """A stored voiceprint does what the memos it was made of do; another model's is refused."""
    from voice.speaker import enrol, load_encoder

    encoder = load_encoder()
    waveform, _ = decode_file(SAMPLES / "hi-mum-en.ogg")
    stored = enrol(encoder, [(waveform, find_speech(waveform))])
    strange = Voiceprint("another", (1.0,), 10.0)
    found = analyser.analyse(MEMO, [stored, strange])
    assert found.speaker is not None
    assert found.speaker.model == "campplus"
    assert Unchecked.VOICE_REFERENCE_UNUSABLE in found.unchecked


@pytest.mark.models
def test_it_scores_every_known_voice_in_one_pass(analyser: Analyser) -> None:
    """One score for each label, the same as for a reference; another model's print has none."""
    memo = analyser.enrol(SAMPLES / "hi-mum-en.ogg", "en")
    assert memo.voiceprint is not None
    strange = KnownVoice("strange", Voiceprint("another", (1.0,), 10.0))
    found = analyser.analyse(MEMO, voices=[KnownVoice("mum", memo.voiceprint), strange])
    (match,) = found.voices
    assert match.label == "mum"
    supposed = compared_with(found, {"mum"})
    assert supposed.speaker == match.score
    assert Unchecked.VOICE_NO_REFERENCE in found.unchecked
    assert Unchecked.VOICE_NO_REFERENCE not in supposed.unchecked
    assert match.score.llr is not None
    assert match.score.llr > 0


@pytest.mark.models
def test_it_makes_no_voiceprint_of_sound_that_cannot_be_judged(
    analyser: Analyser, tmp_path: Path
) -> None:
    """Attack 11: a voice that is drowned in noise is not enrolled."""
    clean = analyser.enrol(MEMO, "en")
    assert clean.voiceprint is not None
    assert clean.transcript is not None
    assert "birthday" in clean.transcript.text.lower()
    memo, _ = decode_file(MEMO)
    noisy = analyser.enrol(saved(tmp_path, mixed(memo, white_noise(memo.seconds + 1), 0.0)), "en")
    assert Problem.TOO_NOISY in noisy.problems
    assert noisy.voiceprint is None


@pytest.mark.models
def test_it_hears_the_words_of_an_answer_however_short(analyser: Analyser, tmp_path: Path) -> None:
    """A code word and a phrase are said in less time than a voice can be judged in."""
    memo, _ = decode_file(MEMO)
    start = find_speech(memo)[0].start
    path = saved(tmp_path, memo.cut(start, start + 1.3))
    found = analyser.analyse(path, language="en", is_answer=True)
    assert Problem.TOO_SHORT in found.problems
    assert found.transcript is not None
    assert "happy" in found.transcript.text.lower()
    # Heard again at other speeds, so that a code word has more chances to be known.
    told = ("harbour, lemon. castle, wigwam.",)
    usual = analyser.analyse(path, language="en", is_answer=True, contexts=told).transcript
    assert usual is not None
    assert len(found.transcript.alternatives) > 5
    assert found.transcript.alternatives == usual.alternatives
    # What may come is not written where it was not said, and is kept apart.
    assert found.transcript.expected == ()
    assert any("happy" in text.lower() for text in usual.expected)
    assert not any("lemon" in text.lower() for text in usual.expected)
    assert found.speaker is None


@pytest.mark.models
def test_a_short_memo_has_several_likely_texts(heard: Analysis) -> None:
    """Attack 5: at most five, and the first of them is the text."""
    assert heard.transcript is not None
    assert 1 < len(heard.transcript.alternatives) <= 5
    assert heard.transcript.alternatives[0] == heard.transcript.text
    assert "birthday" not in repr(heard).lower()


class Suspicious:
    """A countermeasure that finds every window a bit more machine-like than the one before."""

    name = "suspicious"
    snr_db: float | None = None

    def score(
        self, waveform: Waveform, segments: Sequence[Segment], snr_db: float | None = None
    ) -> Score | None:
        """Scores that show which window they belong to."""
        self.snr_db = snr_db
        windows = tuple(
            Window(pieces[0].start, pieces[-1].end, float(index), index / 10)
            for index, pieces in enumerate(windows_of(segments))
        )
        return Score(self.name, windows[-1].score, windows[-1].llr, windows)


@pytest.mark.models
def test_a_countermeasure_in_the_slot_is_heard(models_folder: Path) -> None:
    """Whatever fills the slot is told the noise, and has its score and windows in the result."""
    steps: list[str] = []
    suspicious = Suspicious()
    with_one = Analyser(models_folder, countermeasure=suspicious)
    found = with_one.analyse(MEMO, on_step=steps.append)
    assert found.synthetic is not None
    assert found.synthetic.model == "suspicious"
    assert found.quality is not None
    assert suspicious.snr_db == found.quality.snr_db
    assert len(found.synthetic.windows) == len(windows_of(found.speech))
    assert found.synthetic.score == len(found.synthetic.windows) - 1
    assert Unchecked.SYNTHETIC_NO_MODEL not in found.unchecked
    assert "synthetic" in steps
    assert found.timing["synthetic"] >= 0


def test_it_works_without_any_model(tmp_path: Path) -> None:
    """A machine without models gets the sound's facts and an honest list of what is unchecked."""
    found = Analyser(tmp_path).analyse(MEMO)
    assert found.problems == ()
    assert found.speech_seconds > 5
    assert set(found.unchecked) == {
        Unchecked.WORDS_NO_MODEL,
        Unchecked.VOICE_NO_MODEL,
        Unchecked.SYNTHETIC_NO_MODEL,
        Unchecked.WATERMARK_NO_MODEL,
    }


def test_it_refuses_models_that_were_replaced(tmp_path: Path) -> None:
    """A file that is there but is not the pinned one is an error, not an unchecked line."""
    (tmp_path / "perth").mkdir()
    (tmp_path / "perth" / "perth_net_250000.pth.tar").write_bytes(b"another network")
    with pytest.raises(ModelMismatch):
        Analyser(tmp_path).load()


def test_it_refuses_what_cannot_be_decoded_before_loading_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text file called .ogg is refused at once, with its reason."""
    monkeypatch.setattr(pipeline, "load_models", lambda *_: pytest.fail("loaded models"))
    path = tmp_path / "memo.ogg"
    path.write_text("This is not sound.")
    with pytest.raises(UndecodableAudio) as refused:
        Analyser(tmp_path).analyse(path)
    assert refused.value.reason is Undecodable.NOT_MEDIA


def test_the_envelope_has_the_peaks_of_equal_slices() -> None:
    """Loud and soft parts can be told apart in the picture, in a short memo too."""
    sound = np.zeros(8_000, np.float32)
    sound[4_000:] = -0.5
    assert envelope(Waveform(sound)) == (0.0,) * 200 + (0.5,) * 200
    assert envelope(Waveform(sound[:3])) == (0.0, 0.0, 0.0)
    assert envelope(Waveform(sound[:0])) == ()


@pytest.mark.models
@pytest.mark.corpus
def test_it_finds_nothing_wrong_with_recorded_people(analyser: Analyser, corpus: Path) -> None:
    """Clear recordings of people get their words and no problem."""
    import csv

    with (corpus / "manifest.csv").open(newline="") as table:
        rows = [
            row
            for row in csv.DictReader(table)
            if row["label"] == "bonafide"
            and row["language"] in ("nl", "en")
            and float(row["seconds"]) >= 6
            and row["speaker"].startswith(("libritts", "vctk"))
        ]
    assert rows
    for row in rows[:: max(1, len(rows) // 4)][:4]:
        found = analyser.analyse(corpus / row["clip"])
        assert found.problems == (), row["clip"]
        assert found.transcript is not None
        assert len(found.transcript.words) >= 5, row["clip"]
