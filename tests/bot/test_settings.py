"""Settings: where they come from, and one clear sentence about what is wrong."""

import os

import pytest

from bot.errors import UnusableSettings
from bot.folders import only_bot, prepare_folders
from bot.settings import Settings, WorkerSettings, load, load_settings
from tests.bot.fake_telegram import TOKEN
from tests.bot.houses import settings_in


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """Nothing of the machine's own settings."""
    for name in [name for name in os.environ if name.startswith("FAMILYGUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", "/nowhere")


@pytest.fixture
def env_file(tmp_path):
    """An `.env` file with the token, readable by this account alone."""
    path = tmp_path / ".env"
    path.write_text(f"FAMILYGUARD_TELEGRAM_TOKEN={TOKEN}\nFAMILYGUARD_LANGUAGE=nl\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def secrets_dir(tmp_path):
    """A secrets folder with the token."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    path = folder / "familyguard_telegram_token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return folder


def test_an_env_file_is_read(env_file, tmp_path):
    """Token and language."""
    settings = load_settings(env_file, tmp_path / "none")
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert settings.language == "nl"


def test_a_secrets_folder_is_read(secrets_dir, tmp_path):
    """One file a setting, with or without a line end."""
    settings = load_settings(tmp_path / "none", secrets_dir)
    assert settings.telegram_token.get_secret_value() == TOKEN


def test_the_environment_names_the_secrets_folder(secrets_dir, tmp_path, monkeypatch):
    """FAMILYGUARD_SECRETS_DIR."""
    monkeypatch.setenv("FAMILYGUARD_SECRETS_DIR", str(secrets_dir))
    assert load_settings(tmp_path / "none").telegram_token.get_secret_value() == TOKEN
    monkeypatch.setenv("FAMILYGUARD_SECRETS_DIR", str(tmp_path / "gone"))
    with pytest.raises(UnusableSettings, match="does not exist"):
        load_settings(tmp_path / "none")


def test_the_environment_wins(env_file, tmp_path, monkeypatch):
    """A variable overrides the file."""
    monkeypatch.setenv("FAMILYGUARD_LANGUAGE", "en")
    assert load_settings(env_file, tmp_path / "none").language == "en"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_token_that_others_can_read_is_refused(env_file, secrets_dir, tmp_path, mode):
    """Attack 20: in the env file and in the secrets folder, with the way out in the sentence."""
    env_file.chmod(mode)
    with pytest.raises(UnusableSettings, match="chmod 600") as error:
        load_settings(env_file, tmp_path / "none")
    assert "\n" not in str(error.value)
    (secrets_dir / "familyguard_telegram_token").chmod(mode)
    with pytest.raises(UnusableSettings, match="chmod 600"):
        load_settings(tmp_path / "none", secrets_dir)


def test_an_env_file_without_the_token_may_be_read_by_all(env_file, secrets_dir):
    """There is nothing to hide in it."""
    env_file.write_text("FAMILYGUARD_LANGUAGE=en\n")
    env_file.chmod(0o644)
    assert load_settings(env_file, secrets_dir).language == "en"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TELEGRAM_TOKEN", "my-token", "not a bot token"),
        ("LANGUAGE", "fr", "FAMILYGUARD_LANGUAGE cannot be used"),
        ("QUEUE_LENGTH", "0", "FAMILYGUARD_QUEUE_LENGTH cannot be used"),
        ("TELEGRAM_API_URL", "ftp://x", "FAMILYGUARD_TELEGRAM_API_URL cannot be used"),
    ],
)
def test_a_wrong_value_is_one_sentence_without_the_value(
    env_file, tmp_path, monkeypatch, name, value, words
):
    """What was typed may be a secret, so it is not repeated."""
    monkeypatch.setenv(f"FAMILYGUARD_{name}", value)
    with pytest.raises(UnusableSettings, match=words) as error:
        load_settings(env_file, tmp_path / "none")
    assert "\n" not in str(error.value)
    assert "my-token" not in str(error.value)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o620, 0o602])
def test_a_settings_file_that_others_can_change_is_refused(env_file, secrets_dir, tmp_path, mode):
    """Also without the token in it: one line would send the token to another server."""
    env_file.write_text("FAMILYGUARD_LANGUAGE=en\n")
    env_file.chmod(mode)
    with pytest.raises(UnusableSettings, match=r"can change .*chmod go-w") as error:
        load_settings(env_file, secrets_dir)
    assert "\n" not in str(error.value)
    other = secrets_dir / "familyguard_telegram_api_url"
    other.write_text("https://bot.example")
    other.chmod(mode)
    with pytest.raises(UnusableSettings, match=r"can change .*chmod go-w"):
        load_settings(tmp_path / "none", secrets_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_settings_file_of_another_account_is_refused(env_file, secrets_dir):
    """In a folder that several people share somebody may have put it there first."""
    env_file.write_text("FAMILYGUARD_LANGUAGE=en\n")
    os.chown(env_file, 65534, -1)
    with pytest.raises(UnusableSettings, match="belongs to another account"):
        load_settings(env_file, secrets_dir)


def test_a_settings_file_that_is_no_text_is_one_sentence(env_file, secrets_dir, tmp_path):
    """Not a traceback, which could show what is in it."""
    env_file.write_bytes(b"FAMILYGUARD_LANGUAGE=\xff\xfe\n")
    with pytest.raises(UnusableSettings, match="is not text in UTF-8") as error:
        load_settings(env_file, secrets_dir)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://203.0.113.9",
        "http://bot.example",
        "http://127.0.0.1.bot.example",
        "http://127.0.0.1@bot.example",
        "http://localhost.bot.example",
        "http://bot.example\\@127.0.0.1",
        "https://name:word@bot.example",
        "https://bot.example/?x=",
        "https://",
        "http://[",
        "bot.example",
    ],
)
def test_the_token_is_not_sent_unprotected(env_file, tmp_path, monkeypatch, address):
    """It stands in the address of every call."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", address)
    with pytest.raises(UnusableSettings, match="API_URL cannot be used") as error:
        load_settings(env_file, tmp_path / "none")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8081", "http://127.1.2.3", "http://[::1]:80", "http://localhost:1",
     "https://bot.example:8443", "https://bot.example/telegram"],
)  # fmt: skip
def test_this_machine_and_protected_servers_are_accepted(env_file, tmp_path, monkeypatch, address):
    """The playground's, a local Bot API server, and one behind a certificate."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", address)
    assert load_settings(env_file, tmp_path / "none").telegram_api_url == address


def test_without_a_token_the_sentence_says_where_to_get_one(tmp_path):
    """It has no default."""
    with pytest.raises(UnusableSettings, match=r"FAMILYGUARD_TELEGRAM_TOKEN is not set.*BotFather"):
        load_settings(tmp_path / "none", tmp_path / "none")


def test_another_bot_api_server_serves_methods_and_files(env_file, tmp_path, monkeypatch):
    """Both addresses follow, whether or not it ends in a slash."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    settings = load_settings(env_file, tmp_path / "none")
    assert settings.base_url == "http://127.0.0.1:8081/bot"
    assert settings.base_file_url == "http://127.0.0.1:8081/file/bot"


