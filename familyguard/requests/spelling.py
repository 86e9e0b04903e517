"""Spelling undone: typing errors, chat shorthand, digits for letters, words cut or glued.

Only words that the word list does not know are touched, and only when they come to a word that it
does know, so that ordinary words stay what they are.
"""

import tomllib
from functools import cache
from importlib.resources import files

from familyguard.requests.fold import NUMBER, Folded, Word, assemble, split
from familyguard.requests.number_words import run_at

SHORTEST = 5
"""Below this length one other letter makes another word too easily («bank», «band», «hand»)."""

SURE = 7
"""From this length on even the first letter may be the wrong one."""

LONGEST = 24
"""Longer than any word of the list; not worth comparing."""

_LEET = (str.maketrans("0134578@$", "oieastbas"), str.maketrans("0134578@$", "oleastbas"))


@cache
def shorthand() -> dict[str, tuple[str, ...]]:
    """Chat shorthand and dialect words, with what they stand for."""
    text = files("familyguard").joinpath("patterns", "shorthand.toml").read_text("utf-8")
    return {
        short: tuple(long.split())
        for rows in tomllib.loads(text).values()
        for short, long in rows.items()
    }


@cache
def word_list() -> frozenset[str]:
    """The words known here: those of our own training messages, folded."""
    text = files("familyguard").joinpath("patterns", "words.txt").read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("//"))


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))} | {word}


@cache
def _neighbours() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for word in sorted(word_list()):
        if SHORTEST <= len(word) <= LONGEST:
            for key in _shortened(word):
                index.setdefault(key, []).append(word)
    return index


def one_slip_apart(a: str, b: str) -> bool:
    """Whether one letter added, left out, changed, or swapped with the next makes `a` into `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    x, y = a[same:], b[same:]
    return x[1:] == y[1:] or x[1:] == y or x == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])


def respell(word: str) -> tuple[str, ...]:
    """The known word or words that `word` stands for; itself where there is none."""
    known = word_list()
    if word in shorthand():
        return shorthand()[word]
    if word in known or len(word) > LONGEST:
        return (word,)
    if not word.isalpha():
        for table in _LEET:
            if (plain := word.translate(table)) in known:
                return (plain,)
    if len(word) < SHORTEST:
        return (word,)
    index = _neighbours()
    for key in sorted(_shortened(word), key=len, reverse=True):
        for candidate in index.get(key, ()):
            if one_slip_apart(word, candidate) and (
                word[0] == candidate[0] or len(candidate) >= SURE
            ):
                return (candidate,)
    if len(word) >= SURE:
        for cut in range(3, len(word) - 2):
            if word[:cut] in known and word[cut:] in known:
                return (word[:cut], word[cut:])
    return (word,)


def _cut_run(word: Word) -> list[Word]:
    """The words in a run of letters that was spaced out evenly: the fewest known words."""
    text, known = word.text, word_list()
    best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(text)  # (words so far, cut before)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - LONGEST), end):
            before = best[start]
            if before is None or (text[start:end] not in known and end - start > 1):
                continue
            cost = before[0] + (1 if text[start:end] in known and end - start > 1 else 3)
            here = best[end]
            if here is None or cost < here[0]:
                best[end] = (cost, start)
    pieces: list[str] = []
    end = len(text)
    while end > 0:
        step = best[end]
        assert step is not None
        pieces.append(text[step[1] : end])
        end = step[1]
    return [Word(piece, word.start, word.end) for piece in reversed(pieces)]


def _led_by_a_digit(number: Word, after: Word) -> Word | None:
    """«0vermaken»: the word that a digit and the letters right behind it are, if they are one."""
    if number.text != NUMBER or number.value is None or number.end - number.start != 1:
        return None
    if after.start != number.end:
        return None
    for table in _LEET:
        if (joined := f"{number.value:.0f}{after.text}".translate(table)) in word_list():
            return Word(joined, number.start, after.end)
    return None


def read(message: str) -> Folded:
    """`message` in folded, respelled words that know where they stood."""
    known = word_list()
    words: list[Word] = []
    raw = split(message)
    place = 0
    while place < len(raw):
        word = raw[place]
        if (number := run_at(raw, place)) is not None:
            words.extend(number[0])
            place += number[1]
            continue
        place += 1
        if place < len(raw) and (letters := _led_by_a_digit(word, raw[place])) is not None:
            words.append(letters)
            place += 1
            continue
        if word.text == NUMBER or (word.text in known and word.text not in shorthand()):
            words.append(word)
            continue
        if place < len(raw):
            after = raw[place]
            joined = word.text + after.text
            if len(joined) > SHORTEST and joined in known and after.text.isalpha():
                words.append(Word(joined, word.start, after.end))
                place += 1
                continue
        pieces = respell(word.text)
        if pieces == (word.text,) and word.spaced_out:
            words.extend(_cut_run(word))
            continue
        words.extend(Word(piece, word.start, word.end) for piece in pieces)
    return assemble(words)
