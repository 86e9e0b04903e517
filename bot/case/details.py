"""What «Details» says: all that the card of the case does, all of its reasons, and the factors."""

from dataclasses import replace

from bot import markup
from bot.case import afterthoughts
from bot.case.card_facts import facts_of
from bot.case.casecard import explained, headline
from bot.context import House, Shown
from bot.texts import Texts
from bot.wording import factors
from familyguard.case import judge_case
from familyguard.family import Account
from familyguard.verdict import all_reasons


def in_full(house: House, account: Account, shown: Shown, texts: Texts) -> str:
    """All that is known of what was shown, as HTML, and that it is no proof.

    Of a case that was deleted since, what its message alone came to.
    """
    judgement, person, opened = afterthoughts.compared_now(house, account, shown)
    if opened is None:
        return markup.details(factors(judgement, texts, person), texts)
    table = factors(replace(judgement, sender=None), texts, person)  # the claim is said above it
    case = opened.file.case
    verdict = replace(judge_case(case), reasons=all_reasons(case.evidence()))
    said = explained(facts_of(house, account, opened), verdict, texts)
    # The caution near the top: a long story must not push it off the end.
    return markup.fitted(
        [headline(verdict.level, texts), markup.caution(texts), *said, *markup.rows(table)]
    )
