"""«It was a scam»: one calm page of what to do now, and whom to turn to."""

import html

from bot import markup
from bot.texts import Texts
from familyguard.aftercare import Advised, Happened, steps
from familyguard.directory import Body, directory

NUMBERED = "{number}. {step}"


def page(country: str | None, texts: Texts) -> str:
    """The steps that help whatever happened, the most urgent first, as HTML."""
    said = (Happened.MONEY_SENT, Happened.ONLY_CONTACT)
    advised = steps(said, country or "", directory())
    lines = [
        NUMBERED.format(number=number, step=_step(one, texts))
        for number, one in enumerate(advised, 1)
    ]
    parts = [markup.escape(texts.get("case.scam.title")), "\n\n".join(lines)]
    if country is None:
        parts.append(markup.escape(texts.get("aftercare.no_country")))
    return markup.fitted(parts)


def _step(advised: Advised, texts: Texts) -> str:
    lines = [f"<b>{markup.escape(texts.get(f'aftercare.step.{advised.step}'))}</b>"]
    lines += [line for body in advised.bodies if (line := _body(body))]
    return "\n".join(lines)


def _body(body: Body) -> str:
    """Whom to call or where to report.  These come from our own list, so they may be tapped."""
    name = html.escape(body.name, quote=False)
    if body.url:
        name = f'<a href="{html.escape(body.url)}">{name}</a>'
    return f"{name}: {html.escape(body.shown, quote=False)}" if body.shown else name
