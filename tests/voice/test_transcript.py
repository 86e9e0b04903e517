"""What was said is written down; what nobody said is not."""

from pathlib import Path

import numpy as np
import pytest

from tests.voice.synthetic import dial_tone, music, pink_noise, silence, white_noise
from voice import models
from voice.activity import find_speech
from voice.audio import Waveform
from voice.errors import ModelMismatch
from voice.isolation import decode_file
from voice.results import Segment, Transcript, Word
from voice.transcript import CHUNK_SECONDS, Recogniser, _chunks, _is_plausible, is_unsure

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


@pytest.fixture(scope="module")
def recogniser(models_folder: Path) -> Recogniser:
    """Whisper base."""
    return Recogniser(models.locate("whisper-base", models_folder)["model.bin"].parent)


def memo(name: str) -> Waveform:
    """One of the sample memos."""
    return decode_file(SAMPLES / name)[0]


@pytest.mark.models
def test_it_writes_down_english_and_tells_the_language(recogniser: Recogniser) -> None:
    """The words that matter come out, with times inside the memo and probabilities."""
    sound = memo("hi-mum-en.ogg")
    heard = recogniser.transcribe(sound, find_speech(sound))
    assert heard is not None
    assert heard.language == "en"
    assert {"new", "number", "bill", "tomorrow"} <= set(
        heard.text.lower().replace(".", "").replace(",", "").split()
    )
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)
    assert heard.words[-1].end <= sound.seconds + 0.1
    assert not is_unsure(heard)


@pytest.mark.models
def test_it_writes_down_dutch_when_told_so_and_when_not(recogniser: Recogniser) -> None:
    """The family's language is used as it is given, and found where it is not."""
    sound = memo("hoi-mam-nl.ogg")
    for language in ("nl", None):
        heard = recogniser.transcribe(sound, find_speech(sound), language)
        assert heard is not None
        assert heard.language == "nl"
        assert "telefoon" in heard.text.lower()
        assert "euro" in heard.text.lower()


@pytest.mark.models
@pytest.mark.parametrize("sound", [silence, white_noise, pink_noise, dial_tone, music])
def test_it_invents_nothing_where_nobody_speaks(recogniser: Recogniser, sound: object) -> None:
    """Even when noise is taken for speech by mistake, no words come out of it."""
    assert callable(sound)
    waveform = sound(8.0)
    assert recogniser.transcribe(waveform, find_speech(waveform)) is None
    heard = recogniser.transcribe(waveform, [Segment(0.0, 8.0)])
    assert heard is not None
    assert heard.text == ""
    assert is_unsure(heard)


@pytest.mark.models
def test_it_gives_the_same_answer_each_time(recogniser: Recogniser) -> None:
    """Nothing is left to chance."""
    sound = memo("pizza-en.ogg")
    segments = find_speech(sound)
    assert recogniser.transcribe(sound, segments) == recogniser.transcribe(sound, segments)


@pytest.mark.models
def test_it_gives_times_of_the_memo_after_long_pauses(recogniser: Recogniser) -> None:
    """Pauses are not sent to the recogniser, but its times are those of the recording."""
    spoken = memo("second-voice-en.ogg")
    late = Waveform(np.concatenate([silence(40.0).samples, spoken.samples]))
    heard = recogniser.transcribe(late, find_speech(late))
    assert heard is not None
    assert heard.words[0].start > 39.5
    assert heard.words[-1].end < late.seconds + 0.1


@pytest.mark.models
def test_it_keeps_a_language_that_it_was_not_asked_for(recogniser: Recogniser) -> None:
    """A code that the model does not know is told from the sound instead."""
    sound = memo("second-voice-en.ogg")
    heard = recogniser.transcribe(sound, find_speech(sound), "xx")
    assert heard is not None
    assert heard.language == "en"


def test_it_refuses_a_folder_without_a_model(tmp_path: Path) -> None:
    """Nothing is fetched; a folder that holds no model is an error."""
    with pytest.raises(ModelMismatch):
        Recogniser(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for watching!",
        "Thanks for watching.",
        "Ondertiteld door de Amara.org gemeenschap",
        "Ondertiteling: TV Gelderland 2021",
        "Untertitel der Amara.org-Community",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "...",
        "the money the money the money the money the money",
        "I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry.",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z and so on and on it goes faster",
    ],
)
def test_it_drops_what_is_written_by_heart_or_in_loops(text: str) -> None:
    """Captions of films, loops, and more words than anybody can say are not believed."""
    assert not _is_plausible(text, speech_seconds=2.0)


@pytest.mark.parametrize(
    "text",
    [
        "Hi mum, it's me. I have a new number.",
        "No, no, no, please don't do that.",
        "Thanks for watching the cat while we were away, mum.",
        "Mama, kun je even geld overmaken? Ik betaal het morgen terug.",
    ],
)
def test_it_keeps_what_people_say(text: str) -> None:
    """Repeating oneself a little, and words that also stand in captions, are fine."""
    assert _is_plausible(text, speech_seconds=4.0)


def test_it_hears_ten_minutes_in_pieces_that_fit() -> None:
    """No piece is longer than the recogniser can hear, and no speech is left out."""
    segments = [Segment(start, start + 5.0) for start in np.arange(0.0, 540.0, 6.0)]
    segments.append(Segment(540.0, 600.0))
    chunks = list(_chunks(silence(600.0), segments))
    assert max(chunk.seconds for chunk in chunks) <= CHUNK_SECONDS + 0.5
    heard = sum(chunk.speech_seconds for chunk in chunks)
    assert heard == pytest.approx(sum(segment.seconds for segment in segments), abs=0.01)
    assert chunks[0].in_memo(5.5) == pytest.approx(6.3)


def test_it_is_unsure_of_what_it_hardly_heard() -> None:
    """Low probabilities, or no words at all, cannot be relied on."""
    assert is_unsure(Transcript("en", 1.0, "", ()))
    assert is_unsure(Transcript("en", 1.0, "a b", (Word("a", 0, 1, 0.3), Word("b", 1, 2, 0.5))))
    assert not is_unsure(Transcript("en", 1.0, "a", (Word("a", 0, 1, 0.9),)))
