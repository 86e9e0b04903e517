"""The card of a case: what to do, whom to call, why, and what is new."""

import html

from telegram import InlineKeyboardMarkup

from bot import markup, moments
from bot.aftercare.helplines import emergency_number, police_number
from bot.case import cases
from bot.case.card_buttons import buttons
from bot.case.card_facts import Facts
from bot.case.cases import Open
from bot.case.files import level_of
from bot.family.who import Said, name_of
from bot.judgement import Judgement
from bot.phone_numbers import spaced
from bot.texts import Texts, pick_language
from bot.wording import advised, claim, reason, word
from familyguard.case import judge_case
from familyguard.directory import directory
from familyguard.family import Person, Role
from familyguard.model import MATCHING, Advice, Evidence, Level, Sign, Verdict
from familyguard.offices import BOTH, Office, comes_for_it, to_call

HASH_DIGITS = 12
"""Of the SHA-256: enough to tell by eye which file a verdict is about, as on the picture."""

SHOWN_TO_KEEPERS = frozenset({Sign.CODE_WORD_RIGHT})
"""Whether the code word was right is for those to know who set it; see docs/decisions."""

NAMED = frozenset({Sign.NOT_ME, Sign.VOICE_DIFFERS, Sign.VOICE_CHANGES})
"""Signs whose sentence names the person, once that is known."""


def render(facts: Facts) -> tuple[str, InlineKeyboardMarkup]:
    """The card in the asker's language, as HTML, and its buttons."""
    texts = Texts(pick_language(facts.account.language))
    return _card(facts, texts), buttons(facts, texts)


def stub(opened: Open, texts: Texts) -> str:
    """What becomes of an earlier card of the same case: its headline is that of now."""
    shown = headline(level_of(opened.file.case), texts)
    return f"{shown}\n\n{markup.escape(texts.get('case.older'))}"


def headline(level: Level, texts: Texts) -> str:
    """How serious a case is, as HTML."""
    shown = texts.get(f"verdict.{level.name.lower()}")
    return f"<b>{markup.escape(shown)}</b>"


def _card(facts: Facts, texts: Texts) -> str:
    verdict = judge_case(facts.opened.file.case)
    return markup.fitted(
        [
            headline(verdict.level, texts),
            *_closed(facts, texts),
            "\n".join(_advice(facts, verdict.advice, texts)),
            *explained(facts, verdict, texts),
            _foot(facts, texts),
        ]
    )


def explained(facts: Facts, verdict: Verdict, texts: Texts) -> list[str]:
    """Why: from whom it seems to be, the verdict's reasons, and what was not checked; as HTML."""
    parts = []
    if facts.person:
        parts.append(_line(texts, "case.about", name=name_of(facts.person)))
    if said := facts.opened.file.claim:
        parts.append(markup.escape(claim(said, texts, facts.numbers)))
    parts += _changes(facts, texts)
    if verdict.reasons:
        listed = "\n".join(f"• {line}" for line in _reasons(facts, verdict.reasons, texts))
        parts.append(f"{markup.escape(texts.get('chat.card.why'))}\n{listed}")
    parts += _matches(facts, texts)
    parts += _asked(facts, texts)
    parts += _account_check(facts, texts)
    parts += markup.not_checked(word(Judgement(verdict, None), texts), texts)
    return parts


def _advice(facts: Facts, advice: tuple[Advice, ...], texts: Texts) -> list[str]:
    """What to do; where somebody comes to the house, that stands first."""
    evidence = facts.opened.file.case.evidence()
    if not comes_for_it(evidence):
        return _whom_to_call(facts, advice, texts)
    number = markup.Own(emergency_number(facts.country, texts))
    first = _line(texts, "advice.hand_over_nothing", emergency=number)
    return [first, *_whom_to_call(facts, advice, texts)]


def _whom_to_call(facts: Facts, advice: tuple[Advice, ...], texts: Texts) -> list[str]:
    """The advice; to call back in general gives way to the stored number, or to the police's."""
    person = facts.other
    said = {one: markup.escape(texts.get(f"advice.{one}")) for one in advice}
    if line := call_back(person, texts):
        return list((said | {Advice.CALL_BACK: line}).values())
    signs = {piece.sign for piece in facts.opened.file.case.evidence()}
    whom = to_call(facts.opened.file.offices, signs)
    if whom and person:
        whom = BOTH
    lines = [markup.escape(line) for line in advised(advice, whom, texts)]
    number = police_number(facts.country) if whom == Office.POLICE else ""
    if number:
        general = markup.escape(texts.get("advice.call_back.police"))
        own = _line(texts, "advice.call_back.police.number", number=markup.Own(number))
        lines = [own if line == general else line for line in lines]
    return lines


