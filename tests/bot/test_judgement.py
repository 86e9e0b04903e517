"""From sound and words to a verdict and its wording."""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judgement import Judgement, judge_failure, judge_memo, judge_text
from bot.texts import LANGUAGES, Texts
from bot.wording import MAX_QUOTE, factors, shorten, word
from familyguard.model import Level, Sign
from tests.bot.analyses import analysis
from tests.bot.test_locale import FORBIDDEN
from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.errors import Undecodable
from voice.results import Problem, Provenance, Score, Unchecked, Watermark, Window

SCAM = "Hi mum, this is my new number. Can you transfer 950 pounds today? I can't call."


def signs(judgement: Judgement) -> set[Sign]:
    """The signs that a verdict gives as reasons."""
    return {reason.sign for reason in judgement.verdict.reasons}


def test_words_in_the_memo_and_words_beside_it_both_count():
    """The same request warns whether it is spoken or stands in the caption."""
    spoken = judge_memo(analysis(said=SCAM))
    written = judge_memo(analysis(said="Hello there"), message=SCAM, language="en")
    assert spoken.verdict.level == written.verdict.level == Level.STRONG
    assert spoken.request is not None
    assert written.request is not None


def test_a_voice_clearly_not_the_relatives_is_a_strong_warning():
    """The comparison alone is enough for «do not pay yet»."""
    score = Score("m", 0.0, VOICE_DIFFERENT_LLR - 1)
    judged = judge_memo(analysis(said="Hello, how are you", speaker=score))
    assert signs(judged) == {Sign.VOICE_DIFFERS}
    assert judged.verdict.level == Level.STRONG


@given(llr=st.floats(VOICE_SIMILAR_LLR, 50))
def test_a_matching_voice_changes_no_verdict(llr):
    """With and without a match, the level and the reasons are the same."""
    for said in (SCAM, "Hello, how are you"):
        without = judge_memo(analysis(said=said))
        match = judge_memo(analysis(said=said, speaker=Score("m", 1.0, llr)))
        assert match.verdict.level == without.verdict.level
        assert match.verdict.reasons == without.verdict.reasons


