"""`familyguard init` and `familyguard keys`: a bot that runs, and the way back from paper."""

import asyncio
import os
import stat
import time

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.opening import open_house
from bot.playground.server import build, serve
from bot.playground.world import World
from bot.refusals import sentence as in_words
from bot.settings import load_settings
from familyguard.errors import UnusableKeys
from familyguard.keys import load_keys
from familyguard.recovery import lines, read
from familyguard.store import open_store
from tests.bot.houses import family_bot, let_in

run = CliRunner()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """An empty working folder, and nothing of the machine's own settings."""
    for name in [name for name in os.environ if name.startswith("FAMILYGUARD_")]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def bot(monkeypatch):
    """A bot that a Telegram on this machine knows."""
    world = World()
    async with serve(build(world)) as url:
        monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", url)
        yield world.add_bot("FamilyGuard", "family_guard_bot")


async def init(*arguments: str, typed: str = ""):
    """Run it, beside the Telegram that it asks."""
    return await asyncio.to_thread(run.invoke, app, ["init", *arguments], input=typed)


def mode(path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_four_answers_make_a_bot_that_can_be_started(bot, tmp_path, monkeypatch):
    """Token, language, country, folder: afterwards the settings load without any variable."""
    folder = tmp_path / "the family"
    result = await init(typed=f"{bot.token}\nnl\nbe\n{folder}\n")
    assert result.exit_code == 0, result.output
    assert "@family_guard_bot" in result.output
    assert bot.token not in result.output
    monkeypatch.delenv("FAMILYGUARD_TELEGRAM_API_URL")
    settings = load_settings()
    assert (settings.language, settings.country, settings.data_dir) == ("nl", "BE", folder)
    assert settings.telegram_token.get_secret_value() == bot.token
    for path in (tmp_path / ".env", folder / "keys.json", folder / "familyguard.db"):
        assert mode(path) == 0o600
    assert mode(folder) == 0o700


async def test_what_to_type_next_can_be_typed_as_it_stands(bot, tmp_path, monkeypatch):
    """Installed into a virtual environment, the program is not found by its bare name."""
    program = tmp_path / ".venv" / "bin" / "familyguard"
    monkeypatch.setattr("sys.argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    result = await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    assert f"    {program} run\n" in result.output
    assert str(tmp_path) in result.output


async def test_the_printed_link_makes_the_first_one_keeper(bot, tmp_path):
    """The code in the link is a claim; running init again voids it and prints another."""
    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    result = await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    link = next(word for word in result.output.split() if word.startswith("https://t.me/"))
    assert link.startswith("https://t.me/family_guard_bot?start=")
    with open_store(load_settings().database) as store:
        now = time.time()
        assert store.invitations.has_claim(now)
        assert not store.invitations.has_claim(now + 24 * 3600)
        assert store.invitations.redeem(link.partition("=")[2], 1, now) is not None
        assert not store.invitations.has_claim(now)


def token_file(folder, bot):
    """A file with the token."""
    path = folder / "token"
    path.write_text(bot.token + "\n")
    return path


async def test_a_webhook_gets_a_secret_of_its_own(bot, tmp_path):
    """No secret has a default: 256 random bits, fresh each time, in the closed file alone."""
    hook = ("--webhook", "https://bot.example.org/guard")
    said, found = "", []
    for _ in range(2):
        result = await init("--yes", "--token-file", str(token_file(tmp_path, bot)), *hook)
        assert result.exit_code == 0, result.output
        said += result.output
        settings = load_settings()
        assert settings.webhook_url == "https://bot.example.org/guard"
        found.append(settings.webhook_secret.get_secret_value())
    assert len(set(found)) == 2
    assert min(map(len, found)) >= 43
    assert not [secret for secret in found if secret in said]
    assert mode(tmp_path / ".env") == 0o600
    assert (tmp_path / ".env").read_text().count("WEBHOOK_SECRET") == 1


async def test_a_webhook_that_telegram_cannot_reach_is_refused(bot, tmp_path):
    """One sentence, before anything is written."""
    for address in ("http://bot.example.org/guard", "bot.example.org", "https://x.org/a?b=c"):
        result = await init(
            "--yes", "--token-file", str(token_file(tmp_path, bot)), "--webhook", address
        )
        assert result.exit_code == 1
        assert "WEBHOOK_URL" in result.stderr
        assert not (tmp_path / ".env").exists()


async def test_starting_the_bot_does_not_void_the_link_of_init(bot, tmp_path, capsys):
    """Whoever opened it before the bot ran is still let in; the code itself is not shown again."""
    from bot.run import _offer_claim

    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    async with family_bot(tmp_path, members=(), data_dir=load_settings().data_dir) as telegram:
        _offer_claim(telegram.app)
    assert "the link that was printed before" in capsys.readouterr().out
    with open_store(load_settings().database) as store:
        assert store.invitations.has_claim(time.time())


async def test_a_wrong_token_is_asked_for_again(bot, tmp_path):
    """Attack 20: one sentence, without the token in it, for a typing mistake and an unknown one."""
    other = "123456:" + "A" * 35
    result = await init(typed=f"what?\n{other}\n{bot.token}\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert "It looks like 123456:ABC-def" in result.output
    assert "does not know this token" in result.output
    assert other not in result.output


async def test_without_telegram_nothing_is_written(monkeypatch, tmp_path):
    """One sentence, and the folder is as it was."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", "http://127.0.0.1:9")
    token = tmp_path / "token"
    token.write_text("123456:" + "A" * 35)
    result = await init("--yes", "--token-file", str(token))
    assert result.exit_code == 1
    assert "cannot reach http://127.0.0.1:9" in result.stderr
    assert not (tmp_path / ".env").exists()
    assert not (tmp_path / "share").exists()


async def test_a_file_of_settings_is_never_replaced_unasked(bot, tmp_path):
    """«No» leaves it alone; «yes» keeps the lines that are not asked about."""
    env = tmp_path / ".env"
    env.write_text("FAMILYGUARD_THREADS=3\nFAMILYGUARD_LANGUAGE=nl\n")
    env.chmod(0o600)
    result = await init(typed="n\n")
    assert result.exit_code == 1
    assert env.read_text().startswith("FAMILYGUARD_THREADS=3\nFAMILYGUARD_LANGUAGE=nl")
    result = await init(typed=f"y\n{bot.token}\nen\nGB\n\n")
    assert result.exit_code == 0, result.output
    settings = load_settings()
    assert (settings.threads, settings.language) == (3, "en")
    assert env.read_text().count("LANGUAGE") == 1


async def test_a_wrong_country_is_refused_before_anybody_is_asked(monkeypatch, tmp_path):
    """Without a network too, and before the token is typed."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", "http://127.0.0.1:9")
    result = await init("--country", "QQ")
    assert result.exit_code == 2
    assert "do not know that country" in result.stderr


@pytest.mark.parametrize("country", ["Netherlands", "QQ", "EU", "12", ""])
async def test_a_country_that_does_not_exist_is_refused(bot, tmp_path, country):
    """Whom to report to depends on it."""
    arguments = ["--yes", "--token-file", str(token_file(tmp_path, bot)), "--country", country]
    result = await init(*arguments)
    assert result.exit_code == 2
    assert not (tmp_path / ".env").exists()


async def test_the_recovery_sheet_holds_the_keys_and_only_i_can_read_it(bot, tmp_path):
    """As text it can be read back; as PDF it is one page with every line."""
    import pypdfium2

    await init("--yes", "--token-file", str(token_file(tmp_path, bot)), "--language", "nl")
    folder = load_settings().data_dir
    keys = load_keys(folder / "keys.json")
    text = folder / "recovery-sheet.txt"
    assert read(text.read_text()) == keys
    pdf = folder / "recovery-sheet.pdf"
    assert mode(text) == mode(pdf) == 0o600
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    words = document[0].get_textpage().get_text_range().split()
    assert "@family_guard_bot." in words
    for line in lines(keys):
        label, *groups = str(line).split()
        at = words.index(label)
        assert words[at + 1 : at + 1 + len(groups)] == groups
    assert bot.token not in text.read_text()


async def test_a_lost_machine_comes_back_from_the_sheet(bot, tmp_path):
    """Back-up, init, keys typed in with a mistake, and the family opens again."""
    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    folder = load_settings().data_dir
    with open_store(folder / "familyguard.db") as store:
        family = let_in(store, 1)
        store.families.rename(family, "Jansen")
        store.clean()
    sheet = lines(load_keys(folder / "keys.json"))
    (folder / "keys.json").unlink()
    result = await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    assert "familyguard keys restore" in result.output
    assert not (folder / "keys.json").exists()
    first, *rest = map(str, sheet)
    typed = "\n".join([first[:-1], "hello", first.lower(), *rest]) + "\n"
    result = run.invoke(app, ["keys", "restore"], input=typed)
    assert result.exit_code == 0, result.output
    assert "mistake in line 1A" in result.output
    with open_store(folder / "familyguard.db") as store:
        assert store.families.get(family).name == "Jansen"
    again = run.invoke(app, ["keys", "restore"], input=typed)
    assert again.exit_code == 1
    assert "already" in again.stderr


async def test_rotated_keys_get_a_new_sheet_and_the_old_one_no_longer_fits(bot, tmp_path):
    """The old sheet is refused before anything is written."""
    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    folder = load_settings().data_dir
    with open_store(folder / "familyguard.db") as store:
        store.families.rename(let_in(store, 1), "Jansen")
    text = folder / "recovery-sheet.txt"
    old = tmp_path / "old.txt"
    old.write_bytes(text.read_bytes())
    result = run.invoke(app, ["keys", "rotate"])
    assert result.exit_code == 0, result.output
    (folder / "keys.json").unlink()
    refused = run.invoke(app, ["keys", "restore", str(old)])
    assert refused.exit_code == 1
    assert "older sheet" in refused.stderr
    assert not (folder / "keys.json").exists()
    assert run.invoke(app, ["keys", "restore", str(text)]).exit_code == 0
    with open_store(folder / "familyguard.db") as store:
        assert store.families.all()[0].name == "Jansen"


async def test_keys_are_not_rotated_under_a_running_bot(bot, tmp_path):
    """It would go on sealing with a key that is forgotten."""
    from bot.folders import only_bot

    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    with only_bot(load_settings()):
        result = run.invoke(app, ["keys", "rotate"])
    assert result.exit_code == 1
    assert "already running" in result.stderr


async def test_unreadable_keys_are_one_sentence(bot, tmp_path):
    """Attack 20: a key file that others can read is refused, without a traceback."""
    await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    keys = load_settings().data_dir / "keys.json"
    keys.chmod(0o644)
    result = await init("--yes", "--token-file", str(token_file(tmp_path, bot)))
    assert result.exit_code == 1
    assert "chmod 600" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        (
            "en_GB.UTF-8",
            "The keys are missing: {path}. Take your recovery sheet and run: {command}",
        ),
        (
            "nl_NL.UTF-8",
            "De sleutels ontbreken: {path}. Pak je herstelblad en geef het commando: {command}",
        ),
    ],
)
async def test_missing_keys_are_one_sentence_with_one_way_out_wherever_one_looks(
    bot, tmp_path, monkeypatch, locale, sentence
):
    """`init`, `invite`, `doctor` and `run` alike, in the language of the terminal."""
    monkeypatch.setenv("LANG", locale)
    token = str(token_file(tmp_path, bot))
    await init("--yes", "--token-file", token)
    path = load_settings().data_dir / "keys.json"
    path.unlink()
    expected = sentence.format(path=path, command="familyguard keys restore")
    assert expected in (await init("--yes", "--token-file", token)).output
    for command in ("invite", "doctor"):
        said = await asyncio.to_thread(run.invoke, app, [command])
        assert said.exit_code == 1
        assert expected in said.output
    with pytest.raises(UnusableKeys) as refused:
        open_house(load_settings())
    assert in_words(refused.value) == expected
