"""One message read: its signals, its score, its stage, and what that is evidence of."""

import re
from dataclasses import dataclass

from familyguard.model import Evidence, Request, Sign, Signal, Stage
from familyguard.requests import accounts, ngrams, patterns, signals, spelling
from familyguard.requests.claims import claims_to_be
from familyguard.requests.fold import MAX_CHARACTERS, Folded
from familyguard.requests.payees import CALMS_BY, KnownPayees
from familyguard.requests.score import MOST, score, telling_words

MONEY_FROM = 2.0
"""Natural-log likelihood ratio from which a message counts as asking for money in this fraud."""

WATCH_FROM = 2.25
"""Natural-log likelihood ratio from which an opening is worth watching."""

WORDS_ALONE = 1.0
"""So much more a request for money asks where no pattern about money fired: nobody can check why a
single word weighs."""

OPENING_ALONE = 1.5
"""So much more an opening asks where no pattern that is a sign fired."""

SHORTEST_ALONE = 6
"""Words that such an opening has at least: «Hello, how are you» is how frauds begin, and everything
else."""

SMALL_TALK_MOST = 1.0
"""What a sentence of family talk beside a request for money takes off its log-likelihood ratio at
most, with all its words: «See you on Sunday!» costs a fraud nothing."""

SMALL_TALK = frozenset({
    "shared_event", "we_meet", "usual_account", "known_place", "no_hurry", "lends_a_thing",
})  # fmt: skip
"""Family talk that anybody can put in front.  An offer to be called is not: it can be taken up; nor
is what says of the whole message that it is told, quoted or warned of."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")

WORDING = "wording"
"""The kind of a signal that no pattern knows: words that weigh in the learnt layer."""

SOFT = frozenset({Sign.URGENCY, Sign.SECRECY, Sign.STORY, Sign.GUILT, Sign.WORDING})
"""Pressure that families know too; it counts beside a request for money or a new identity."""

MONEY_SIGNS = frozenset({Sign.MONEY_REQUEST, Sign.UNTRACEABLE_PAYMENT, Sign.UNKNOWN_PAYEE})

PLAIN_WORDS = frozenset({"asks_money", "pay_for_me", "safe_account", "new_number"})
"""The kinds whose quote best shows what is asked, or who this is said to be."""

_STAGES = list(Stage)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages for one family: whose accounts it knows and where those usually are."""

    payees: KnownPayees | None = None
    home_countries: frozenset[str] = accounts.HOME_COUNTRIES

    def read(
        self, text: str, language: str | None = None, suspicion: float = 0.0
    ) -> Request | None:
        """What `text` wants; None when nothing in it points to this fraud.

        `suspicion` is what earlier messages of the same sender add, in natural-log odds.
        """
        text = text[:MAX_CHARACTERS]
        folded = spelling.read(text)
        if all(word.value is not None for word in folded.words):
            return None  # a bare number is a code, a time or an answer; nobody asks for anything
        found = signals.find(text, folded, language, self.home_countries)
        money, opening = self._odds(text, folded, found, suspicion)
        if money < MONEY_FROM and any(signal.kind in SMALL_TALK for signal in found):
            money = max(money, self._beside_small_talk(text, language, suspicion))
        asks_money = money >= MONEY_FROM
        too_short = len(folded.words) < SHORTEST_ALONE and not _has_sign(found)
        if not asks_money and (opening < WATCH_FROM or too_short):
            return None
        shown = _shown(text, folded, found, asks_money)
        return Request(
            stage=_stage(shown, asks_money),
            signals=shown,
            llr=max(money, opening),
            claims_to_be=claims_to_be(text, folded),
        )

    def _odds(
        self, text: str, folded: Folded, found: tuple[Signal, ...], suspicion: float
    ) -> tuple[float, float]:
        """Log-likelihood ratios of a request for money and of an opening."""
        calm = CALMS_BY if self.payees is not None and self.payees.covers(text) else 0.0
        result = score(folded, found)
        money = result.money - calm + (suspicion if about_money(found) else -WORDS_ALONE)
        opening = result.opening - calm
        return money, opening + (suspicion if _has_sign(found) else -OPENING_ALONE)

    def _beside_small_talk(self, text: str, language: str | None, suspicion: float) -> float:
        """Log-likelihood ratio of a request for money in `text` without its small talk.

        That is, without the sentences of family talk in which nothing points to a fraud.
        """
        sentences = _SENTENCE_END.split(text)
        kept = [one for one in sentences if not self._is_small_talk(one, language)]
        if not kept or len(kept) == len(sentences):
            return -MOST
        rest = " ".join(kept)
        folded = spelling.read(rest)
        found = signals.find(rest, folded, language, self.home_countries)
        return self._odds(rest, folded, found, suspicion)[0] - SMALL_TALK_MOST

    def _is_small_talk(self, sentence: str, language: str | None) -> bool:
        found = signals.find(sentence, spelling.read(sentence), language, self.home_countries)
        return any(signal.kind in SMALL_TALK for signal in found) and not _has_sign(found)


