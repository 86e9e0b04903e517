"""The report for the police, and the ZIP around it: complete, plain, and true to the documents."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from bot import moments
from bot.cli import app
from bot.judgement import judge_text
from bot.papers.pack import make_pack
from bot.papers.report import CaseFacts, Exhibit, draw, rate, summary, transcript_lines
from bot.texts import LANGUAGES, Texts
from bot.wording import factors, word
from familyguard.evidence_check import Fault, check
from familyguard.evidence_pack import Custody, Moment, Original, TimeOrigin, fingerprint, sha256
from tests.bot.test_papers import archive_faults, ink_near_the_edge, lines_of, text_of
from voice.published import CELLS, figures
from voice.results import Transcript, Word

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
MARK = fingerprint(KEY.public_key())
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SCAM = "Mum, my phone broke, this is my new number, I need 950 euro today, do not call me"
WORDS = tuple(Word(f"word{n}", n / 2, n / 2 + 0.4, 0.9) for n in range(400))
SAID = Transcript("en", 0.9, " ".join(one.text for one in WORDS), WORDS)


def facts(language: str = "en") -> CaseFacts:
    """A case with one memo that was judged, and one file that was not."""
    texts = Texts(language)
    memo = Original(
        content=b"OggS" + bytes(500),
        name="voice " + "ë" * 90 + ".ogg",
        media_type="audio/ogg",
        moments=(
            Moment(NOON, TimeOrigin.TELEGRAM),
            Moment(NOON - timedelta(days=1), TimeOrigin.FORWARD),
            Moment(NOON, TimeOrigin.SERVER),
            Moment(NOON, TimeOrigin.FILE),
        ),
        origin="Sophie Großmann-Łukasiewicz",
    )
    judgement = judge_text(SCAM)
    judged = Exhibit(
        memo, word(judgement, texts), factors(judgement, texts), transcript_lines(SAID), picture()
    )
    return CaseFacts(
        case="2026-7",
        made_at=NOON,
        reporter="Wilhelmina",
        software="FamilyGuard 0.1.0",
        happened=(texts.get("aftercare.happened.money_sent"),),
        notes=((Moment(NOON, TimeOrigin.SERVER), "They called. " * 400),),
        exhibits=(judged, Exhibit(replace(memo, name="picture.jpg", media_type="image/jpeg"))),
        custody=(Custody(NOON, "Wilhelmina", "forwarded"),),
    )


def picture() -> bytes:
    """A picture as the card is."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (1080, 1400), (30, 90, 160)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """The language and the report in it."""
    language = request.param
    return language, draw(facts(language), MARK, Texts(language))


def test_it_says_everything_that_an_officer_needs(report):
    """Hash, times with their clocks, verdict, chain of custody, fingerprint."""
    language, paper = report
    texts, text = Texts(language), text_of(paper)
    exhibit = facts(language).exhibits[0]
    assert exhibit.wording is not None
    wanted = [sha256(exhibit.original.content), "2026-11-21T12:00:00Z", exhibit.wording.headline]
    wanted += ["Sophie Großmann-Łukasiewicz", "forwarded", "[00:08]", "2026-7"]
    wanted += [texts.get(f"report.time.{origin}").split()[0] for origin in TimeOrigin]
    assert [part for part in wanted if part not in text] == []
    assert MARK.replace(" ", "") in text.replace(" ", "")


def test_it_says_what_was_measured_as_the_documents_do(report):
    """Each error rate stands there, with the figure of the published measurement."""
    language, paper = report
    text = text_of(paper)
    for code, figure in figures().items():
        assert rate(figure, Texts(language)) in text, code
        assert Texts(language).get(f"report.rate.{code}").split()[0] in text


def test_every_published_figure_has_its_words():
    """A figure without a label would be a number without a meaning."""
    for language in LANGUAGES:
        assert all(Texts(language).has(f"report.rate.{code}") for code in CELLS)


def test_it_says_that_it_is_no_proof(report):
    """At the beginning, at the foot of every page, and beside the fingerprint."""
    language, paper = report
    pointers = {"en": "pointers, not proof", "nl": "aanwijzingen, geen bewijs"}[language]
    assert text_of(paper).count(pointers) >= 3


def test_nothing_runs_over_the_edge(report):
    """Long names, long notes, long transcripts."""
    assert ink_near_the_edge(report[1], 5) == 0


def test_a_share_is_written_as_people_read_it():
    """Of a hundred, with the counts, in the reader's language; other figures stay as they are."""
    dutch, english = Texts("nl"), Texts("en")
    assert rate("0.899 (142/158)", english) == "90 % (142 of 158)"
    assert rate("508 of 553 (92 %)", dutch) == "92 % (508 van 553)"
    assert rate("15.5 %", dutch) == "15,5 %"
    assert rate("15.5 %", english) == "15.5 %"
    assert rate("–", dutch) == "–"


def test_every_published_figure_is_of_a_kind_that_is_read():
    """No figure of the documents reaches a Dutch report in English words or with a point."""
    for code, figure in figures().items():
        assert not re.search(r"\bof\b|\d\.\d", rate(figure, Texts("nl"))), code


