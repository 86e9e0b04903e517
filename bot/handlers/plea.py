"""What somebody types about themselves in a fright is answered with what to do, first and alone.

It is about now: an answer on an earlier message never stands beside it, and it joins no case.
"""

import html

from telegram import InlineKeyboardMarkup

from bot import keyboards, markup, talk
from bot.aftercare import countries
from bot.aftercare.helplines import emergency_number
from bot.case import cases
from bot.case.intake import Sent
from bot.context import Context
from bot.delivery import reply
from bot.texts import Texts
from familyguard.plea import Plea

HAPPENED = frozenset({Plea.CARD, Plea.COMPUTER, Plea.PAID})
"""Something is lost already: the steps that follow are one tap away."""

FEWEST_WORDS = 6
"""Fewer words are no message to judge: «hello», «is this real?», a slip of the fingers."""


async def answer(context: Context, sent: Sent, plea: Plea) -> None:
    """Say what to do now."""
    texts = Texts(sent.language)
    number = markup.Own(emergency_number(countries.known(context, sent.account), texts))
    sentence = markup.fill(texts, f"chat.plea.{plea}", emergency=number)
    warned = cases.warned(context.house, sent.account, context.house.now())
    if plea is Plea.AFRAID and warned is not None:
        # Fear may be about the memo above; the other pleas say themselves what they are about.
        headline = texts.get(f"verdict.{warned.name.lower()}")
        sentence += "\n\n" + texts.get("chat.plea.warned", headline=headline)
    rows = [[talk.button(texts, "case.button.scam", f"{keyboards.CASE}scam:")]]
    buttons = InlineKeyboardMarkup(rows) if plea in HAPPENED else None
    await reply(sent.message, html.escape(sentence, quote=False), buttons)


def is_small_talk(words: str) -> bool:
    """Whether what was typed is too little to say of it that nothing was found."""
    return len(words.split()) < FEWEST_WORDS