def _has_sign(found: tuple[Signal, ...]) -> bool:
    kinds = [patterns.kinds()[signal.kind] for signal in found]
    return any(kind.sign is not None and not kind.ordinary for kind in kinds)


def about_money(found: tuple[Signal, ...]) -> bool:
    """Whether a pattern about money fired, so that the learnt layer does not speak alone."""
    table = patterns.kinds()
    return any(
        table[signal.kind].sign in MONEY_SIGNS
        or table[signal.kind].stage in (Stage.MONEY, Stage.UNKNOWN_PAYEE, Stage.REPEAT)
        for signal in found
    )


def _shown(
    text: str, folded: Folded, found: tuple[Signal, ...], asks_money: bool
) -> tuple[Signal, ...]:
    table = patterns.kinds()
    shown = [signal for signal in found if not table[signal.kind].ordinary]
    says_why = {table[s.kind].sign for s in shown} - {None}
    if not asks_money:
        says_why.discard(Sign.MONEY_REQUEST)  # is no evidence where nothing is asked for
    if (asks_money and Sign.MONEY_REQUEST not in says_why) or not says_why:
        column = ngrams.MONEY if asks_money else ngrams.OPENING
        shown.extend(Signal(WORDING, text[a:b], a, b) for a, b in telling_words(folded, column))
    return tuple(sorted(shown, key=lambda signal: (signal.start, signal.end)))


def _stage(shown: tuple[Signal, ...], asks_money: bool) -> Stage:
    table = patterns.kinds()
    stages = [table[s.kind].stage for s in shown if s.kind in table]
    known = [stage for stage in stages if stage is not None]
    if asks_money:
        return max([Stage.MONEY, *known], key=_STAGES.index)
    early = [stage for stage in known if _STAGES.index(stage) < _STAGES.index(Stage.MONEY)]
    return max(early, key=_STAGES.index, default=Stage.RAPPORT)


def _plainness(signal: Signal) -> tuple[bool, int]:
    """Plain words first; of single words that weigh, the longest says most."""
    return signal.kind not in PLAIN_WORDS, -len(signal.quote) if signal.kind == WORDING else 0


def evidence(request: Request | None) -> tuple[Evidence, ...]:
    """What a request is evidence of, one piece a sign, with the words that showed it as detail.

    Hurry, secrecy, a sad story and guilt count only beside a request for money or a new identity:
    people who are no fraud are in a hurry too.  A message that is an opening all the same gives the
    gravest of them alone, which is a reason to watch and no more.
    """
    if request is None:
        return ()
    table = patterns.kinds()
    asks_money = _STAGES.index(request.stage) >= _STAGES.index(Stage.MONEY)
    first: dict[Sign, str] = {}
    # The plainest words are the best quote, wherever they stand.
    plain_first = sorted(request.signals, key=_plainness)
    for signal in plain_first:
        sign = table[signal.kind].sign if signal.kind in table else None
        if signal.kind == WORDING:
            sign = Sign.MONEY_REQUEST if asks_money else Sign.WORDING
        if sign is None or (sign is Sign.MONEY_REQUEST and not asks_money):
            continue
        first.setdefault(sign, signal.quote)
    if not {Sign.MONEY_REQUEST, Sign.NEW_IDENTITY} & first.keys():
        hard = {sign: quote for sign, quote in first.items() if sign not in SOFT}
        soft = [sign for sign in Sign if sign in first and sign in SOFT]
        first = hard or {sign: first[sign] for sign in soft[:1]}
    return tuple(Evidence(sign, quote) for sign, quote in first.items())
