"""One-time phrases as the chat gives them out."""

import html
from random import SystemRandom

from bot import markup, moments
from bot.case import answers, cases
from bot.case.cases import Open
from bot.context import House
from bot.texts import Texts
from bot.words.codewords import language_of
from familyguard.challenge import issue
from familyguard.family import Account
from familyguard.store.asked import StoredChallenge


def given_out(house: House, account: Account, opened: Open) -> StoredChallenge:
    """The phrase that is open for this case, or a new one; a second tap shows the same."""
    now, family = house.now(), account.family_id
    waiting = answers.waiting(house, account, now)
    for asked in waiting:
        if asked.case_id == opened.id and now <= asked.expires_at:
            return asked
    # Whom the case names may have left the family since.
    person = cases.about(house, opened)
    fresh = issue(
        language_of(house, family),
        now,
        SystemRandom(),
        asked_by=account.user_id,
        about=person.id if person else None,
        beside=[answers.opened(one) for one in waiting],
    )
    return house.store.challenges.issue(
        StoredChallenge(
            id="",
            family_id=family,
            case_id=opened.id,
            person_id=fresh.about,
            asked_by=account.user_id,
            phrase=str(fresh.phrase),
            created_at=fresh.created_at,
            expires_at=fresh.expires_at,
        )
    )


def challenge_text(asked: StoredChallenge, texts: Texts) -> str:
    """What to say to the other side, as HTML; the same whether a code word is set or not."""
    phrase = f"<b>{html.escape(asked.phrase, quote=False)}</b>"
    parts = [
        markup.escape(texts.get("word.ask")),
        phrase,
        markup.escape(texts.get("word.forward", time=moments.clock(asked.expires_at))),
        markup.escape(texts.get("word.careful")),
    ]
    return "\n\n".join(parts)
