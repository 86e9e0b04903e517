"""Writing made plain: every message as lower-case words that still know where they stood.

Frauds are typed in a hurry, dictated, or disguised on purpose.  Patterns should not have to know
about that, so they only ever see folded text: Latin letters without accents, numbers as «#»,
look-alike letters replaced, invisible characters gone, spaced-out words joined.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MAX_CHARACTERS = 20_000
"""What is read of a message.  A Telegram text has 4,096 at most, ten minutes of speech some 10,000;
the rest is only there to make the reader slow."""

NUMBER = "#"
CURRENCY = "€"

_LOOK_ALIKES = str.maketrans(
    "абвгеёзикмнорстухіїјѕԁԛԝһӏɡɩıαβγεζηικλμνορτυχωϲᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀѕᴛᴜᴠᴡʏᴢ",
    "abbreeзukmhopctyxiijsdqwhlgiiabyezhiklmvoptuxwcabcdeghijklmnoprstuvwyz".replace("з", "3"),
)
"""Letters of other scripts that pass for Latin ones, after case folding."""

_UNACCENTED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss"})

_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cs", "Cn"})

_WORD = re.compile(r"\d[\d.,]*|[€£$¥]|[^\W\d_][\w'´`’]*|\w+")
_RUN = re.compile(r"(.)\1{2,}")
_LEET = str.maketrans("013457@$", "oieastas")
_CURRENCY_SIGNS = frozenset("€£$¥")
MAX_PARTS = 4
"""Letters that are read of one character.  «ﬃ» has three and «ế» is taken apart into as many; the
few with more, up to eighteen, are whole phrases, and a message of them would take half a second."""

SPACED_OUT = 4
"""So many single letters in a row are a word taken apart, not initials."""


@dataclass(frozen=True, slots=True)
class Word:
    """One folded word and where it stood: `message[start:end]`.

    `value` is set where it is a number, `spaced_out` where it was taken apart letter by letter.
    """

    text: str
    start: int
    end: int
    value: float | None = None
    spaced_out: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """A whole message in folded words.  `text` has one space before, between and after them."""

    words: tuple[Word, ...]
    text: str
    offsets: tuple[int, ...]  # where word i begins in `text`

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the message of the words between `start` and `end` of `text`."""
        first = self._word_at(start)
        last = self._word_at(max(start, end - 1))
        return self.words[first].start, self.words[last].end

    def _word_at(self, place: int) -> int:
        low, high = 0, len(self.offsets) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.offsets[middle] <= place:
                low = middle
            else:
                high = middle - 1
        return low


def _plain_characters(message: str) -> Iterator[tuple[str, int]]:
    """Each character that counts, made plain, with its place in the message."""
    for place, character in enumerate(message):
        if character.isascii():
            yield (character.lower() if character.isprintable() else " "), place
            continue
        if character in "’‘´`ʼ":
            yield "'", place
            continue
        for part in unicodedata.normalize("NFKD", character)[:MAX_PARTS]:
            if unicodedata.category(part) in _INVISIBLE:
                continue
            for piece in part.casefold().translate(_UNACCENTED).translate(_LOOK_ALIKES):
                yield piece, place


def number_value(digits: str) -> float | None:
    """The value of digits as people write them: «1.250,50», «1,250.50», «12»."""
    bare = digits.strip(".,")
    tail = re.search(r"[.,](\d{1,2})$", bare)
    whole = bare[: tail.start()] if tail else bare
    whole = whole.replace(".", "").replace(",", "")
    if not whole.isdecimal() or len(whole) > 12:
        return None
    return float(whole) + (int(tail[1]) / 10 ** len(tail[1]) if tail else 0.0)


def _join_spaced_out(words: list[Word]) -> list[Word]:
    """«g e l d» back to «geld»; a wider gap than the rest of the run parts two words."""
    joined: list[Word] = []
    place = 0
    while place < len(words):
        end = place
        while end < len(words) and len(words[end].text) == 1 and words[end].text.isalpha():
            end += 1
        if end - place < SPACED_OUT:
            joined.extend(words[place : max(end, place + 1)])
            place = max(end, place + 1)
            continue
        run = words[place:end]
        gaps = [b.start - a.end for a, b in pairwise(run)]
        narrow = min(gaps)
        group = [run[0]]
        for gap, word in zip(gaps, run[1:], strict=True):
            if gap > narrow:
                joined.append(_glue(group))
                group = []
            group.append(word)
        joined.append(_glue(group))
        place = end
    return joined


def _glue(group: list[Word]) -> Word:
    text = "".join(word.text for word in group)
    return Word(text, group[0].start, group[-1].end, spaced_out=True)


def split(message: str) -> list[Word]:
    """The words of a message in their plain form, before spelling is looked at."""
    characters: list[str] = []
    places: list[int] = []
    for character, place in _plain_characters(message[:MAX_CHARACTERS]):
        characters.append(character)
        places.append(place)
    plain = "".join(characters)
    words = []
    for found in _WORD.finditer(plain):
        text = found[0]
        start, end = places[found.start()], places[found.end() - 1] + 1
        if text in _CURRENCY_SIGNS:
            words.append(Word(CURRENCY, start, end))
        elif text[0].isdecimal() and not any(map(str.isalpha, text)):
            words.append(Word(NUMBER, start, end, number_value(text)))
        else:
            bare = text.replace("'", "").replace("_", "")
            if bare:
                words.append(Word(_RUN.sub(r"\1", bare), start, end))
    return _join_spaced_out(words)


def assemble(words: list[Word]) -> Folded:
    """The words as one text to search, with their places."""
    offsets = []
    length = 1
    for word in words:
        offsets.append(length)
        length += len(word.text) + 1
    text = " " + "".join(word.text + " " for word in words)
    return Folded(tuple(words), text, tuple(offsets))