@pytest.mark.parametrize("notes", [1, 9, 18, 27, 36])
def test_no_heading_stands_alone_at_the_foot_of_a_page(notes):
    """Whatever the length of what comes before it."""
    texts = Texts("nl")
    bold = {
        texts.get(f"report.{code}")
        for code in ("notes", "material", "found", "factors", "scores", "made", "rates", "limits")
    } | {texts.get("report.custody"), texts.get("report.check")}
    one = facts("nl")
    note = (one.notes[0][0], "Ze belden op maandag. " * 3)
    paper = draw(replace(one, notes=(note,) * notes), MARK, texts)
    for lines in lines_of(paper):
        *_, last, _footer = [line for line in lines if line.strip()]
        assert last.strip() not in bold


@pytest.mark.parametrize("language", LANGUAGES)
def test_rates_of_the_built_in_detector_are_not_told_of_another(language):
    """Whoever reads the report would take them for those of the detector that judged."""
    texts = Texts(language)
    own = " ".join(text_of(draw(facts(language), MARK, texts)).split())
    other = replace(facts(language), detector="spectra-0")
    told = " ".join(text_of(draw(other, MARK, texts)).split())
    for code in figures():
        row = texts.get(f"report.rate.{code}")
        assert row in own
        assert (row in told) is not code.startswith("machine.")
    assert texts.get("report.rates.detector", name="spectra-0") in told
    assert "spectra-0" not in own


def test_times_are_those_of_clocks_and_of_the_family(report):
    """RFC 3339 in UTC, and the time on the wall beside it, in the language of the report."""
    language, paper = report
    here = moments.local(NOON.timestamp())
    month = {"en": "Nov", "nl": "nov"}[language]
    assert f"2026-11-22T12:00:00Z ({here.day} {month} 2026 {here:%H:%M})" in text_of(paper)


def test_the_report_is_made_for_archives(report):
    """By the same structural checks as the other papers, with a picture in it."""
    assert archive_faults(report[1]) == []


def test_the_transcript_has_times():
    """A new line at a pause and after eight seconds, each with its time."""
    words = (Word("hello", 0, 0.5, 1), Word("mum", 0.6, 1, 1), Word("help", 63, 63.5, 1))
    lines = transcript_lines(Transcript("en", 1, "hello mum help", words))
    assert lines == ("[00:00] hello mum", "[01:03] help")
    assert len(transcript_lines(SAID)) == 25
    assert transcript_lines(None) == ()
    assert transcript_lines(Transcript("en", 1, "no times")) == ("no times",)


def test_the_summary_is_plain_text_for_a_form():
    """The facts, one line a file, with when and from whom."""
    text = summary(facts("nl"), Texts("nl"))
    assert "Ik heb betaald" in text
    assert "van: Sophie Großmann-Łukasiewicz" in text
    assert "<" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_holds_it_all_and_can_be_checked(language):
    """Originals, report, summary, transcript, picture and how to check; the same each time."""
    packed = make_pack(facts(language), Texts(language), KEY)
    checked = check(packed, MARK)
    assert checked.intact
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        names = opened.namelist()
        how = opened.read("HOW-TO-CHECK.txt").decode()
    assert {"report.pdf", "summary.txt", "transcript-01.txt", "picture-01.png"} <= set(names)
    assert {"SHA256SUMS", "manifest.json", "manifest.sig", "public_key.pem"} <= set(names)
    assert MARK in how
    assert make_pack(facts(language), Texts(language), KEY) == packed


def test_every_fault_has_its_sentence():
    """Whatever is wrong with a file, the command can say it."""
    for language in LANGUAGES:
        texts = Texts(language)
        assert all(texts.has(f"terminal.evidence.fault.{fault}") for fault in Fault)


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """A file for the police on the disk."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    path = tmp_path / "case.zip"
    path.write_bytes(make_pack(facts(), Texts("en"), KEY))
    return path


def test_the_command_finds_a_file_unchanged(packed):
    """It ends with 0, shows the fingerprint and says what that does not mean."""
    result = CliRunner().invoke(app, ["evidence", "verify", str(packed)])
    assert result.exit_code == 0
    assert MARK in result.stdout
    assert "case 2026-7" in result.stdout
    assert "says nothing about who made the recordings" in result.stdout


def test_the_command_finds_one_changed_byte(packed):
    """It ends with 2 and names the file."""
    content = bytearray(packed.read_bytes())
    content[content.index(b"OggS") + 10] ^= 1
    packed.write_bytes(content)
    result = CliRunner().invoke(app, ["evidence", "verify", str(packed)])
    assert result.exit_code == 2
    assert "This is not what was signed" in result.stdout


def test_the_command_can_ask_for_a_key(packed):
    """The right fingerprint holds, another does not."""
    asked = ["evidence", "verify", str(packed), "--key"]
    assert CliRunner().invoke(app, [*asked, MARK]).exit_code == 0
    assert CliRunner().invoke(app, [*asked, "0" * 64]).exit_code == 2


def test_the_command_says_when_there_is_no_file(tmp_path):
    """One sentence, and 2."""
    result = CliRunner().invoke(app, ["evidence", "verify", str(tmp_path / "nothing.zip")])
    assert result.exit_code == 2
    assert "nothing.zip" in result.stderr
