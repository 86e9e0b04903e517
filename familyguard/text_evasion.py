"""Ways in which a fraud hides its words from a filter, and what each of them costs the detector."""

import random
from collections.abc import Callable, Sequence

from familyguard.model import Sign
from familyguard.scamtext import evidence, read_message

Evasion = Callable[[str, random.Random], str]

_LOOK_ALIKE = str.maketrans("aeopcxyisj", "аеорсхуіѕј")
_ZERO_WIDTH = "\u200b"
_FILLERS = ("well", "eh", "nou ja", "you know", "zeg maar", "so", "also", "bref")
_FRIENDLY = (
    "See you on Sunday! ",
    "Zie je zondag! ",
    "Dank je voor de taart. ",
    "Thanks for the cake. ",
)
_LEET = str.maketrans("oieas", "01345")


def homoglyphs(text: str, _: random.Random) -> str:
    """Latin letters replaced by Cyrillic ones that look the same."""
    return text.translate(_LOOK_ALIKE)


def zero_width(text: str, _: random.Random) -> str:
    """An invisible character inside every word."""
    return " ".join(word[:2] + _ZERO_WIDTH + word[2:] for word in text.split(" "))


def spacing(text: str, _: random.Random) -> str:
    """Every third longer word with its letters apart."""
    words = text.split(" ")
    return "  ".join(
        " ".join(word) if place % 3 == 0 and len(word) > 3 and word.isalpha() else word
        for place, word in enumerate(words)
    )


def dots(text: str, _: random.Random) -> str:
    """Every third longer word with dots between its letters."""
    words = text.split(" ")
    return " ".join(
        ".".join(word) if place % 3 == 0 and len(word) > 3 and word.isalpha() else word
        for place, word in enumerate(words)
    )


def misspelling(text: str, dice: random.Random) -> str:
    """One slip in every third longer word."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and dice.random() < 0.34:
            at = dice.randrange(1, len(word) - 1)
            slips = (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
            words[place] = dice.choice(slips)
    return " ".join(words)


def digits_for_letters(text: str, _: random.Random) -> str:
    """Digits for letters in every other longer word."""
    words = text.split(" ")
    return " ".join(
        word.translate(_LEET) if place % 2 == 0 and len(word) > 3 and word.isalpha() else word
        for place, word in enumerate(words)
    )


def reordering(text: str, dice: random.Random) -> str:
    """The sentences in another order."""
    sentences = [part for part in text.replace("?", "?.").replace("!", "!.").split(".") if part]
    dice.shuffle(sentences)
    return ". ".join(part.strip() for part in sentences)


def fillers(text: str, dice: random.Random) -> str:
    """Words of other languages strewn in."""
    words = text.split(" ")
    for _ in range(max(1, len(words) // 6)):
        words.insert(dice.randrange(len(words) + 1), dice.choice(_FILLERS))
    return " ".join(words)


def transcript(text: str, _: random.Random) -> str:
    """As a speech recogniser writes: no capitals, no punctuation."""
    return "".join(c for c in text.lower() if c.isalnum() or c.isspace() or c in "€£$")


def emoji(text: str, _: random.Random) -> str:
    """A picture after every fourth word."""
    words = text.split(" ")
    return " ".join(w + ("🙏" if place % 4 == 3 else "") for place, w in enumerate(words))


def friendly(text: str, dice: random.Random) -> str:
    """Words of an ordinary day in front."""
    return dice.choice(_FRIENDLY) + text


EVASIONS: dict[str, Evasion] = {
    "homoglyphs": homoglyphs,
    "zero-width characters": zero_width,
    "letters spaced out": spacing,
    "letters dotted": dots,
    "misspelling": misspelling,
    "digits for letters": digits_for_letters,
    "sentences reordered": reordering,
    "another language mixed in": fillers,
    "as a transcript": transcript,
    "emoji": emoji,
    "a friendly word in front": friendly,
}


def caught(text: str) -> bool:
    """Whether `text` is taken for a request for money of this fraud."""
    return any(piece.sign is Sign.MONEY_REQUEST for piece in evidence(read_message(text)))


def evasion_table(texts: Sequence[str], seed: int = 0) -> str:
    """Recall on `texts` as they are and after each evasion, as a Markdown table."""
    before = sum(map(caught, texts))
    lines = ["| evasion | recall before | recall after |", "|---|---|---|"]
    for name, evasion in EVASIONS.items():
        dice = random.Random(seed)  # noqa: S311 - a repeatable disguise, not a secret
        after = sum(caught(evasion(text, dice)) for text in texts)
        count = len(texts)
        lines.append(f"| {name} | {before / count:.3f} | {after / count:.3f} ({after}/{count}) |")
    return "\n".join(lines) + "\n"