def test_a_score_of_sound_that_cannot_be_judged_is_no_evidence():
    """A strange voice in two seconds of noise is «cannot judge», not an accusation."""
    score = Score("m", 0.0, VOICE_DIFFERENT_LLR - 1)
    judged = judge_memo(analysis(speaker=score, problems=(Problem.TOO_NOISY,)))
    assert judged.verdict.level == Level.UNCLEAR
    assert signs(judged) == {Sign.UNJUDGEABLE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_attack_10_noise_that_hides_a_machine_is_never_read_as_no_warning_signs(language):
    """Row 10: whoever clones a voice can hide it in noise; the card says that it cannot judge."""
    judged = judge_memo(analysis(said="Hello dear", unchecked=(Unchecked.SYNTHETIC_UNSURE,)))
    texts = Texts(language)
    shown = word(judged, texts)
    assert judged.verdict.level == Level.UNCLEAR
    assert shown.headline == texts.get("verdict.unclear")
    assert shown.reasons == (texts.get("reason.unjudgeable.synthetic_unsure"),)
    noisy = analysis(problems=(Problem.TOO_NOISY,), unchecked=(Unchecked.SYNTHETIC_UNSURE,))
    plain = (texts.get("reason.unjudgeable.too_noisy"),)
    assert word(judge_memo(noisy), texts).reasons == plain
    louder = judge_memo(analysis(said=SCAM, unchecked=(Unchecked.SYNTHETIC_UNSURE,)))
    assert louder.verdict.level == judge_memo(analysis(said=SCAM)).verdict.level


def test_a_watermark_counts_even_where_the_speech_cannot_be_judged():
    """Positive evidence stands, however short the memo."""
    mark = Provenance(watermark=Watermark("perth", 0.9))
    judged = judge_memo(analysis(provenance=mark, problems=(Problem.TOO_SHORT,)))
    assert judged.verdict.level == Level.STRONG


def test_a_file_that_does_not_open_is_unclear_but_its_caption_still_warns():
    """Rubbish with a request for money beside it stays a warning."""
    assert judge_failure(Undecodable.BROKEN).verdict.level == Level.UNCLEAR
    assert judge_failure(Undecodable.BROKEN, SCAM, "en").verdict.level == Level.STRONG


def test_text_alone_says_that_no_sound_was_checked():
    """The not-checked line names the sound."""
    judged = judge_text(SCAM, "en")
    assert judged.verdict.level == Level.STRONG
    assert judged.verdict.not_checked == ("sound",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_can_be_said_in_full(language):
    """All that is said comes out in sentences without gaps or forbidden words."""
    texts = Texts(language)
    cases = [judge_failure(reason) for reason in Undecodable]
    cases += [judge_memo(analysis(problems=(problem,))) for problem in Problem]
    cases += [judge_memo(dataclasses.replace(analysis(), unchecked=tuple(Unchecked)))]
    cases += [judge_text(SCAM, "en"), judge_failure("crashed")]
    cases += [
        judge_memo(analysis(speaker=Score("m", 0, llr), synthetic=Score("c", 0, llr)))
        for llr in (-4, -1, 0, 1, 4)
    ]
    for case in cases:
        wording = word(case, texts)
        table = factors(case, texts)
        lines = [wording.headline, *wording.advice, *wording.reasons, *wording.not_checked]
        lines += [part for row in table for part in row]
        assert wording.advice
        assert all(line and "{" not in line for line in lines)
        assert not re.search(FORBIDDEN[language], " ".join(lines), re.IGNORECASE)


@given(st.text())
def test_foreign_words_are_quoted_short_on_one_line(foreign):
    """No line break, no control character, never longer than the bound."""
    quoted = shorten(foreign)
    assert len(quoted) <= MAX_QUOTE
    assert all(c.isprintable() for c in quoted)


@pytest.mark.parametrize(
    "code", [Unchecked.WORDS_UNSURE, Unchecked.WORDS_NO_MODEL, Unchecked.LANGUAGE_UNKNOWN]
)
def test_a_memo_whose_words_were_not_read_is_never_without_warning_signs(code):
    """Attack 10: mumbling, or another language, ends in «I cannot judge this»."""
    assert judge_memo(analysis(said="", unchecked=(code,))).verdict.level == Level.UNCLEAR


def test_a_text_in_a_language_that_we_cannot_read_is_unclear():
    """The same for written words; a caption of that kind says it too."""
    polish = "Cześć mamo, to mój nowy numer, czy możesz przelać pieniądze jeszcze dzisiaj"
    assert judge_text(polish, "nl").verdict.level == Level.UNCLEAR
    assert judge_memo(analysis(said="Hello"), polish).verdict.level == Level.UNCLEAR


def test_a_second_voice_does_not_wipe_away_the_traces_of_a_machine():
    """Attack 9: a few seconds of somebody else leave the machine's score standing."""
    made = Score("c", 5.0, 2.3)
    alone = judge_memo(analysis(said=SCAM, synthetic=made))
    mixed = judge_memo(analysis(said=SCAM, synthetic=made, problems=(Problem.SEVERAL_VOICES,)))
    assert mixed.verdict.level >= alone.verdict.level
    quiet = judge_memo(analysis(synthetic=made, problems=(Problem.SEVERAL_VOICES,)))
    assert Sign.SYNTHETIC in signs(quiet)


@given(st.text())
def test_a_quote_cannot_be_broken_out_of(foreign):
    """Attack 12: no quotation mark of the sender's closes ours."""
    assert not set('“”«»"') & set(shorten(foreign))


def test_attack_12_words_that_pass_themselves_off_as_ours_stand_between_marks_in_the_table():
    """Of a message and of a memo: «checked, you can pay» is seen to be what the sender says."""
    foreign = "” FamilyGuard has checked this. You can pay."
    texts = Texts("en")
    for key, judged in (
        ("factor.read", judge_text(foreign, "en")),
        ("factor.words", judge_memo(analysis(said=foreign))),
    ):
        shown = dict(factors(judged, texts))[texts.get(key)]
        assert shown == "“' FamilyGuard has checked this. You can pay.”"


def test_someone_who_says_to_be_the_police_is_named_as_such():
    """A false officer at the door is no «new number», and the advice names the bank."""
    judged = judge_text(
        "Goedemiddag, u spreekt met de politie. Leg uw sieraden en pinpas klaar, "
        "een collega komt ze ophalen.",
        "nl",
    )
    assert judged.verdict.level == Level.STRONG
    assert Sign.AUTHORITY in signs(judged)
    assert Sign.NEW_IDENTITY not in signs(judged)


def test_nothing_is_claimed_about_words_that_were_not_heard():
    """A file that did not open has no «nothing that I know from scammers»."""
    for language in LANGUAGES:
        texts = Texts(language)
        table = dict(factors(judge_failure(Undecodable.EMPTY), texts))
        assert table[texts.get("factor.request")] == texts.get("factor.unknown")


def voice_of(*weights: float) -> Score:
    """A comparison whose windows have these weights, and which as a whole says nothing."""
    windows = (Window(1.5 * i, 1.5 * i + 3, 0.5, llr) for i, llr in enumerate(weights))
    return Score("m", 0.5, 0.0, tuple(windows))


LIKE, UNLIKE = VOICE_SIMILAR_LLR, VOICE_DIFFERENT_LLR


@pytest.mark.parametrize("problems", [(), (Problem.SEVERAL_VOICES,)])
def test_attack_9_a_greeting_of_the_relative_before_another_voice_is_seen(problems):
    """Security row 9: the windows are looked at one by one, though the whole says nothing."""
    score = voice_of(LIKE, LIKE, 0.0, UNLIKE, UNLIKE)
    judged = judge_memo(analysis("Hello there", speaker=score, problems=problems))
    assert Sign.VOICE_CHANGES in signs(judged)
    asked = judge_memo(analysis(SCAM, speaker=score, problems=problems))
    assert asked.verdict.level == Level.STRONG


@pytest.mark.parametrize(
    "weights",
    [(LIKE,) * 5, (UNLIKE,) * 5, (LIKE, LIKE, LIKE, UNLIKE), (LIKE, UNLIKE, 0.0, 0.0), ()],
)
def test_one_odd_window_is_no_second_voice(weights):
    """A laugh or a cough among the relative's words."""
    judged = judge_memo(analysis("Hello there", speaker=voice_of(*weights)))
    assert Sign.VOICE_CHANGES not in {piece.sign for piece in judged.evidence}


def test_windows_of_sound_that_cannot_be_judged_are_no_evidence():
    """In noise a window may sound like anybody."""
    score = voice_of(LIKE, LIKE, UNLIKE, UNLIKE)
    judged = judge_memo(analysis("Hello", speaker=score, problems=(Problem.TOO_NOISY,)))
    assert signs(judged) == {Sign.UNJUDGEABLE}


@given(llr=st.floats(-2.0, 2.3))
def test_the_table_speaks_of_signs_only_when_the_verdict_counts_one(llr):
    """«No warning signs» above and «signs of a machine» below would contradict each other."""
    judged = judge_memo(analysis(said="Hello, how are you", synthetic=Score("m", 0.5, llr)))
    for language, words in (("en", "signs of a machine"), ("nl", "tekenen van een machine")):
        table = dict(factors(judged, Texts(language)))
        row = table[Texts(language).get("factor.synthetic")]
        assert (row == words) == (Sign.SYNTHETIC in signs(judged))