def test_settings_never_show_the_token(env_file, tmp_path):
    """Neither printed nor dumped, and they cannot be changed afterwards."""
    settings = load_settings(env_file, tmp_path / "none")
    assert TOKEN not in f"{settings!r} {settings} {settings.model_dump()}"
    with pytest.raises(ValueError, match="frozen"):
        settings.language = "en"


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(UnusableSettings, match="data folder") as error:
        prepare_folders(settings_in(tmp_path))
    assert "\n" not in str(error.value)


def test_a_data_folder_that_others_can_enter_is_closed(tmp_path):
    """It is ours, so it only has to be shut."""
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    settings.data_dir.chmod(0o777)
    prepare_folders(settings)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_an_open_data_folder_of_another_account_is_refused(tmp_path):
    """Whoever owns it could exchange the database."""
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir(mode=0o755)
    os.chown(settings.data_dir, 65534, -1)
    with pytest.raises(UnusableSettings, match="chmod 700") as error:
        prepare_folders(settings)
    assert "\n" not in str(error.value)


def test_a_link_in_the_place_of_the_incoming_folder_is_refused(tmp_path):
    """What it leads to is not emptied."""
    settings = settings_in(tmp_path)
    victim = tmp_path / "photos"
    victim.mkdir()
    (victim / "keep").write_text("precious")
    settings.data_dir.mkdir(mode=0o700)
    settings.incoming.symlink_to(victim)
    with pytest.raises(UnusableSettings, match="is a link") as error:
        prepare_folders(settings)
    assert "\n" not in str(error.value)
    assert (victim / "keep").read_text() == "precious"


def test_a_name_that_no_folder_can_have_is_one_sentence(tmp_path):
    """A null character in the settings."""
    with pytest.raises(UnusableSettings, match="data folder"):
        prepare_folders(settings_in(tmp_path, data_dir=tmp_path / "a\0b"))


def test_a_second_bot_does_not_empty_the_first_ones_folder(tmp_path):
    """It refuses with one sentence; once the first has ended, it may start."""
    settings = settings_in(tmp_path)
    with only_bot(settings):
        prepare_folders(settings)
        (settings.incoming / "memo").write_text("being listened to")
        with pytest.raises(UnusableSettings, match="already running") as error, only_bot(settings):
            prepare_folders(settings)
        assert "\n" not in str(error.value)
        assert (settings.incoming / "memo").exists()
    with only_bot(settings):
        prepare_folders(settings)
    assert not list(settings.incoming.iterdir())


