"""What every handler has at hand: the services of the house, and the texts of the person."""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import Application, BaseUpdateProcessor, CallbackContext, ExtBot, JobQueue

from bot.analysis import Analyst, Finding
from bot.errors import GoneMeanwhile
from bot.health.figures import Figures
from bot.inbox import Inbox, nothing_in_hand
from bot.judgement import Judgement
from bot.protocol import CRASHED
from bot.settings import Settings
from bot.shelf import Shelf
from bot.texts import Texts, pick_language
from familyguard.codeword import COST, Cost, Hasher
from familyguard.family import Account
from familyguard.store import Store
from familyguard.store.desk import Dialogue
from familyguard.throttle import Throttle
from voice.errors import Undecodable

if TYPE_CHECKING:
    from bot.case.files import Arrival
    from bot.words.speaking import Speaking

MAX_AT_ONCE = 1000
"""Updates in hand at once.  High, because what one person sends waits here for its turn, and a
flood by one must leave room for the others."""

EDIT_SECONDS = 1.0
"""Telegram asks for no more than about one message a second in a chat."""

STRANGER_BURST, STRANGER_INTERVAL = 3, 600.0
"""A stranger is answered three times, then once in ten minutes."""

UNLOCK_SECONDS = 600.0
"""How long a PIN is good for: ten minutes are a conversation, not an evening."""

WRITTEN_LOOKS, WRITTEN_INTERVAL = 30, 3600.0
"""Pieces of written messages that might hold the code word, of an account and of a family, of which
one that holds it goes: so many at once, then one an hour.  That tells its sender that it holds the
word, so whoever stole an account could guess by writing, forty guesses a piece: 2,160 on the first
day and 960 on others, of 1,400,000.  Of further ones the keepers alone hear."""

NOTICE_INTERVAL = 60.0
"""Seconds between two requests to slow down: they must not become a flood themselves."""


class Locks:
    """A lock for each key that is in use."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: Hashable) -> asyncio.Lock:
        """The lock of `key`; it lives as long as somebody holds it or waits for it."""
        return self._locks.setdefault(key, asyncio.Lock())


ERASING_JUMP_SECONDS, KEEPING_SECONDS = 48 * 3600.0, 24 * 3600.0
"""How far forward the clock must jump, and for how long nothing that looks old is erased then.  Two
days sooner or later harm nobody, and a machine that sleeps at night jumps every morning."""

SPEAKING_SECONDS = 900.0
"""How long what a keeper spoke is remembered, from the last memo on."""

MAX_TYPED = 100_000
"""Keyed hashes of a few words in a row that are remembered, of all families together: some fifteen
megabytes at most; a long message has three thousand."""

FAILURE_SECONDS = 300.0
"""When a memo that ran into a limit or killed the worker may be tried again: not at once, or one
file could keep the worker busy dying; not tomorrow, or the advice to send it again would lie."""

MACHINE_FAULTS = (Undecodable.LIMIT, CRASHED)


@dataclass(frozen=True, slots=True)
class Shown:
    """A verdict that was shown, and to whom; `arrival` is what came in, for it to be told apart."""

    chat_id: int
    judgement: Judgement
    finding: Finding | None
    arrival: "Arrival | None" = None


@dataclass
class House:
    """The services.  `clock` counts seconds for waits, `now` is the time of day."""

    settings: Settings
    store: Store
    analyst: Analyst
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    edit_seconds: float = EDIT_SECONDS
    word_cost: Cost = COST  # of looking for the code word
    figures: Figures = field(default_factory=Figures)
    keeps_until: float = 0.0  # by `clock`
    hasher: Hasher = field(init=False)
    shown: Shelf[str, Shown] = field(init=False)
    findings: Shelf[Hashable, Finding] = field(init=False)
    failures: Shelf[Hashable, Finding] = field(init=False)
    listening: Locks = field(default_factory=Locks)
    speaking: Shelf[int, "Speaking"] = field(init=False)  # code words that are being set
    typed: Shelf[bytes, bool] = field(init=False)  # keyed hashes of few words, for a day
    unlocked: Shelf[int, str] = field(init=False)  # user to family, since they typed the PIN
    members: Throttle = field(init=False)
    written: Throttle = field(init=False)
    notices: Throttle = field(init=False)
    strangers: Throttle = field(init=False)

    def __post_init__(self) -> None:
        size = self.settings.remember_results
        self.hasher = Hasher(self.store.keys.derived("code word"), self.word_cost)
        self.shown = Shelf(size, self.clock)
        # Each finding is remembered under two keys: the sender's and the content's.
        self.findings = Shelf(2 * size, self.clock)
        self.failures = Shelf(2 * size, self.clock, FAILURE_SECONDS)
        self.speaking = Shelf(size, self.clock, SPEAKING_SECONDS)
        self.typed = Shelf(MAX_TYPED, self.clock)
        self.unlocked = Shelf(size, self.clock, UNLOCK_SECONDS)
        self.members = Throttle(self.settings.message_burst, self.settings.message_interval)
        self.written = Throttle(WRITTEN_LOOKS, WRITTEN_INTERVAL)
        self.notices = Throttle(1, NOTICE_INTERVAL)
        self.strangers = Throttle(STRANGER_BURST, STRANGER_INTERVAL)

    def recall(self, key: Hashable) -> Finding | None:
        """What was found under `key`, if that is still remembered."""
        return self.findings.get(key) or self.failures.get(key)

    def remember(self, key: Hashable, finding: Finding) -> None:
        """Remember `finding`; what may have been the machine's fault, for minutes only."""
        shelf = self.failures if finding.heard in MACHINE_FAULTS else self.findings
        shelf.put(key, finding)

    def let_go(self, finding: Finding) -> None:
        """Forget what was heard in a memo with the code word; who sends it again waits again."""
        self.findings.drop_thing(finding)

    def clock_jumped(self, seconds: float) -> None:
        """The time of day was put right by `seconds`, or put wrong: nothing is due for that.

        And nothing is erased for growing old until a day later: by then a wrong clock was noticed.
        """
        self.store.deadlines.move(self.now() - seconds, seconds)
        if seconds > ERASING_JUMP_SECONDS:
            self.keeps_until = self.clock() + KEEPING_SECONDS

    def may_erase(self) -> bool:
        """Whether what is old by the clock may be taken for old."""
        return self.clock() >= self.keeps_until

    def forget(self, user_ids: Iterable[int]) -> None:
        """Somebody goes: what is in memory goes too.

        Results do not say whose they are, so all of them do.
        """
        for shelf in (self.shown, self.findings, self.failures):
            shelf.clear()
        for user_id in user_ids:
            self.unlocked.drop(user_id)
            self.speaking.drop(user_id)

    def forget_old(self) -> None:
        """Clear away what has been remembered long enough."""
        for shelf in (self.shown, self.findings, self.failures, self.speaking, self.typed):
            shelf.clear_old()


