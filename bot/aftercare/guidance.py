"""The pages that follow a verdict, in words: what to do after a scam, a deepfake, a video, a drill.

A page is plain data; `messages` makes it ready to send.  The numbers on it come from our own list
and are meant to be tapped, so they are not taken apart as foreign numbers are (`bot/markup.py`).
Names and notes of people never stand on these pages.
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass

from babel.dates import format_date

from bot.markup import MAX_MESSAGE
from bot.phone_numbers import spaced
from bot.texts import Texts
from familyguard.aftercare import Happened, steps
from familyguard.deepfake import Plan
from familyguard.directory import Body, Directory, Purpose
from familyguard.drill import Drill
from familyguard.letters import LetterKind
from familyguard.video_checklist import VideoHint


@dataclass(frozen=True, slots=True)
class Section:
    """One step: what to do, why or how, and whom to turn to.  All plain text."""

    heading: str
    text: str = ""
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown; `letters` are the letters that can be offered below it."""

    intro: str
    sections: tuple[Section, ...]
    closing: str = ""
    letters: tuple[LetterKind, ...] = ()


def scam_page(happened: Iterable[Happened], country: str, known: Directory, texts: Texts) -> Page:
    """«It was a scam»: the steps in their order, with numbers of `country` (ISO 3166)."""
    sections: list[Section] = []
    shown: dict[str, Body] = {}
    for advised in steps(happened, country, known):
        fresh = [body for body in advised.bodies if body.code not in shown]
        shown |= {body.code: body for body in fresh}
        sections.append(
            Section(
                heading=texts.get(f"aftercare.step.{advised.step}"),
                text=texts.get(f"aftercare.why.{advised.step}"),
                contacts=tuple(contact(body, texts) for body in fresh),
            )
        )
    closing = _checked_on(shown.values(), texts) or texts.get("aftercare.no_country")
    return Page(texts.get("aftercare.title"), tuple(sections), closing)


def deepfake_page(plan: Plan, texts: Texts) -> Page:
    """The steps of a plan; that it is no legal advice stands above them."""
    sections: list[Section] = []
    shown: dict[str, Body] = {}
    for planned in plan.steps:
        whys = ", ".join(texts.get(f"deepfake.why.{why}") for why in planned.whys)
        say = texts.get(f"deepfake.say.{planned.step}")
        fresh = [body for body in planned.bodies if body.code not in shown]
        shown |= {body.code: body for body in fresh}
        sections.append(
            Section(
                heading=texts.get(f"deepfake.step.{planned.step}"),
                text=f"{say} ({whys})" if whys else say,
                contacts=tuple(contact(body, texts) for body in fresh),
            )
        )
    closing = [] if plan.in_eea else [texts.get("deepfake.no_letters")]
    if checked := _checked_on(shown.values(), texts):
        closing.append(checked)
    return Page(texts.get("deepfake.advice"), tuple(sections), "\n".join(closing), plan.letters)


def video_page(hint: VideoHint, texts: Texts) -> Page:
    """What somebody saw in a video; call back whatever it was."""
    found = "\n".join(f"– {texts.get(f'video.ask.{cue}')}" for cue in hint.odd)
    odd = (Section(texts.get("video.odd"), found),) if hint.odd else ()
    return Page(texts.get(f"video.hint.{hint.hint}"), odd, texts.get("video.advice"))


def drill_message(drill: Drill, texts: Texts) -> str:
    """What the scammer says now, as plain text."""
    who = texts.get("drill.named", name=drill.name) if drill.name else texts.get("drill.me")
    return texts.get(drill.message, who=who)


def drill_page(drill: Drill, texts: Texts) -> Page:
    """The unmasking: first that nothing is wrong, then how it went.  For a drill that is over."""
    sections = (
        Section(texts.get(f"drill.outcome.{drill.outcome}")),
        Section(texts.get(f"drill.signs.{drill.scenario}")),
    )
    return Page(texts.get("drill.unmasked"), sections, texts.get("drill.private"))


def contact(body: Body, texts: Texts) -> str:
    """A body in a few lines: name, number to tap, address, hours."""
    lines = [body.name, body.shown]
    # Telegram makes a number tappable only with its country; people know it without.
    if body.phone and body.phone.startswith("+"):
        lines.append(texts.get("aftercare.body.tap", number=spaced(body.phone)))
    lines += [body.email.of(texts.language) if body.email else None, body.url]
    if body.hours:
        lines.append(texts.get("aftercare.body.hours", hours=body.hours.of(texts.language)))
    lines.append(body.does.of(texts.language))
    return "\n".join(line for line in dict.fromkeys(lines) if line)


def account_check(country: str, known: Directory, texts: Texts) -> str | None:
    """The lines for a card that shows an account number; None where there is no page for it.

    Only where to look: that nothing is known about an account says nothing good.
    """
    body = known.account_check(country)
    return f"{texts.get('aftercare.account_check')}\n{body.url}" if body else None


def authority(country: str, known: Directory) -> str:
    """The data protection authority for a complaint; empty where its name is to be filled in.

    The row for all of Europe names none: it is where people look for theirs.
    """
    found = known.find(country, Purpose.DATA_PROTECTION)
    return next((body.name for body in found if body.country == country), "")


def messages(page: Page) -> tuple[str, ...]:
    """The page in Telegram's HTML, in as few messages as it fits into."""
    parts = [html.escape(page.intro, quote=False)]
    for number, section in enumerate(page.sections, 1):
        heading = html.escape(section.heading, quote=False)
        lines = [f"<b>{number}. {heading}</b>"]
        lines += [html.escape(line, quote=False) for line in (section.text, *section.contacts)]
        parts.append("\n".join(line for line in lines if line))
    if page.closing:
        parts.append(f"<i>{html.escape(page.closing, quote=False)}</i>")
    sent: list[str] = []
    for part in parts:
        if sent and len(sent[-1]) + len(part) + 2 <= MAX_MESSAGE:
            sent[-1] += f"\n\n{part}"
        else:
            sent.append(part)
    return tuple(sent)


def _checked_on(bodies: Iterable[Body], texts: Texts) -> str:
    """The oldest day on which one of them was read; empty where there are none."""
    days = [body.checked_on for body in bodies]
    if not days:
        return ""
    day = format_date(min(days), "d MMMM yyyy", locale=texts.language)
    return texts.get("aftercare.body.checked", date=day)