def test_a_link_in_the_place_of_the_lock_is_refused(tmp_path):
    """Nothing is made where it leads."""
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir(mode=0o700)
    (settings.data_dir / "run.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnusableSettings, match="data folder"), only_bot(settings):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_every_setting_says_what_it_is_for():
    """The reference page is made from these."""
    assert all(field.description for field in Settings.model_fields.values())


def test_row_20_a_webhook_without_a_secret_is_refused(env_file, tmp_path):
    """Whoever finds the address could speak in anybody's name; there is no default."""
    address = "https://bot.example.org/guard"
    with pytest.raises(UnusableSettings, match=r"WEBHOOK_SECRET.*init --webhook"):
        load_settings(env_file, tmp_path, webhook_url=address)
    for secret in ("short", "x" * 31, "x" * 257, "x" * 40 + "!"):
        with pytest.raises(UnusableSettings, match="FAMILYGUARD_WEBHOOK_SECRET") as refused:
            load_settings(env_file, tmp_path, webhook_url=address, webhook_secret=secret)
        assert secret not in str(refused.value)
    settings = load_settings(env_file, tmp_path, webhook_url=address, webhook_secret="x" * 43)
    assert "xxx" not in repr(settings)


@pytest.mark.parametrize(
    "address",
    [
        "http://bot.example.org/guard",
        "https://bot.example.org/gu.*ard",
        "https://user:name@bot.example.org/",
        "https://bot.example.org/guard?x=1",
        "ftp://bot.example.org/",
    ],
)
def test_an_address_for_deliveries_is_public_and_plain(env_file, tmp_path, address):
    """Telegram delivers to https:// alone; the path is taken as it is, not as a pattern."""
    with pytest.raises(UnusableSettings, match="FAMILYGUARD_WEBHOOK_URL"):
        load_settings(env_file, tmp_path, webhook_url=address, webhook_secret="x" * 43)


def test_row_20_a_file_with_the_webhooks_secret_is_closed_to_others(tmp_path):
    """It is as good as the token: whoever has it can speak to the bot in anybody's name."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, content in (("telegram_token", TOKEN), ("webhook_secret", "x" * 43)):
        file = folder / f"familyguard_{name}"
        file.write_text(content)
        file.chmod(0o600)
    assert load_settings(tmp_path / "none", folder).webhook_secret is not None
    (folder / "familyguard_webhook_secret").chmod(0o644)
    with pytest.raises(UnusableSettings, match="webhook secret"):
        load_settings(tmp_path / "none", folder)


KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    ("url", "key", "why"),
    [
        ("redis://example.org:6379", KEY, "use rediss://"),
        ("http://127.0.0.1:6379", KEY, "it looks like rediss://"),
        ("redis://127.0.0.1:6379", None, "familyguard keys cluster"),
        ("redis://127.0.0.1:6379", "short", "32 bytes"),
        ("redis://127.0.0.1:6379", KEY[:-4], "32 bytes"),
    ],
)
def test_a_cluster_needs_a_protected_way_and_a_key_of_its_own(monkeypatch, tmp_path, url, key, why):
    """The password of Redis stays off the network, and there is no key that everybody knows."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    monkeypatch.setenv("FAMILYGUARD_REDIS_URL", url)
    if key:
        monkeypatch.setenv("FAMILYGUARD_CLUSTER_KEY", key)
    with pytest.raises(UnusableSettings, match=why) as refused:
        load_settings(tmp_path / ".env", tmp_path)
    assert key is None or key not in str(refused.value)


def test_a_worker_needs_an_address_and_a_key_but_no_token(monkeypatch, tmp_path):
    """A machine that only listens holds nothing with which one could speak as the bot."""
    monkeypatch.delenv("FAMILYGUARD_TELEGRAM_TOKEN", raising=False)
    with pytest.raises(UnusableSettings, match="FAMILYGUARD_REDIS_URL is not set"):
        load(WorkerSettings, tmp_path / ".env", tmp_path)
    monkeypatch.setenv("FAMILYGUARD_REDIS_URL", "rediss://worker:pass@example.org:6380")
    monkeypatch.setenv("FAMILYGUARD_CLUSTER_KEY", KEY)
    settings = load(WorkerSettings, tmp_path / ".env", tmp_path)
    assert "pass" not in repr(settings)
    assert KEY not in repr(settings)


def test_what_is_wrong_is_said_in_the_language_of_the_terminal(tmp_path, monkeypatch):
    """Whoever sets a bot up in Dutch reads Dutch also when it does not start."""
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    with pytest.raises(UnusableSettings, match=r"TELEGRAM_TOKEN ontbreekt: het token van de bot"):
        load_settings(tmp_path / ".env")
    with pytest.raises(UnusableSettings, match=r"is niet bruikbaar: dat is geen token van een bot"):
        load_settings(tmp_path / ".env", telegram_token="nonsense")
