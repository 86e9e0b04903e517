"""Messages from hand-written fragments: `messages/*.txt` filled in, joined and made untidy.

`nl.txt` and the like hold fragments with many readings; `nl_more.txt` more of them; `nl_voices.txt`
and the others of `VOICES` whole messages in the voice of one sender or scheme each, under a heading
that begins with the same code in every language («p03»), so that a scheme can be held out in all
languages at once.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MESSAGES = Path(__file__).parent / "messages"
LABELS = ("ordinary", "opening", "money")
LANGUAGES = ("nl", "en", "de", "fr")
VOICES = (
    "_voices", "_reported", "_calls", "_schemes", "_honest", "_short",
    "_plain", "_pairs", "_days", "_tries",
)  # fmt: skip
"""The endings of the files with whole messages, each by an author of its own."""
FILES = ("", "_more", *VOICES)
"""The endings of the message files of a language, the one with the slots first."""

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_NEIGHBOUR_KEYS = {
    "a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "t": "ry", "r": "et",
    "s": "ad", "d": "sf", "l": "k", "m": "n", "g": "fh", "k": "jl", "b": "vn",
}  # fmt: skip
_EMOJI = ("😘", "❤️", "🙏", "😅", "😢", "🙈", "👍", "xx", "x", "😭")


@dataclass(frozen=True, slots=True)
class Template:
    """One line of a message file."""

    language: str
    label: str
    family: str  # what is held out together: a voice, or language, label and heading
    text: str
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One generated message."""

    text: str
    language: str
    label: str
    family: str
    voice: bool = False


def load(language: str) -> tuple[list[Template], dict[str, list[str]]]:
    """The templates of one language and its slots."""
    templates: list[Template] = []
    slots: dict[str, list[str]] = {}
    for ending in FILES:
        path = MESSAGES / f"{language}{ending}.txt"
        if path.is_file():
            _read(path, language, ending in VOICES, templates, slots)
    return templates, slots


def _read(
    path: Path,
    language: str,
    voice: bool,
    templates: list[Template],
    slots: dict[str, list[str]],
) -> None:
    label = heading = ""
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("= "):
            label, heading = line[2:], ""
        elif line.startswith("+ "):
            heading = line[2:]
        elif label == "slots":
            name, values = line.split(":", 1)
            slots[name] = [value.strip() for value in values.split(" | ")]
        else:
            family = heading.split()[0] if voice else f"{language} {label} {heading}"
            templates.append(Template(language, label, family, line, voice))


def fill(text: str, slots: dict[str, list[str]], dice: random.Random) -> str:
    """One reading of a template."""
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: dice.choice(found[1].split("|")), text)
    while _SLOT.search(text):
        text = _SLOT.sub(lambda found: dice.choice(slots[found[1]]), text)
    return re.sub(r"\s+", " ", text).strip()


def untidy(text: str, dice: random.Random) -> str:
    """The same words as people type or a recogniser writes them."""
    manner = dice.random()
    if manner < 0.25:  # as from speech recognition: no capitals, no punctuation
        text = re.sub(r"[^\w\s€£$]", "", text.lower())
    elif manner < 0.5:
        text = text.lower()
    elif manner < 0.6:
        text = re.sub(r"[.,!?']", "", text)
    if dice.random() < 0.15:
        text = _mistype(text, dice)
    if dice.random() < 0.12:
        text += " " + dice.choice(_EMOJI)
    return text


def _mistype(text: str, dice: random.Random) -> str:
    letters = list(text)
    for _ in range(1 + len(letters) // 60):
        place = dice.randrange(len(letters))
        kind = dice.random()
        if not letters[place].isalpha():
            continue
        if kind < 0.3:
            letters[place] = ""
        elif kind < 0.6:
            letters[place] = dice.choice(_NEIGHBOUR_KEYS.get(letters[place], letters[place]))
        elif kind < 0.8:
            letters[place] *= 2
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def generate(readings: int, seed: int) -> Iterator[Message]:
    """Every template read `readings` times, alone and joined to others of its kind.

    Joined messages take the label of the gravest part, so that an opening, a story and a request
    in one message are a money request; ordinary lines are joined as well, so that length gives
    nothing away.
    """
    dice = random.Random(seed)  # noqa: S311 - training messages, not secrets
    for language in LANGUAGES:
        templates, slots = load(language)
        # A voice is joined to itself only, so that nothing of it is in another one's messages.
        partners: dict[tuple[str, str], list[Template]] = {}
        for template in templates:
            pool = template.family if template.voice else ""
            partners.setdefault((template.label, pool), []).append(template)
        for template in templates:
            seen: set[str] = set()
            pool = template.family if template.voice else ""
            for reading in range(readings):
                parts = [template]
                if reading % 3 == 1:
                    lower = LABELS[: LABELS.index(template.label) + 1]
                    partner = partners.get((dice.choice(lower[1:] or lower), pool), [template])
                    parts.append(dice.choice(partner))
                    dice.shuffle(parts)
                elif reading % 3 == 2 and template.label == "ordinary":
                    parts.append(dice.choice(partners["ordinary", pool]))
                joint = dice.choice((". ", " ", ", ", "\n"))
                text = joint.join(fill(part.text, slots, dice) for part in parts)
                if (text := untidy(text, dice)) not in seen:
                    seen.add(text)
                    yield Message(text, language, template.label, template.family, template.voice)


def words_of_all_templates() -> set[str]:
    """Every alternative of every template and slot as bare text, for the word list."""
    texts: set[str] = set()
    for language in LANGUAGES:
        templates, slots = load(language)
        for text in [t.text for t in templates] + [v for row in slots.values() for v in row]:
            texts.add(re.sub(r"[\[\]|]", " ", _SLOT.sub(" ", text)))
    return texts
