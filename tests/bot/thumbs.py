"""What one thumb does: it taps what is on the screen now, and every tap is counted."""

from tests.bot.fake_telegram import FakeTelegram, Person

IN_SIGHT = 2
"""Of the latest messages, how many show their buttons without scrolling."""


class Thumb:
    """Of one person.  `taps` counts commands from the menu and buttons; typing is not tapping."""

    def __init__(self, telegram: FakeTelegram, person: Person) -> None:
        self.telegram = telegram
        self.person = person
        self.taps = 0

    async def command(self, text: str) -> None:
        """Choose a command from the menu."""
        self.taps += 1
        await self.person.sends(text)
        await self.telegram.quiet()

    async def tap(self, *labels: str) -> None:
        """Tap buttons, each of which must be in sight at that moment."""
        for label in labels:
            shown = next(
                (one for one in self.person.screen[: -IN_SIGHT - 1 : -1] if label in one.buttons),
                None,
            )
            assert shown is not None, (label, [one.text for one in self.person.screen[-IN_SIGHT:]])
            self.taps += 1
            await self.person.presses(shown.buttons[label], shown)
            await self.telegram.quiet()

    async def types(self, *messages: str) -> None:
        """Type messages one after the other."""
        for message in messages:
            await self.person.sends(message)
            await self.telegram.quiet()
