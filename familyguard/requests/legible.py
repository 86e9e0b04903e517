"""Whether a message is in words that can be read here at all.

What cannot be read must not come out as «no warning signs».  Language identification by frequent
words is an old method (Grefenstette 1995, «Comparing two language identification schemes»); here it
need not name the language, only notice that it is none of those that the patterns know.
"""

from familyguard.requests.fold import assemble, split
from familyguard.requests.spelling import word_list

ENOUGH_WORDS = 4
"""Fewer words are too few to tell a language from names and typing errors."""

KNOWN_SHARE = 0.4
"""Of the words of ordinary Dutch, English, German and French messages, more than this share stands
in the word list; of other languages written in Latin letters, less."""


def is_legible(text: str) -> bool:
    """Whether most of `text` is Dutch, English, German or French, or too short to tell."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(not _is_latin(letter) for letter in letters)
    if letters and foreign > len(letters) / 2:
        return False
    words = [word.text for word in assemble(split(text)).words if word.text.isalpha()]
    if len(words) < ENOUGH_WORDS:
        return True
    known = word_list()
    return sum(word in known for word in words) >= KNOWN_SHARE * len(words)


def _is_latin(letter: str) -> bool:
    # Latin letters with accents end at U+024F; styled and full-width ones pass, they are disguises.
    return letter < "\u0250" or letter > "\uffff" or "\uff00" <= letter <= "\uffef"