Nothing = dict[Any, Any]


class Context(CallbackContext[ExtBot[Any], Nothing, Nothing, Nothing]):
    """The library's context, with the house."""

    @classmethod
    def from_job(cls, job: Any, application: Any) -> Self:
        """See the library.  A job inherits the surroundings of the handler that planned it."""
        nothing_in_hand()
        return super().from_job(job, application)

    dialogue: Dialogue | None = None  # the conversation that the message answers

    @property
    def house(self) -> House:
        """The services."""
        house = self.bot_data["house"]
        assert isinstance(house, House)
        return house

    def account(self, update: Update) -> Account:
        """The account of whoever sent `update`; the gate has seen to it that there is one.

        Raises GoneMeanwhile: they left while what they sent before waited for its turn.
        """
        assert update.effective_user is not None
        account = self.house.store.accounts.get(update.effective_user.id)
        if account is None:
            raise GoneMeanwhile
        return account

    def texts(self, update: Update) -> Texts:
        """The sentences in the language of the person who sent `update`."""
        user = update.effective_user
        member = self.house.store.accounts.get(user.id) if user else None
        return Texts(pick_language(member.language) if member else self.house.settings.language)


App = Application[ExtBot[Any], Context, Nothing, Nothing, Nothing, JobQueue[Any]]


class OrderlyProcessor(BaseUpdateProcessor):
    """People are served side by side; what one person sends, in the order in which they sent it.

    So a memo that follows «/start <code>» at once is not taken for a stranger's.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(MAX_AT_ONCE)
        self._inbox = inbox
        self._locks = Locks()

    async def do_process_update(self, update: object, coroutine: Any) -> None:
        """Handle an update when the person's earlier ones are done."""
        user = update.effective_user if isinstance(update, Update) else None
        try:
            async with self._locks.of(user.id if user else None):
                if isinstance(update, Update):
                    await self._inbox.handle(update, coroutine)
                else:
                    await coroutine
        finally:
            coroutine.close()  # it has not begun if the bot was stopped while this one waited

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""
