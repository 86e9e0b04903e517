"""Recognises a money-request fraud by its words, in one message or over several.

    request = read_message("Hoi mam, dit is mijn nieuwe nummer …")
    judge(evidence(request))

`read_message` gives None for what does not point to this fraud.  What it does find always comes
with the words that showed it.
"""

from familyguard.model import Evidence, Request, Sign, Signal, Stage
from familyguard.requests import patterns
from familyguard.requests.fold import Folded, assemble, split

WATCH_FROM = 0.0
"""Natural-log likelihood ratio from which a message is mentioned at all."""

MONEY_FROM = 1.5
"""Natural-log likelihood ratio from which a request for money counts as part of the fraud."""

_START = -2.2
"""Where a message without any signal stands."""

SOFT = frozenset({Sign.URGENCY, Sign.SECRECY, Sign.STORY, Sign.GUILT})
"""Pressure that families know too; it counts beside a request for money or a new identity."""

_STAGES = list(Stage)


def read_message(text: str, language: str | None = None) -> Request | None:
    """What `text` wants; None when nothing in it points to this fraud.

    `language` («nl», «en», «de», «fr») is a hint for which words to name when several fit; all
    languages are always looked at, since frauds mix them.
    """
    folded = assemble(split(text))
    if not folded.words:
        return None
    found = _signals(text, folded, language)
    table = patterns.kinds()
    llr = _START + sum(table[kind].weight for kind in {signal.kind for signal in found})
    shown = tuple(signal for signal in found if not table[signal.kind].ordinary)
    if llr < WATCH_FROM or not shown:
        return None
    stages = [stage for signal in shown if (stage := table[signal.kind].stage)]
    stage = max(stages, key=_STAGES.index, default=Stage.RAPPORT)
    return Request(stage=stage, signals=shown, llr=llr)


def _signals(text: str, folded: Folded, language: str | None) -> list[Signal]:
    found: dict[str, tuple[int, int]] = {}
    mine_first = sorted(patterns.patterns(), key=lambda pattern: pattern.language != language)
    for pattern in mine_first:
        if pattern.kind not in found and (hit := pattern.find(folded)):
            found[pattern.kind] = folded.span(*hit)
    return [
        Signal(kind, text[start:end], start, end)
        for kind, (start, end) in sorted(found.items(), key=lambda item: item[1])
    ]


def evidence(request: Request | None) -> tuple[Evidence, ...]:
    """What a request is evidence of, one piece a sign, with the words that showed it as detail.

    Hurry, secrecy, a sad story and guilt count only beside a request for money or a new identity:
    people who are no fraud are in a hurry too.
    """
    if request is None:
        return ()
    table = patterns.kinds()
    first: dict[Sign, str] = {}
    for signal in request.signals:
        sign = table[signal.kind].sign
        if sign is None or (sign is Sign.MONEY_REQUEST and request.llr < MONEY_FROM):
            continue
        first.setdefault(sign, signal.quote)
    if not {Sign.MONEY_REQUEST, Sign.NEW_IDENTITY} & first.keys():
        first = {sign: quote for sign, quote in first.items() if sign not in SOFT}
    return tuple(Evidence(sign, quote) for sign, quote in first.items())
