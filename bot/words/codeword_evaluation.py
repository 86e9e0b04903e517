"""How well spoken code words are known again, and how rarely other words pass for them.

Here and not in `voice` or `familyguard`, because it needs both: ears and rules.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from familyguard.codeword import (
    CHEAP_COST_FOR_TESTS,
    MAX_CANDIDATES,
    MAX_KEYS,
    Candidates,
    Enrolment,
    Hasher,
    HearingsDisagree,
    Key,
    Kind,
    Recording,
    WrongCodeWord,
    candidates,
    enrol,
    familiar,
    normalise,
    phonetic,
)
from familyguard.codeword.candidates import Candidate, all_keys
from familyguard.codeword.likeness import once
from voice.evaluation.codewords import HeardMemo, HeardPhrase

TICK_SECONDS = 0.001
"""How often the event loop is looked at."""

FAMILY = "measured"
KEY = b"measurements only, not a secret."

TRANSCRIBE, VARIANTS, AGAIN, SUGGESTED = (
    "transcribe and compare",
    "keys of the three recordings",
    "and the memo heard again",
    "and the phrase was suggested",
)
"""Ways of knowing the word, each with all of those before it but the first."""

WAYS = (TRANSCRIBE, VARIANTS, AGAIN, SUGGESTED)


@dataclass(frozen=True, slots=True)
class Trial:
    """One memo that holds the phrase, and the ways in which it was accepted."""

    phrase: str
    speaker: str
    memo: HeardMemo
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """What was measured for one language."""

    language: str
    refused: tuple[str, ...]  # phrases whose recordings disagreed
    n_phrases: int
    trials: tuple[Trial, ...]
    false_pairs: tuple[tuple[str, int], ...]  # phrase, and the number of the memo that passed
    n_others: int


def _share(way: str, trials: Iterable[Trial]) -> str:
    among = list(trials)
    hits = sum(way in trial.accepted for trial in among)
    return f"{100 * hits / len(among):.1f} % ({hits}/{len(among)})" if among else "–"


def phrases(language: str, count: int) -> list[str]:
    """`count` phrases of two familiar words, always the same ones.

    Each word is the first, by a hash, of one share of the list, so that a word that leaves the list
    changes no phrase but its own.
    """
    shares: dict[int, tuple[bytes, str]] = {}
    for word in familiar(language):
        digest = sha256(f"code word {word}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") % (2 * count)
        shares[share] = min(shares.get(share, (digest, word)), (digest, word))
    drawn = [shares[share][1] for share in sorted(shares)]
    return [f"{first} {second}" for first, second in zip(drawn[::2], drawn[1::2], strict=False)]


def sample(language: str, count: int) -> list[str]:
    """`count` words of the list, always the same ones."""
    return sorted(familiar(language), key=lambda word: sha256(f"heard {word}".encode()).digest())[
        :count
    ]


def words_to_markdown(language: str, heard: Mapping[str, Sequence[str]]) -> str:
    """How many single words are known by their sounds, and which pass for another of the list."""
    known, confused = 0, []
    for word, texts in heard.items():
        is_known = phonetic(word, language) in {
            phonetic(once(text, language), language) for text in texts
        }
        known += is_known
        first = once(texts[0], language) if texts else ""
        if not is_known and first in familiar(language):
            confused.append(f"{word} → {first}")
    names = f": {', '.join(confused)}" if confused else ""
    return (
        f"Single words of the {language} list, spoken alone: {known} of {len(heard)} known by "
        f"their sounds; heard as another word of the list: {len(confused)}{names}.\n"
    )


def evaluate(
    language: str, heard: Sequence[HeardPhrase], others: Iterable[Sequence[str]]
) -> LanguageReport:
    """Enrol each phrase, try its memos, and try every memo that does not hold it.

    Such memos are those of the other phrases and `others`, n-best texts each.  Keys of all windows
    are compared for them, more than the forty that would be tried.
    """
    trials: list[Trial] = []
    refused: list[str] = []
    keys: dict[str, frozenset[Key]] = {}
    with Hasher(KEY, CHEAP_COST_FOR_TESTS) as hasher:
        for each in heard:
            recordings = [Recording(take[0], take[1:]) for take in each.takes]
            try:
                own = enrol(recordings, language)
                known = enrol(recordings, language, [each.phrase])
            except HearingsDisagree:
                refused.append(each.phrase)
                continue
            keys[each.phrase] = frozenset((*own.keys, *known.keys))
            trials += [
                Trial(each.phrase, each.speaker, memo, _ways(each, memo, own, known, hasher))
                for memo in each.memos
            ]
    without = [(each.phrase, (*memo.texts, *memo.again)) for each in heard for memo in each.memos]
    without += [("", tuple(texts)) for texts in others]
    passed = []
    for number, (held, texts) in enumerate(without):
        found = all_keys(texts, language)
        passed += [(phrase, number) for phrase in keys if phrase != held and found & keys[phrase]]
    return LanguageReport(
        language, tuple(refused), len(heard), tuple(trials), tuple(passed), len(without)
    )


def _ways(
    each: HeardPhrase, memo: HeardMemo, own: Enrolment, known: Enrolment, hasher: Hasher
) -> frozenset[str]:
    language = each.language
    texts = (*memo.texts, *memo.again)
    tried = {
        VARIANTS: (own, memo.texts),
        AGAIN: (own, texts),
        SUGGESTED: (known, texts),
    }
    accepted = {way for way, given in tried.items() if _is_known(*given, language, hasher)}
    if memo.texts and normalise(each.phrase, language) in normalise(memo.texts[0], language):
        accepted.add(TRANSCRIBE)
    return frozenset(accepted)


def _is_known(enrolment: Enrolment, texts: Sequence[str], language: str, hasher: Hasher) -> bool:
    tags = hasher.tags(enrolment.keys, FAMILY, 1)
    try:
        hasher.verify(candidates(texts, language, tags.shapes), tags, FAMILY)
    except WrongCodeWord:
        return False
    return True


def to_markdown(report: LanguageReport) -> str:
    """The tables of one language."""
    trials = report.trials
    lines = [
        f"### {report.language}: {report.n_phrases} phrases, {len(trials)} memos",
        "",
        f"Recordings that disagreed, so that the keeper is asked again: {len(report.refused)}.",
        "",
        "| accepted | same voice | another voice |",
        "|---|---|---|",
    ]
    for way in WAYS:
        same = _share(way, (trial for trial in trials if trial.memo.same))
        other = _share(way, (trial for trial in trials if not trial.memo.same))
        lines.append(f"| {way} | {same} | {other} |")
    lines += _table("memo came through", [(trial.memo.condition, trial) for trial in trials])
    lines += _table("memo spoken by", [(trial.memo.speaker, trial) for trial in trials])
    n_pairs = report.n_others * (report.n_phrases - len(report.refused)) - len(trials)
    n_accepted = len({number for _, number in report.false_pairs})
    missed = Counter(trial.phrase for trial in trials if SUGGESTED not in trial.accepted)
    worst = ", ".join(f"{phrase} ({count})" for phrase, count in missed.most_common(8))
    lines += [
        "",
        (
            f"Memos without the phrase: {report.n_others}; accepted with any of the phrases: "
            f"{n_accepted} ({len(report.false_pairs)} of {n_pairs} pairs of a memo and a phrase)."
        ),
        "",
        f"Missed most: {worst or 'none'}.",
    ]
    if report.refused:
        lines += ["", f"Not enrolled: {', '.join(report.refused)}."]
    return "\n".join(lines) + "\n"


def _table(title: str, rows: Sequence[tuple[str, Trial]]) -> list[str]:
    lines = ["", f"| {title} | {AGAIN} | {SUGGESTED} |", "|---|---|---|"]
    for name in sorted({name for name, _ in rows}):
        mine = [trial for each, trial in rows if each == name]
        lines.append(f"| {name} | {_share(AGAIN, mine)} | {_share(SUGGESTED, mine)} |")
    return lines


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for the worst memo, and the longest time that an event loop did not answer.

    On a machine that does other work too, `cpu_seconds` over two cores is what an idle one takes.
    """

    seconds: float
    cpu_seconds: float
    longest_silence: float

    def __str__(self) -> str:
        """One line for the report."""
        return (
            f"{MAX_CANDIDATES} candidates against {2 * MAX_KEYS} tags at the shipped cost: "
            f"{self.seconds:.2f} s, of which {self.cpu_seconds:.2f} s of processor time in two "
            f"threads; longest time that the event loop did not answer: "
            f"{1000 * self.longest_silence:.0f} ms."
        )


async def time_verification() -> Timing:
    """The most candidates against the most tags at the shipped cost, in a thread, beside a loop."""
    tried = tuple(
        Candidate(Key(Kind.PHONETIC, f"candidate{number}"), ()) for number in range(MAX_CANDIDATES)
    )
    stored = [Key(Kind.PHONETIC, f"stored{number}") for number in range(MAX_KEYS)]
    forced = [Key(Kind.PHONETIC, f"forced{number}") for number in range(MAX_KEYS)]
    with Hasher(KEY) as hasher:
        tags = hasher.with_duress(hasher.tags(stored, FAMILY, 1), forced, FAMILY)

        def verify() -> None:
            with contextlib.suppress(WrongCodeWord):
                hasher.verify(Candidates(tried, MAX_CANDIDATES), tags, FAMILY)

        began = last = time.perf_counter()
        used = time.process_time()
        longest = 0.0
        work = asyncio.create_task(asyncio.to_thread(verify))
        while not work.done():
            await asyncio.sleep(TICK_SECONDS)
            now = time.perf_counter()
            longest, last = max(longest, now - last - TICK_SECONDS), now
        await work
        return Timing(time.perf_counter() - began, time.process_time() - used, longest)
