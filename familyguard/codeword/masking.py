"""Hide the code word in a text that somebody will see."""

from familyguard.codeword.likeness import distance
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import tokens
from familyguard.codeword.tags import Match

BLOCK = "▒▒▒"
"""Stands for what is hidden, whatever its length."""

MAX_LIKENESS_DISTANCE = 0.5
"""Edits per letter, of sounds, up to which other words in the text are hidden too: they may be the
code word again, misheard."""


def mask(text: str, match: Match, language: str, alternative: int = 0) -> str:
    """`text` with the code word, and whatever sounds much like it, replaced by «▒▒▒».

    `text` is the alternative with this number of those in which the match was found.  When the code
    word was found only in other alternatives the whole text is hidden: it may hold it misheard.
    """
    spans = [(s.start, s.end) for s in match.spans if s.alternative == alternative]
    if not spans:
        return mask_all(text, language)
    heard = {phonetic(text[start:end], language) for start, end in spans}
    longest = max(len(tokens(text[start:end], language)) for start, end in spans)
    words = tokens(text, language)
    found = list(spans)
    for first in range(len(words)):
        for window in (words[first : first + n] for n in range(1, longest + 2)):
            if any(start < window[-1].end and window[0].start < end for start, end in found):
                break
            sounds = phonetic(" ".join(word.text for word in window), language)
            if any(
                distance(sounds, each) <= MAX_LIKENESS_DISTANCE * min(len(sounds), len(each))
                for each in heard
            ):
                spans.append((window[0].start, window[-1].end))
    return _hidden(text, spans)


def mask_all(text: str, language: str) -> str:
    """One «▒▒▒» for a text that holds any words: for answers to a challenge."""
    return BLOCK if tokens(text, language) else ""


def _hidden(text: str, spans: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        if start >= position:
            parts += [text[position:start], BLOCK]
        position = end
    return "".join([*parts, text[position:]])
