"""What a file's tags may and may not say about its maker."""

import pytest

from voice.provenance import generator_tags
from voice.results import Container


def container(encoder: str | None = None, **tags: str) -> Container:
    """Facts about a file with these tags."""
    return Container(
        "0" * 64, 1000, "mp3", "mp3", 44_100, 1, 64_000, 3.0, False, encoder, None, tags
    )


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"comment": "Made with ElevenLabs"}, ("ElevenLabs",)),
        ({"artist": "eleven labs speech"}, ("ElevenLabs",)),
        ({"AIGC": '{"Label":"1"}'}, ("AI label",)),
        ({"description": "digitalSourceType trainedAlgorithmicMedia"}, ("AI label",)),
        ({"title": "Amazon Polly"}, ("Amazon Polly",)),
    ],
)
def test_it_recognises_makers_of_speech(tags: dict[str, str], expected: tuple[str, ...]) -> None:
    """A generator's name in any tag is reported by our name for it."""
    assert generator_tags(container(**tags)) == expected


def test_it_recognises_a_maker_that_names_itself_as_encoder() -> None:
    """The encoder is a tag like the others."""
    assert generator_tags(container(encoder="PlayHT 2.0")) == ("PlayHT",)


@pytest.mark.parametrize(
    "text",
    [
        "Lavf61.7.100",
        "LAME3.100",
        "Recorded with my phone",
        "WhatsApp",
        "Synth jam",
        "Piper's tune",
    ],
)
def test_it_makes_nothing_of_ordinary_tags(text: str) -> None:
    """Encoders that everybody uses, and ordinary words, name no generator."""
    assert generator_tags(container(encoder=text, comment=text, title=text)) == ()


def test_it_never_hands_on_foreign_text() -> None:
    """What the file says beside the name stays in the file."""
    (tag,) = generator_tags(container(comment="<b>elevenlabs</b> call +31 6 12345678"))
    assert tag == "ElevenLabs"
