"""Measure how well pictures of chats are read: `python -m bot.screenshots.evaluate CHATS.jsonl`.

Each line of the file is a chat: `id`, `language`, `scam`, `messages` (those of the other person).
One picture is drawn a chat; look, size, typeface and what spoils it take turns.  Printed are the
word error rate and how often the verdict warns, beside the same words as plain text.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.judgement import judge_screenshot, judge_text
from bot.screenshots.draw import SIZES, Said, draw_chat, usual_font
from bot.screenshots.looks import LOOKS
from bot.screenshots.model import Screenshot, UnreadablePicture
from bot.screenshots.reader import read_picture
from bot.screenshots.spoil import SPOILERS
from familyguard.model import Level

REPLIES = {
    "nl": ("Oh nee, wat is er gebeurd?", "Ik kijk even", "Ja hoor"),
    "en": ("Oh no, what happened?", "Let me have a look", "Yes of course"),
}
"""What the telephone's owner says in between."""

SENDERS = ("+31 6 1000 0099", "Sophie nieuw", "+44 7700 900123", "Mark (work)")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONTS = ("Roboto-Regular.ttf", "LiberationSans-Regular.ttf", "Inter-Regular.otf")
"""Typefaces like those of telephones, used as far as this machine has them."""


@dataclass(frozen=True, slots=True)
class Result:
    """One picture."""

    look: str
    spoilt: str
    scam: bool
    errors: int  # words of the other person that were wrong, missing or added
    words: int
    sides: bool  # whether nothing of the owner's was taken for the other's, nor the reverse
    sender: bool | None  # None where the header was cut off
    plain: bool  # whether the plain text raises a warning
    seen: bool  # whether the picture does
    wall: float
    cpu: float  # seconds, of the child


def word_errors(reference: str, read: str) -> int:
    """Words to replace, insert or delete; case and the marks around a word do not count."""
    wanted, found = _words(reference), _words(read)
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(found, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, before + (word != other))
            before, row[place] = row[place], cost
    return row[-1]


def _words(text: str) -> list[str]:
    bare = (word.casefold().strip(".,:;!?…'\"‘’“”()-–*«»©®@+") for word in text.split())
    return [word for word in bare if word]


def measure(chats: Sequence[dict[str, Any]], keep: Path | None = None) -> list[Result]:
    """Draw, spoil, read and judge a picture of every chat; `keep` is a folder for the pictures."""
    fonts = _fonts()
    names = list(SPOILERS)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for number, chat in enumerate(chats):
            look, size = LOOKS[number % len(LOOKS)], SIZES[number % len(SIZES)]
            spoilt, sender = names[number % len(names)], SENDERS[number % len(SENDERS)]
            said = conversation(chat)
            clean = draw_chat(look, size, sender, said, fonts[number % len(fonts)], number)
            picture = SPOILERS[spoilt](clean, number)
            kind = "png" if spoilt in ("as taken", "cropped") else "jpg"
            path = (keep or Path(folder)) / f"{number:02d}-{look.name}.{kind}"
            picture.save(path, quality=90)
            results.append(_result(path, look.name, spoilt, sender, said, chat))
    return results


def conversation(chat: dict[str, Any]) -> list[Said]:
    """The chat with answers of the owner in between."""
    replies = REPLIES.get(chat["language"], REPLIES["en"])
    said = []
    for number, message in enumerate(chat["messages"]):
        said.append(Said(message))
        if number < len(chat["messages"]) - 1 and number % 2 == 0:
            said.append(Said(replies[number // 2 % len(replies)], own=True))
    return said


def _result(
    path: Path, look: str, spoilt: str, sender: str, said: Sequence[Said], chat: dict[str, Any]
) -> Result:
    theirs = "\n".join(one.text for one in said if not one.own)
    began, used = time.monotonic(), _child_seconds()
    try:
        shot = read_picture(path)
    except UnreadablePicture as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        shot = Screenshot(())
    wall, cpu = time.monotonic() - began, _child_seconds() - used
    own = [one.text for one in said if one.own]
    language = chat["language"]
    return Result(
        look=look,
        spoilt=spoilt,
        scam=chat["scam"],
        errors=word_errors(theirs, shot.their_text),
        words=len(_words(theirs)),
        sides=_sides_hold(shot, own),
        sender=None if spoilt == "cropped" else shot.sender == sender,
        plain=judge_text(theirs, language).verdict.level >= Level.CAUTION,
        seen=judge_screenshot(shot, "", language).verdict.level >= Level.CAUTION,
        wall=wall,
        cpu=cpu,
    )


def _sides_hold(shot: Screenshot, own: Sequence[str]) -> bool:
    mine = " ".join(bubble.text for bubble in shot.bubbles if bubble.side == "right")
    return word_errors(" ".join(own), mine) <= 1 + len(_words(" ".join(own))) // 5


def _child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fonts() -> list[Path]:
    found = [
        path
        for name in FONTS
        for folder in FONT_FOLDERS
        if (path := next(Path(folder).rglob(name), None))
    ]
    return [usual_font(), *found]


def report(results: Iterable[Result]) -> str:
    """A table in Markdown: a row for all pictures, each way of spoiling, and each look."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups["all"].append(result)
        groups[result.spoilt].append(result)
        groups[result.look].append(result)
    order = ["all", *SPOILERS, *(look.name for look in LOOKS)]
    head = (
        "| pictures | n | word error rate | sides right | name right | scams, text | scams, picture"
        " | honest, text | honest, picture | seconds, median | worst | CPU |"
    )
    lines = [head, "|---" * 12 + "|"]
    for name in order:
        group = groups.get(name)
        if not group:
            continue
        scams = [result for result in group if result.scam]
        honest = [result for result in group if not result.scam]
        named = [result.sender for result in group if result.sender is not None]
        row = [
            name,
            str(len(group)),
            f"{sum(r.errors for r in group) / sum(r.words for r in group):.3f}",
            f"{sum(r.sides for r in group)}/{len(group)}",
            f"{sum(named)}/{len(named)}",
            *(f"{sum(r.plain for r in part)}/{len(part)}" for part in (scams,)),
            f"{sum(r.seen for r in scams)}/{len(scams)}",
            f"{sum(r.plain for r in honest)}/{len(honest)}",
            f"{sum(r.seen for r in honest)}/{len(honest)}",
            f"{statistics.median(r.wall for r in group):.1f}",
            f"{max(r.wall for r in group):.1f}",
            f"{statistics.median(r.cpu for r in group):.1f}",
        ]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """The file of chats, and perhaps a folder that keeps the pictures."""
    lines = Path(arguments[0]).read_text("utf-8").splitlines()
    keep = Path(arguments[1]) if len(arguments) > 1 else None
    print(report(measure([json.loads(line) for line in lines if line], keep)))


if __name__ == "__main__":
    main(sys.argv[1:])
