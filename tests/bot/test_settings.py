"""Settings: where they come from, and one clear sentence about what is wrong."""

import pytest

from bot.app import prepare_folders
from bot.errors import UnusableSettings
from bot.settings import Settings, load_settings
from tests.bot.fake_telegram import TOKEN
from tests.bot.houses import settings_in


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """Nothing of the machine's own settings."""
    import os

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


def test_every_setting_says_what_it_is_for():
    """The reference page is made from these."""
    assert all(field.description for field in Settings.model_fields.values())