def call_back(person: Person | None, texts: Texts) -> str:
    """«Call Tom on …» as HTML in which the number can be tapped; empty without a stored number."""
    if person is None or not person.phone:
        return ""
    return _line(
        texts,
        "case.call",
        name=name_of(person),
        number=markup.Own(spaced(person.phone)),
        date=markup.Own(moments.day(person.phone_set_at or 0.0, texts)),
    )


def _closed(facts: Facts, texts: Texts) -> list[str]:
    if facts.opened.stored.closed_at is None:
        return []
    # Our own words: the command in them is there to be tapped.
    return [f"<i>{html.escape(texts.get('case.closed'), quote=False)}</i>"]


def _changes(facts: Facts, texts: Texts) -> list[str]:
    news = cases.news_of(facts.opened.file.case)
    if news.first or (news.signs and not news.rose):
        return []
    key = "case.rose" if news.rose else "case.nothing_new"
    return [f"<i>{markup.escape(texts.get(key))}</i>"]


def _reasons(facts: Facts, pieces: tuple[Evidence, ...], texts: Texts) -> list[str]:
    new = cases.news_of(facts.opened.file.case).signs
    lines = []
    for piece in pieces:
        line = _reason(facts, piece, texts)
        lines.append(texts.get("case.new", reason=line) if piece.sign in new else line)
    return lines


def _reason(facts: Facts, piece: Evidence, texts: Texts) -> str:
    if piece.sign in NAMED and facts.person:
        earlier = piece.sign is Sign.NOT_ME and facts.opened.file.case.disputes_earlier
        key = f"case.reason.{piece.sign}" + (".earlier" if earlier else "")
        return _line(texts, key, name=name_of(facts.person))
    if piece.sign is Sign.HEARD_BEFORE and piece.detail:
        when = markup.Own(moments.day(piece.detail, texts))
        return _line(texts, "case.reason.heard_before", date=when)
    return markup.escape(reason(piece, texts))


def _matches(facts: Facts, texts: Texts) -> list[str]:
    """What a clone or a thief would bring too, shown as just that."""
    signs = {piece.sign for piece in facts.opened.file.case.evidence()} & MATCHING
    if facts.account.role is not Role.KEEPER:
        signs -= SHOWN_TO_KEEPERS
    if facts.person is None:
        signs -= {Sign.VOICE_SIMILAR, Sign.CONFIRMED}
    name = name_of(facts.person)
    lines = [_line(texts, f"case.match.{sign}", name=name) for sign in Sign if sign in signs]
    if not lines:
        return []
    listed = "\n".join(f"• {line}" for line in lines)
    return [f"{markup.escape(texts.get('case.matches'))}\n{listed}"]


def _asked(facts: Facts, texts: Texts) -> list[str]:
    question = facts.awaited
    if question is None:
        return []
    if Sign.NOT_ME in {piece.sign for piece in facts.opened.file.case.evidence()}:
        return []  # said already, and never taken back
    when = markup.Own(moments.clock(question.asked_at))
    return [_line(texts, "case.asked", name=name_of(facts.person), time=when)]


def _account_check(facts: Facts, texts: Texts) -> list[str]:
    if not facts.opened.file.accounts or not facts.family.country:
        return []
    body = directory().account_check(facts.family.country)
    if body is None or body.url is None:
        return []
    link = f'<a href="{html.escape(body.url)}">{html.escape(body.name)}</a>'
    return [f"{markup.escape(texts.get('aftercare.account_check'))}\n{link}"]


def _foot(facts: Facts, texts: Texts) -> str:
    """When this was judged and on which file, and the phrase by which the family knows its bot."""
    touched = facts.opened.file.case.touched_at
    lines = [
        texts.get("case.checked", date=moments.day(touched, texts), time=moments.clock(touched))
    ]
    if facts.opened.file.sha256:
        lines.append(texts.get("case.file", hash=facts.opened.file.sha256[:HASH_DIGITS]))
    shown = html.escape(" ".join(lines), quote=False)
    if facts.family.greeting:
        shown += "\n" + _line(texts, "case.greeting", greeting=facts.family.greeting)
    return f"<i>{shown}</i>"


def _line(texts: Texts, key: str, **values: str | Said) -> str:
    return html.escape(markup.fill(texts, key, **values), quote=False)
