"""In which country somebody lives, where the family never said: it decides the numbers."""

from bot import talk
from bot.context import Context
from bot.countries import COUNTRIES, called
from bot.family.roles import Act, refusal
from bot.talk import Rows
from bot.texts import Texts
from familyguard.family import Account

__all__ = ["COUNTRIES", "known", "rows", "settle"]


def known(context: Context, account: Account) -> str:
    """The family's country, or that of this house; empty where nobody set either."""
    house = context.house
    return house.store.families.get(account.family_id).country or house.settings.country or ""


def settle(context: Context, account: Account, code: str) -> None:
    """Somebody tapped `code`.  It becomes the family's, which has none, if they may set that."""
    families = context.house.store.families
    unset = families.get(account.family_id).country is None
    if unset and refusal(context, account, Act.SET_UP) is None:
        families.live_in(account.family_id, code)


def rows(data: str, texts: Texts) -> Rows:
    """A button for each country; its callback data is `data` and the country's code."""
    buttons = [
        talk.button(texts, "setup.button.country", data + code, name=called(code)(texts))
        for code in COUNTRIES
    ]
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
