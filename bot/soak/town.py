"""Many families in one house: their people, and what they send."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.markup import GAP
from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.world import BotAccount, Chat, Message, Person, World
from familyguard.admission import approve, knock
from familyguard.family import Role
from familyguard.store import Store

NAMES = ("Bram", "Anna", "Lotte")
LANGUAGES = ("nl", "en")

MARK = re.compile(r"Zq(\d{3})k")
"""A word that stands in everything that belongs to one family, and names it."""

WORDS = (
    "Hi mum, this is my new number {mark}, can you transfer 900 pounds today? I can't call",
    "Hoi mam, dit is mijn nieuwe nummer {mark}, kun je vandaag 900 euro overmaken? Bellen kan niet",
    "This is {mark} bank, your account was blocked, move your savings to the safe account now",
    "Shall we have dinner on Sunday? {mark}",
    "Zondag komen we met de trein van half twee, tot dan. {mark}",
)
"""What is forwarded and said in memos: some of it fraud."""

TYPED = ("thanks", "is this real?", "dank je wel", "help")

ACTS = ("memo", "memo", "memo", "forward", "forward", "type", "press")
"""Each as often as it stands here."""

HARMLESS = ("details:", "case:who", "case:word", "case:ask", "ask:")
"""The beginnings of what is pressed: buttons that add no second answer to a message."""

SAMPLE = "honest-en.ogg"


@dataclass
class Household:
    """A family and its number."""

    number: int
    people: list[Person] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """The word that stands in all that is theirs."""
        return f"Zq{self.number:03}k"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that must be answered with one reply."""

    person: Person
    message: Message
    what: str


class Town:
    """The families with their bot.  `dice` decides who does what."""

    def __init__(self, world: World, families: int, dice: random.Random) -> None:
        self.world = world
        self.people = People(world)
        self.bot: BotAccount = world.add_bot("FamilyGuard", "familyguard_soak_bot")
        self.households = [self._household(number) for number in range(families)]
        self.asked: list[Asked] = []
        self.presses = 0
        self._dice = dice
        self._strangers = [world.add_person(f"Joris {n}", f"stranger {n}") for n in range(3)]
        self._memos = 0
        self._sample: bytes | None = None

    def speak_aloud(self) -> None:
        """Send real recordings instead of files that say what is in them."""
        self._sample = (
            Path(__file__).parent.parent.joinpath("playground/samples", SAMPLE).read_bytes()
        )

    def move_in(self, store: Store, now: float) -> None:
        """Let everyone in, with names and numbers that are marked."""
        for household in self.households:
            keeper, *others = household.people
            language = LANGUAGES[household.number % 2]
            knock(store, store.invitations.claim(now), keeper.id, keeper.name, language, now)
            account = store.accounts.get(keeper.id)
            assert account is not None
            family = account.family_id
            store.families.come_to(family, None)
            store.families.rename(family, f"Family {household.mark}")
            store.families.greet_with(family, f"Greetings {household.mark}")
            for person in others:
                code = store.invitations.create(family, keeper.id, now)
                knock(store, code, person.id, person.name, language, now)
                approve(store, family, person.id, Role.ADULT, now)
            for number, member in enumerate(store.people.of_family(family)):
                store.people.rename(family, member.id, f"{NAMES[number]} {household.mark}")
                phone = f"+3161{household.number:04}{number:03}"
                store.people.call_on(family, member.id, phone, now)

    def chat(self, person: Person) -> Chat:
        """Somebody's chat with the bot."""
        return self.world.private(person, self.bot)

    def act(self) -> bool:
        """Somebody does something; whether it must be answered with a reply."""
        household = self._dice.choice(self.households)
        person = self._dice.choice(household.people)
        what = self._dice.choice(ACTS)
        if what == "press":
            self._press(person)
            return False
        words = self._dice.choice(WORDS).format(mark=household.mark)
        chat = self.chat(person)
        match what:
            case "memo":
                self._memos += 1
                # The same words twice are two recordings.
                content = self._sample or f"say {words} {self._memos}".encode()
                file = Upload(data=content, name="memo.ogg", mime="audio/ogg")
                message = self.people.send(person, chat, "voice", file, seconds=5)
            case "forward":
                stranger = self._dice.choice(self._strangers)
                said = self.people.say(stranger, self.world.private(stranger, person), words)
                hidden = self._dice.random() < 0.5
                message = self.people.forward(person, said, chat, hidden)
            case _:
                message = self.people.say(person, chat, self._dice.choice(TYPED))
        self.asked.append(Asked(person, message, what))
        return True

    def seen_by(self, household: Household) -> str:
        """Everything that the bot shows to a family, buttons included."""
        return "\n".join(
            f"{message.text or ''}\n{message.markup or ''}".replace(GAP, "")
            for person in household.people
            for message in self.chat(person).messages.values()
            if message.sender is self.bot
        )

    def _press(self, person: Person) -> None:
        places = [
            (message, row, column)
            for message in self.chat(person).messages.values()
            if message.sender is self.bot
            for row, buttons in enumerate((message.markup or {}).get("inline_keyboard", []))
            for column, button in enumerate(buttons)
            if str(button.get("callback_data", "")).startswith(HARMLESS)
        ]
        if places:
            self.presses += 1
            self.people.press(person, *self._dice.choice(places))

    def _household(self, number: int) -> Household:
        household = Household(number)
        for name in NAMES:
            person = self.world.add_person(f"{name} {household.mark}", f"{name} {number}")
            person.language_code = LANGUAGES[number % 2]
            household.people.append(person)
        return household
