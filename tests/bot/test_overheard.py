"""Row 5: the words of a memo that are hidden or shown are no oracle for whoever guesses."""

import contextlib
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.words.codewords import attempts_of, count_attempts, in_pieces, pretended, tags_of
from bot.words.overheard import FAMILY, HOUR, MEMBER, unasked_word
from familyguard.codeword import CHEAP_COST_FOR_TESTS, Attempts, Hasher, Match
from familyguard.codeword.tags import Tags
from familyguard.store import Store, open_store
from tests.bot.families import WORD, set_word
from tests.bot.houses import admit, let_in

NOW = 1_790_000_000.0
WRONG = "yellow submarine"


class Home:
    """As much of a house as listening takes, with a clock of its own."""

    def __init__(self, store: Store, hasher: Hasher) -> None:
        self.store, self.hasher, self.time = store, hasher, NOW
        self.listening = SimpleNamespace(of=lambda _: _Open())

    def now(self) -> float:
        """The time of day."""
        return self.time


class _Open:
    """A lock that is always free."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


@contextlib.contextmanager
def families(folder):
    """A family with the code word, one with another, and one with none: house and accounts."""
    with (
        open_store(folder / "familyguard.db") as store,
        Hasher(store.keys.derived("code word"), CHEAP_COST_FOR_TESTS) as hasher,
    ):
        home = Home(store, hasher)
        with_word, _, _ = (let_in(store, 10 * n + 1, 10 * n + 2) for n in range(3))
        set_word(home, with_word)
        other = store.accounts.get(11).family_id
        set_word(home, other)
        yield home, [store.accounts.get(10 * n + 2) for n in range(3)]


async def outcome(home, account, said):
    """What one memo shows: whether its words are hidden, and whether because of a match."""
    return await unasked_word(home, account, (said,))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    memos=st.lists(
        st.tuples(st.sampled_from([0.0, 0.2, 5.0, 14.0]), st.integers(1, 3)),
        min_size=4,
        max_size=12,
    )
)
async def test_attack_5_right_wrong_and_none_set_count_the_same(tmp_path_factory, memos):
    """Whatever is said, and whether a word is set: the same memos are looked through.

    The three families get the right word, a wrong one, and any one where none is set; which memos
    are hidden unread must not tell the three apart.
    """
    with families(tmp_path_factory.mktemp("oracle")) as (home, accounts):
        unread = [[], [], []]
        for account in accounts:
            used = Attempts(MEMBER.free - 5, NOW)
            count_attempts(home, account.family_id, f"overheard:{account.user_id}", used)
        for hours, pieces in memos:
            home.time += hours * HOUR
            for account, said, log in zip(accounts, (WORD, WRONG, WORD), unread, strict=True):
                found = await outcome(home, account, f"{said} " + "bread " * 95 * (pieces - 1))
                log.append(found is True)
                assert not (isinstance(found, Match) and said == WRONG)
        assert unread[0] == unread[1] == unread[2]
        counts = {
            attempts_of(home, one.family_id, f"overheard:{one.user_id}").wrong for one in accounts
        }
        assert len(counts) == 1


async def test_attack_5_a_stolen_account_guesses_a_few_hundred_words_a_day(tmp_path):
    """Memos of any length: at most forty tries a piece, twenty pieces at once, two a day."""
    with families(tmp_path) as (home, (account, *_)):
        tags = tags_of(home.store.codewords.get(account.family_id))
        hashed = []
        verify = home.hasher.verify
        home.hasher.verify = lambda tried, tags, family: (
            hashed.append(len(tried.items)),
            verify(tried, tags, family),
        )[1]
        said = " ".join(f"guess{n} elephant" for n in range(70))
        for _ in range(24):
            home.time += HOUR
            for _ in range(4):
                await outcome(home, account, said)
        assert 0 < sum(hashed) <= 40 * (MEMBER.free + 24 // 12)
        assert len(in_pieces(home, account.family_id, tags, ["word " * 400])) > 1


async def test_attack_5_a_family_of_stolen_accounts_has_one_budget_more(tmp_path):
    """Beside each account's there is the family's."""
    with families(tmp_path) as (home, _):
        store, family = home.store, home.store.accounts.get(1).family_id
        thieves = [admit(store, family, 500 + n) for n in range(6)]
        looked = 0
        for account in thieves:
            for _ in range(MEMBER.free):
                looked += await outcome(home, account, "no word at all") is not True
        assert looked == FAMILY.free


async def test_attack_5_the_count_outlives_a_restart_and_the_keeper_opens_it(tmp_path):
    """It lies in the database; speaking the word gives everyone their tries back."""
    with families(tmp_path) as (home, (account, *_)):
        for _ in range(MEMBER.free):
            await outcome(home, account, "we need bread")
        assert await outcome(home, account, WORD) is True
        home.store.codewords.forget_attempts(account.family_id)
        assert isinstance(await outcome(home, account, WORD), Match)


def test_attack_5_without_a_code_word_messages_are_hashed_as_if_there_were_one(tmp_path):
    """The clock must not tell: the same shapes each time, of the words of a drawn phrase."""
    with families(tmp_path) as (home, accounts):
        family = accounts[2].family_id
        tags = pretended(home, family)
        assert isinstance(tags, Tags)
        assert tags == pretended(home, family)
        text = ["is the grey elephant in the big zoo still alive and where does it sleep at night"]
        assert any(piece.items for piece in in_pieces(home, family, tags, text * 3))
