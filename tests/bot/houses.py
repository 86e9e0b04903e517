"""A bot in a temporary folder, and an analyst who says what the test wants to hear."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from bot.analysis import CodeWordMemos, Finding, Memo, PromptMemo, Tell, known
from bot.app import house_of
from bot.settings import Settings
from familyguard.admission import Knock, approve, knock
from familyguard.codeword import CHEAP_COST_FOR_TESTS
from familyguard.family import Account, Role
from familyguard.store import Store
from tests.bot import scripts
from tests.bot.analyses import analysis
from tests.bot.fake_telegram import TOKEN, FakeTelegram, running_bot
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing

# Without this structlog paints every traceback with all local variables, which takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

_PIXEL = io.BytesIO()
Image.new("RGB", (1, 1)).save(_PIXEL, "PNG")
PNG = _PIXEL.getvalue()
"""Where the picture of a voice would be."""


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings for a test, whatever the machine's environment says."""
    values = {
        "telegram_token": TOKEN,
        "data_dir": folder / "data",
        "models_dir": folder / "models",
        "language": "en",
        "telegram_api_url": "http://127.0.0.1:9",
    }
    return Settings(_env_file=None, **(values | changes))


class StubAnalyst:
    """Answers at once with `heard`, or whenever `hold` is lifted."""

    def __init__(self, heard: Analysis | Undecodable | str | Exception | None = None) -> None:
        self.heard = analysis("shall we have dinner on Sunday") if heard is None else heard
        self.memos: list[Memo] = []
        self.contents: list[bytes] = []
        self.steps: tuple[str, ...] = ("decode", "words", "voice")
        self.free = asyncio.Event()
        self.free.set()

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """Listen, in a way."""
        self.memos.append(memo)
        self.contents.append(memo.path.read_bytes())
        for step in self.steps:
            tell(step)
        await self.free.wait()
        if scripts.is_script(self.contents[-1]):
            found = scripts.heard(memo.path.read_bytes(), memo.voices, memo.contexts)
            return Finding(found, known(PNG))
        if isinstance(self.heard, Exception):
            raise self.heard
        return Finding(self.heard, known(PNG if isinstance(self.heard, Analysis) else None))

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """What the files say; see `tests.bot.scripts`."""
        for done in range(3):
            tell("rehear", done=done, total=3)
        await self.free.wait()
        return scripts.reheard([path.read_bytes() for path in memos.paths])

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """What the file says; see `tests.bot.scripts`."""
        tell("decode")
        await self.free.wait()
        return scripts.enrolled(memo.path.read_bytes())


def let_in(store: Store, *members: int, language: str = "en", now: float = 1.0) -> str:
    """One family of these Telegram users, of whom the first is the keeper; its id."""
    keeper, *others = members
    claim = store.invitations.claim(now)
    assert knock(store, claim, keeper, f"Person {keeper}", language, now) is Knock.FOUNDED
    account = store.accounts.get(keeper)
    assert account is not None
    for member in others:
        admit(store, account.family_id, member, language=language, now=now)
    return account.family_id


def admit(
    store: Store,
    family: str,
    user_id: int,
    role: Role = Role.ADULT,
    *,
    language: str = "en",
    now: float = 1.0,
) -> Account:
    """Invite one more person and approve them."""
    code = store.invitations.create(family, None, now)
    assert knock(store, code, user_id, f"Person {user_id}", language, now) is Knock.WAITING
    account = approve(store, family, user_id, role, now)
    assert account is not None
    return account


@contextlib.asynccontextmanager
async def family_bot(
    folder: Path, analyst: Any = None, *, members: tuple[int, ...] = (1, 2, 3), **changes: Any
) -> AsyncIterator[FakeTelegram]:
    """A running bot whose `members` were let in already; they speak English."""
    services = {name: changes.pop(name) for name in ("clock", "now") if name in changes}
    services.setdefault("word_cost", CHEAP_COST_FOR_TESTS)
    settings = settings_in(folder, **changes)
    async with running_bot(settings, analyst or StubAnalyst(), **services) as telegram:
        store = house_of(telegram.app).store
        if members:
            let_in(store, *members)
        yield telegram
