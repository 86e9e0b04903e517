"""The report of a case for the police, as PDF/A, and the same in a few lines of plain text.

What it says about error rates comes from `voice/published.json`, which is read out of the
measurements; no figure is written here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_datetime
from babel.numbers import format_decimal

from bot import moments
from bot.papers.sheet import Sheet
from bot.texts import Texts
from bot.wording import Wording
from familyguard.evidence_pack import Custody, Moment, Original, name_of, rfc3339, sha256
from voice.published import figures
from voice.results import Transcript, Word

SCORES: Final = ("voice", "machine", "words", "scale")
LIMITS: Final = ("data", "person", "nothing", "copy", "court")

OF_MACHINES: Final = "machine."
"""How the codes of the published rates of the countermeasure begin."""

LINE_SECONDS: Final = 8.0
"""A line of the transcript is at most this long, so that a place in the sound is found quickly."""
PAUSE_SECONDS: Final = 0.8
"""A pause of this length begins a new line."""

MAX_TEXT: Final = 4000
"""Characters of one foreign text: a memo of five minutes, and no book."""

# The three ways in which the documents write a share.
_SHARE: Final = re.compile(r"(\d\.\d+) \((\d+)/(\d+)\)")
_COUNTED: Final = re.compile(r"(\d+) of (\d+) \((\d+) %\)")
_PERCENT: Final = re.compile(r"(\d+\.\d+) %")

TABLE_MM: Final = 75.0
"""What the heading and the table of an item need: an officer sees both at once."""
HEADING_MM: Final = 15.0


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One original with what the program made of it; what was not judged has no wording."""

    original: Original
    wording: Wording | None = None
    factors: tuple[tuple[str, str], ...] = ()
    transcript: tuple[str, ...] = ()
    picture: bytes | None = None  # the card that we drew, as PNG; never a foreign picture


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything that a report says.

    `happened`, `left_out` (the reason, then a line each) and the custody entries are finished.
    """

    case: str
    made_at: datetime
    reporter: str
    software: str
    happened: tuple[str, ...]
    notes: tuple[tuple[Moment, str], ...]
    exhibits: tuple[Exhibit, ...]
    custody: tuple[Custody, ...]
    left_out: tuple[str, ...] = ()
    detector: str | None = None  # of other people, where the family chose one


def draw(facts: CaseFacts, fingerprint: str, texts: Texts) -> bytes:
    """The report as PDF/A; `fingerprint` is that of the key which will sign the pack."""
    title = texts.get("report.title")
    sheet = Sheet(title, texts.language, facts.made_at, text_size=10)
    sheet.footer_text = texts.get("report.footer", case=facts.case)
    sheet.write_text(title, size=20, bold=True)
    made_at = _both(facts.made_at, texts)
    sheet.write_text(texts.get("report.case", case=facts.case, made_at=made_at), size=11)
    sheet.gap()
    sheet.write_text(texts.get("report.intro"))
    sheet.gap()
    sheet.write_text(f"{texts.get('report.reporter')}: {facts.reporter}")
    sheet.write_text(texts.get("report.dots"))
    _what_happened(sheet, facts, texts)
    if facts.exhibits and sheet.will_page_break(TABLE_MM + HEADING_MM):
        sheet.add_page()
    sheet.heading(texts.get("report.material"), size=14)
    for number, exhibit in enumerate(facts.exhibits, 1):
        _exhibit(sheet, number, exhibit, texts)
    if facts.left_out:
        sheet.gap()
        sheet.write_text(facts.left_out[0])
        sheet.points(facts.left_out[1:])
    _scores(sheet, facts, texts)
    _custody(sheet, facts, texts)
    sheet.heading(texts.get("report.check"), size=14)
    sheet.write_text(texts.get("report.check.how"))
    sheet.gap()
    sheet.write_text(_halved(fingerprint), bold=True)
    sheet.gap()
    sheet.write_text(texts.get("report.check.means"))
    return sheet.bytes()


def summary(facts: CaseFacts, texts: Texts) -> str:
    """The case in a few lines, to paste into a police form."""
    items = []
    for number, exhibit in enumerate(facts.exhibits, 1):
        original, wording = exhibit.original, exhibit.wording
        times = [rfc3339(moment.at) for moment in original.moments]
        items.append(
            texts.get(
                "evidence.summary.item",
                name=name_of(original, number),
                at=times[0] if times else "–",
                origin=_line(original.origin) or texts.get("report.origin.none"),
                headline=wording.headline if wording else texts.get("report.not_judged"),
            )
        )
    items += [f"- {line}" for line in facts.left_out]
    notes = [f"- {rfc3339(moment.at)} {_line(note)}" for moment, note in facts.notes]
    return texts.get(
        "evidence.summary",
        case=facts.case,
        made_at=rfc3339(facts.made_at),
        reporter=_line(facts.reporter),
        happened=" ".join(facts.happened) or "–",
        items="\n".join(items) or "–",
        notes="\n".join(notes) or texts.get("report.no_notes"),
    )


def transcript_lines(transcript: Transcript | None) -> tuple[str, ...]:
    """What was said, in lines that begin with their time: «[00:07] can you send it today»."""
    if transcript is None or not transcript.text.strip():
        return ()
    if not transcript.words:
        return (transcript.text.strip(),)
    return tuple(
        f"[{int(words[0].start) // 60:02}:{int(words[0].start) % 60:02}] "
        + " ".join(word.text.strip() for word in words)
        for words in _grouped(transcript.words)
    )


def rate(figure: str, texts: Texts) -> str:
    """A figure as people read it: «0.899 (142/158)» is «90 % (142 of 158)», in Dutch «van»."""
    if share := _SHARE.fullmatch(figure):
        percent, count, total = f"{100 * float(share[1]):.0f}", share[2], share[3]
    elif counted := _COUNTED.fullmatch(figure):
        count, total, percent = counted.groups()
    elif alone := _PERCENT.fullmatch(figure):
        number = format_decimal(float(alone[1]), "0.0", locale=texts.language)
        return f"{number} %"
    else:
        return figure
    return texts.get("report.rates.share", percent=percent, count=count, total=total)


def _what_happened(sheet: Sheet, facts: CaseFacts, texts: Texts) -> None:
    if facts.happened:
        sheet.heading(texts.get("report.happened"))
        sheet.points(facts.happened)
    sheet.heading(texts.get("report.notes"))
    if not facts.notes:
        sheet.write_text(texts.get("report.no_notes"))
        return
    # Not a table: a long note runs on over the page.
    for moment, note in facts.notes:
        origin = texts.get(f"report.time.{moment.origin}")
        sheet.write_text(f"{_both(moment.at, texts)} ({origin})", size=9)
        sheet.write_text(note[:MAX_TEXT])
        sheet.gap(0.4)


def _exhibit(sheet: Sheet, number: int, exhibit: Exhibit, texts: Texts) -> None:
    original = exhibit.original
    if sheet.will_page_break(TABLE_MM):
        sheet.add_page()
    sheet.heading(texts.get("report.item", number=number, name=_line(original.name)))
    size = texts.get("report.item.size.bytes", size=len(original.content))
    rows = [
        (texts.get("report.item.file"), name_of(original, number)),
        (texts.get("report.item.sent_as"), _line(original.name)),
        (texts.get("report.item.size"), size),
        (texts.get("report.item.sha256"), sha256(original.content)),
        (
            texts.get("report.item.origin"),
            _line(original.origin) or texts.get("report.origin.none"),
        ),
    ]
    rows += [
        (texts.get(f"report.time.{moment.origin}"), _both(moment.at, texts))
        for moment in original.moments
    ]
    sheet.rows(rows, widths=(2, 4))
    sheet.heading(texts.get("report.found"), size=10)
    if exhibit.wording is None:
        sheet.write_text(texts.get("report.not_judged"))
    else:
        sheet.write_text(exhibit.wording.headline)
        reasons = [texts.get("report.why", reason=reason) for reason in exhibit.wording.reasons]
        if exhibit.wording.not_checked:
            things = exhibit.wording.not_checked_line
            reasons.append(texts.get("not_checked.line", things=things))
        sheet.points(reasons)
    if exhibit.factors:
        sheet.heading(texts.get("report.factors"), size=10)
        sheet.rows([(name, says[:MAX_TEXT]) for name, says in exhibit.factors], widths=(2, 4))
    if exhibit.picture:
        sheet.picture(exhibit.picture, title=texts.get("report.picture"), share=0.6)
    if exhibit.transcript:
        sheet.write_text(texts.get("report.transcript"))
        sheet.gap(0.3)
        sheet.points([line[:MAX_TEXT] for line in exhibit.transcript])


def _scores(sheet: Sheet, facts: CaseFacts, texts: Texts) -> None:
    sheet.heading(texts.get("report.scores"), size=14)
    sheet.points([texts.get(f"report.scores.{score}") for score in SCORES])
    sheet.heading(texts.get("report.made"))
    sheet.write_text(texts.get("report.made.how", software=facts.software))
    sheet.heading(texts.get("report.rates"), size=14)
    head = (texts.get("report.rates.what"), texts.get("report.rates.value"))
    rows = [
        (texts.get(f"report.rate.{code}"), rate(value, texts))
        for code, value in figures().items()
        # The published rates are those of the built-in detector.
        if facts.detector is None or not code.startswith(OF_MACHINES)
    ]
    sheet.rows([head, *rows], widths=(5, 2), header=True)
    if facts.detector is not None:
        sheet.write_text(texts.get("report.rates.detector", name=facts.detector))
    sheet.heading(texts.get("report.limits"), size=14)
    sheet.points([texts.get(f"report.limit.{limit}") for limit in LIMITS])


def _custody(sheet: Sheet, facts: CaseFacts, texts: Texts) -> None:
    sheet.heading(texts.get("report.custody"), size=14)
    head = tuple(texts.get(f"report.custody.{column}") for column in ("at", "who", "what"))
    rows = [
        (_both(entry.at, texts), _line(entry.who), _line(entry.what)) for entry in facts.custody
    ]
    sheet.rows([head, *rows], widths=(2, 2, 4), header=True)


def _grouped(words: Iterable[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in words:
        line = lines[-1] if lines else None
        if (
            line is None
            or word.start - line[-1].end >= PAUSE_SECONDS
            or word.end - line[0].start > LINE_SECONDS
        ):
            lines.append([word])
        else:
            line.append(word)
    return lines


def _both(moment: datetime, texts: Texts) -> str:
    """A time as clocks compare it, and as it was on the family's own clock."""
    here = moments.local(moment.timestamp())
    told = format_datetime(here.replace(tzinfo=None), "d MMM yyyy HH:mm", locale=texts.language)
    return f"{rfc3339(moment)} ({told})"


def _halved(fingerprint: str) -> str:
    """In two lines of the same length."""
    groups = fingerprint.split()
    half = (len(groups) + 1) // 2
    return f"{' '.join(groups[:half])}\n{' '.join(groups[half:])}"


def _line(foreign: str) -> str:
    """Foreign text as one line."""
    return " ".join(foreign.split())[:MAX_TEXT]
