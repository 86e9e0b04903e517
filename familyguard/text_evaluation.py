"""Measures the text layer on labelled messages: rows for a CSV, and a report in Markdown.

The file has one JSON object a line with `id`, `text`, `language`, `label` (`money_request_scam`,
`scam_opening`, `ordinary`), `origin` (`real` or `written`) and `hard_negative`.
"""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from familyguard.model import Level, Sign
from familyguard.scamtext import evidence, read_message
from familyguard.verdict import judge

COLUMNS = ("id", "llr", "level", "stage", "signals")

MONEY, OPENING, ORDINARY = "money_request_scam", "scam_opening", "ordinary"

NOTHING_FOUND = -12.0
"""Written as the llr of a message in which nothing was found: the lowest score there is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message and what was made of it; `asks_money` is the warning, `watched` any level."""

    id: str
    language: str
    label: str
    origin: str
    hard_negative: bool
    llr: float
    level: Level
    stage: str
    signals: tuple[str, ...]
    asks_money: bool
    keyword: bool

    @property
    def watched(self) -> bool:
        """Whether the user is told anything at all."""
        return self.level >= Level.CAUTION


_MONEY_WORDS = re.compile(
    r"overma|voorschi|betal|geld|euro|€|lenen|stort|rekening|money|pay|transfer|lend|cash|£|\$|"
    r"bill|bail|card|uberweis|überweis|zahl|rechnung|kaution|argent|virement|payer|facture"
)
_PRESSURE_WORDS = re.compile(
    r"nieuw nummer|nieuwe nummer|dringend|vandaag|nu |spoed|niet bellen|ongeluk|politie|morgen|"
    r"new number|urgent|today|now|can't (?:call|talk)|accident|police|jail|tomorrow|please|"
    r"neue nummer|heute|sofort|unfall|polizei|nouveau num|urgent|aujourd|accident|demain"
)


def keyword_baseline(text: str) -> bool:
    """What a simple filter does: a money word and a word of pressure in the same message."""
    lower = text.lower()
    return bool(_MONEY_WORDS.search(lower) and _PRESSURE_WORDS.search(lower))


def evaluate(jsonl: Path) -> list[Row]:
    """Read every message of `jsonl`.  Raises `KeyError` or `ValueError` on a malformed line."""
    rows = []
    for line in jsonl.read_text("utf-8").splitlines():
        if not line.strip():
            continue
        item = json.loads(line)
        request = read_message(item["text"], item.get("language"))
        pieces = evidence(request)
        rows.append(
            Row(
                id=str(item["id"]),
                language=item["language"],
                label=item["label"],
                origin=item.get("origin", ""),
                hard_negative=bool(item.get("hard_negative", False)),
                llr=request.llr if request else NOTHING_FOUND,
                level=judge(pieces).level,
                stage=request.stage.value if request else "",
                signals=tuple(dict.fromkeys(s.kind for s in request.signals)) if request else (),
                asks_money=any(piece.sign is Sign.MONEY_REQUEST for piece in pieces),
                keyword=keyword_baseline(item["text"]),
            )
        )
    return rows


def write_scores(rows: Iterable[Row], out: Path) -> None:
    """Write `rows` as CSV with the columns id, llr, level, stage, signals."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in rows:
            level = row.level.name.lower()
            writer.writerow([row.id, f"{row.llr:.3f}", level, row.stage, " ".join(row.signals)])


def in_first_half(row: Row) -> bool:
    """A fixed random half, by the hash of the id: the one whose misses may be looked at."""
    return hashlib.sha256(row.id.encode()).digest()[-1] % 2 == 0


Flag = Callable[[Row], bool]


def _of(hits: int, among: int) -> str:
    return f"{hits / among:.3f} ({hits}/{among})" if among else "–"


def _line(name: str, rows: Sequence[Row], flag: Flag) -> str:
    money = [row for row in rows if row.label == MONEY]
    ordinary = [row for row in rows if row.label == ORDINARY]
    hard = [row for row in ordinary if row.hard_negative]
    true, false = sum(map(flag, money)), sum(map(flag, ordinary))
    real = [row for row in money if row.origin == "real"]
    written = [row for row in money if row.origin != "real"]
    cells = (
        name,
        _of(true, len(money)),
        _of(true, true + false),
        _of(sum(map(flag, real)), len(real)),
        _of(sum(map(flag, written)), len(written)),
        _of(sum(map(flag, hard)), len(hard)),
    )
    return "| " + " | ".join(cells) + " |"


def _watch_line(name: str, rows: Sequence[Row]) -> str:
    cells = [name]
    for label in (OPENING, MONEY, ORDINARY):
        among = [row for row in rows if row.label == label]
        cells.append(_of(sum(row.watched for row in among), len(among)))
    return "| " + " | ".join(cells) + " |"


def report(rows: Sequence[Row]) -> str:
    """The figures as two Markdown tables: money requests flagged, and anything watched."""
    languages = [code for code in ("nl", "en", "de", "fr") if any(r.language == code for r in rows)]
    lines = [
        "| Money request | recall | precision | recall, real | recall, written | hard negatives |",
        "|---|---|---|---|---|---|",
    ]
    for code in [*languages, "all"]:
        mine = [row for row in rows if code in ("all", row.language)]
        lines.append(_line(code, mine, lambda row: row.asks_money))
        lines.append(_line(f"{code}, keywords", mine, lambda row: row.keyword))
    lines += ["", "| Any warning (caution or more) | openings | money requests | ordinary |"]
    lines.append("|---|---|---|---|")
    for code in [*languages, "all"]:
        lines.append(_watch_line(code, [row for row in rows if code in ("all", row.language)]))
    return "\n".join(lines) + "\n"
