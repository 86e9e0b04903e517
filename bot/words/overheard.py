"""The code word in a memo that nobody asked for: its words are hidden, which must not tell it.

Whoever stole a member's account can send memos with guesses and look whose words are hidden.  So
every piece of a memo that is looked through counts, whatever is found and whether there is a code
word or not; when the count is full the words of further memos are hidden unread.
"""

from dataclasses import replace

from bot.context import House
from bot.words.codewords import (
    WHOLE_FAMILY,
    attempts_of,
    count_attempts,
    found_in,
    in_pieces,
    n_pieces,
    tags_of,
)
from familyguard.codeword import Match
from familyguard.codeword.attempts import Limits
from familyguard.family import Account

SUBJECT = "overheard"
"""Under which the looks are counted, of each account and of the family."""

HOUR = 3600.0
NEVER = 1_000_000
"""No lock: in a family without a code word nobody could open it again."""

MEMBER = Limits(20, 0.0, 0.0, NEVER, 12 * HOUR)
"""Twenty pieces of 100 words at once, then two a day: 15,000 guesses until the next code word is
due after half a year, of 1,400,000 drawn phrases, with the keepers asked to look every day."""

FAMILY = Limits(40, 0.0, 0.0, NEVER, 6 * HOUR)
"""For all accounts together: several members may have a busy day, and several may be stolen."""


async def unasked_word(
    house: House, account: Account, texts: tuple[str, ...]
) -> Match | bool | None:
    """Whether the words of a memo must be hidden though nobody asked for the code word.

    The match, or True where it was not looked for because this member sends so many.  It takes the
    same time, and counts the same, whether there is a code word or not.
    """
    if not any(texts):
        return None
    family = account.family_id
    tags = tags_of(house.store.codewords.get(family))
    async with house.listening.of((SUBJECT, family)):
        if not _counted(house, account, n_pieces(texts)):
            return True
    return await found_in(house, family, tags, in_pieces(house, family, tags, texts))


def _counted(house: House, account: Account, looks: int) -> bool:
    """Count so many looks; False when there are not as many left, and none is counted."""
    now, family = house.now(), account.family_id
    kept = []
    for subject, limits in (
        (f"{SUBJECT}:{account.user_id}", MEMBER),
        (f"{SUBJECT}:{WHOLE_FAMILY}", FAMILY),
    ):
        state = attempts_of(house, family, subject).forgotten(limits, now)
        if state.wrong + looks > limits.free:
            return False
        since = state.counted_at if state.wrong else now
        kept.append((subject, replace(state, wrong=state.wrong + looks, counted_at=since)))
    with house.store.together():
        for subject, after in kept:
            count_attempts(house, family, subject, after)
    return True
