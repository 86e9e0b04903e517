"""The nouns of FamilyGuard: evidence that points one way or the other, and the verdict."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How loud the warning is.  The order is that of alarm; none of them means «all is well»."""

    NONE = 0
    UNCLEAR = 1
    CAUTION = 2
    STRONG = 3
    ALARM = 4


class Sign(StrEnum):
    """One kind of evidence.  Reasons are given in this order: the gravest first."""

    # Said by people.
    NOT_ME = "not_me"  # the person it claims to come from denies it

    # About the voice.
    WATERMARK = "watermark"  # a speech generator's inaudible mark was found
    VOICE_DIFFERS = "voice_differs"  # clearly not the voice of the relative it claims to be

    # Answers to a challenge.
    CODE_WORD_WRONG = "code_word_wrong"  # wrong or missing on a live challenge
    CHALLENGE_FAILED = "challenge_failed"  # the one-time phrase was wrong, missing or late

    # About the request.
    MONEY_REQUEST = "money_request"
    NEW_IDENTITY = "new_identity"  # new number, new telephone, borrowed account
    CALL_BLOCK = "call_block"  # a reason why you may not call
    UNTRACEABLE_PAYMENT = "untraceable_payment"  # gift cards, crypto, cash courier, money transfer
    UNKNOWN_PAYEE = "unknown_payee"  # an account or link that the family does not know
    AUTHORITY = "authority"  # says to be the police, a bank, a court, a lawyer
    CODE_FISHING = "code_fishing"  # asks for a sign-in code, the code word, or to be let in

    # More about the sound.
    GENERATOR_TRACE = "generator_trace"  # the file itself names a speech generator
    SYNTHETIC = "synthetic"  # the speech scores as made by a machine
    HEARD_BEFORE = "heard_before"  # the same recording came by earlier
    VOICE_CHANGES = "voice_changes"  # partly the relative's voice, partly clearly another
    GREETING_ONLY = "greeting_only"  # nothing but «hello? I can't hear you»: fits any story
    OLD_RECORDING = "old_recording"  # sent long before it was forwarded; `detail` is whole days

    # Pressure: weak alone, telling together.
    SECRECY = "secrecy"
    URGENCY = "urgency"
    STORY = "story"  # accident, arrest, hospital, bail
    GUILT = "guilt"
    WORDING = "wording"  # learnt: reads like such messages, though no single signal stands out

    # The sound cannot be judged; `detail` says why.
    UNJUDGEABLE = "unjudgeable"

    # Points the other way.  Recorded, shown, and never subtracted: a clone is made to match.
    VOICE_SIMILAR = "voice_similar"
    CODE_WORD_RIGHT = "code_word_right"
    PHRASE_RIGHT = "phrase_right"
    CONFIRMED = "confirmed"  # the person it claims to come from says it was them


MATCHING = frozenset({Sign.VOICE_SIMILAR, Sign.CODE_WORD_RIGHT, Sign.PHRASE_RIGHT, Sign.CONFIRMED})
"""What a clone, a recording or a stolen telephone would bring too: it never lowers a level."""

SUSPICIOUS = frozenset(Sign) - MATCHING - {Sign.UNJUDGEABLE}

WORDED = frozenset({
    Sign.MONEY_REQUEST, Sign.NEW_IDENTITY, Sign.CALL_BLOCK, Sign.UNTRACEABLE_PAYMENT,
    Sign.UNKNOWN_PAYEE, Sign.AUTHORITY, Sign.CODE_FISHING, Sign.SECRECY, Sign.URGENCY, Sign.STORY,
    Sign.GUILT, Sign.WORDING,
})  # fmt: skip
"""Signs of what was said or written: their `detail` quotes it."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One piece of evidence.

    `detail` is foreign text or a code that the sentence for the user needs: the words that were
    said, the name of a generator, the reason why something could not be judged.
    """

    sign: Sign
    detail: str = ""


class Advice(StrEnum):
    """What to do, in the order in which it is shown."""

    DO_NOT_PAY = "do_not_pay"
    CALL_BACK = "call_back"  # on a number you already had; every verdict carries it
    ASK_CODE_WORD = "ask_code_word"
    BANK_IF_PAID = "bank_if_paid"
    KEEP_MESSAGES = "keep_messages"
    SEND_BETTER = "send_better"  # a longer or clearer recording would help


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the person is told."""

    level: Level
    reasons: tuple[Evidence, ...]  # at most three, gravest first
    not_checked: tuple[str, ...]  # codes of what could not be checked
    advice: tuple[Advice, ...]


class Stage(StrEnum):
    """How far a money-request fraud has come, in the order in which it unfolds."""

    IDENTITY_CHANGE = "identity_change"
    RAPPORT = "rapport"
    CALL_BLOCK = "call_block"
    MONEY = "money"
    UNKNOWN_PAYEE = "unknown_payee"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something in a message that this fraud has in common; `quote` is the words that showed it.

    `start` and `end` are character positions in the message as it came.
    """

    kind: str  # a key of the pattern files: new_number, urgency, iban …
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Request:
    """What a message wants, as far as its words tell.

    `llr` is the natural-log likelihood ratio of «part of a money-request fraud» against «ordinary
    family talk»; `claims_to_be` is whom the writer says to be («mum», «your son»), if anyone.
    """

    stage: Stage
    signals: tuple[Signal, ...]
    llr: float
    claims_to_be: str | None = None
