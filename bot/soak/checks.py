"""What must hold at the end of the day, read off the screens, the database and the log."""

import contextlib
import json
import re
import sqlite3
from collections import Counter
from functools import cache
from pathlib import Path

from bot.playground.world import Message
from bot.soak.report import Report
from bot.soak.town import MARK, Asked, Town
from bot.texts import LANGUAGES, catalogue
from familyguard.errors import SealBroken
from familyguard.store import open_store

STEP = "chat.step."
NO_VERDICT = ("chat.full.own", "chat.full.all", "chat.cannot_listen", "chat.stopping")
MOST_EXAMPLES = 12

Place = tuple[int, int]


def answers(town: Town, report: Report, unknowable: set[Place]) -> None:
    """Every message has one answer.

    `unknowable` are the messages whose first answer Telegram took while the bot could not know.
    """
    for asked in town.asked:
        replies = _replies(town, asked)
        final = [one for one in replies if not _is_step(one.text or "")]
        place = (asked.person.id, asked.message.id)
        if not final:
            report.lost += 1
            _example(report, "lost", asked, replies)
        elif len(replies) > 1 and place in unknowable:
            report.excused += 1
        elif len(replies) > 1:
            report.doubled += 1
            _example(report, "twice", asked, replies)
        for one in final[:1]:
            report.told.update(_no_verdict(one.text or ""))


def leaks(town: Town, report: Report) -> None:
    """Nobody sees a word of another family."""
    for household in town.households:
        for number in MARK.findall(town.seen_by(household)):
            if int(number) == household.number:
                report.marks_seen += 1
            else:
                report.leaks += 1
                report.examples.append(f"family {household.number} saw a word of {number}")


def database(path: Path, report: Report) -> None:
    """The file is whole, nothing hangs loose, every sealed cell opens."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        found = db.execute("pragma integrity_check").fetchall()
        found += db.execute("pragma foreign_key_check").fetchall()
        count = "select count(*) from updates where body is not null"
        report.unfinished = db.execute(count).fetchone()[0]
    report.integrity = ", ".join(str(row[0]) for row in found)
    with open_store(path) as store:
        try:
            store.check_seals()
        except SealBroken as error:
            report.seals = str(error)
        else:
            report.seals = "all open"


def log_of(path: Path, report: Report) -> None:
    """No handler failed."""
    for line in path.read_text("utf-8", "replace").splitlines():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if entry.get("event") == "handler_failed":
                report.handler_failures[str(entry.get("error"))] += 1


def _replies(town: Town, asked: Asked) -> list[Message]:
    return [
        message
        for message in town.chat(asked.person).messages.values()
        if message.sender is town.bot and message.reply_to == asked.message.id
    ]


def _no_verdict(text: str) -> Counter[str]:
    return Counter(
        key for key in NO_VERDICT for language in LANGUAGES if catalogue(language)[key] == text
    )


@cache
def _steps() -> re.Pattern[str]:
    sentences = [
        re.sub(r"\\{\w+\\}", r"\\d+", re.escape(sentence))
        for language in LANGUAGES
        for key, sentence in catalogue(language).items()
        if key.startswith(STEP)
    ]
    return re.compile("|".join(sentences))


def _is_step(text: str) -> bool:
    return bool(_steps().fullmatch(text.strip()))


def _example(report: Report, what: str, asked: Asked, replies: list[Message]) -> None:
    if len(report.examples) < MOST_EXAMPLES:
        shown = [(one.text or "").partition("\n")[0] for one in replies]
        report.examples.append(f"{what}: {asked.what} {asked.message.id}: {shown}")
