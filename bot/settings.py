"""Everything that a self-hoster can set: environment variables, an `.env` file, a secrets folder.

The sources in order of preference: `FAMILYGUARD_…` variables, `.env` in the working folder, one
file a setting in the secrets folder.  The token has no default, and a file that holds it must not
be readable by other accounts of the machine; no file that is read may be theirs to write, since the
address to which the token is sent is a setting too.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx
import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.errors import UnusableSettings
from bot.listening_settings import ListeningSettings, is_this_machine, wrong
from bot.texts import Language, terminal_language
from familyguard.backup import FOLDER as BACKUPS

PREFIX = "FAMILYGUARD_"
TELEGRAM_API_URL = "https://api.telegram.org"
DOCKER_SECRETS = Path("/run/secrets")
TOKEN_FORM = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
"""What a bot token looks like: the bot's number, a colon, and a key."""

WEBHOOK_SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{32,256}")
"""What Telegram takes as a secret, and long enough not to be guessed."""

WEBHOOK_PATH_FORM = re.compile(r"/[A-Za-z0-9/_-]*")

SECRETS = ("redis_url", "cluster_key", "webhook_secret", "telegram_token")
"""Settings that other accounts must not read; the worst one last."""

OTHERS = 0o077
"""The permission bits of a file that belong to its group and to everyone else."""

OTHERS_MAY_WRITE = 0o022


def _plain_address(address: str) -> httpx.URL:
    """A web address and nothing more.  Raises ValueError."""
    try:
        # The parser of the library that will connect, so that no two read it differently.
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise wrong("not_an_address") from None
    if url.scheme not in ("http", "https") or not url.host or re.search(r"[\s\\]", address):
        raise wrong("address_form")
    if url.userinfo or url.query or url.fragment:
        raise wrong("address_extras")
    return url


SOURCES = SettingsConfigDict(
    env_prefix=PREFIX,
    env_file_encoding="utf-8",
    env_ignore_empty=True,
    extra="ignore",
    frozen=True,
    # A validation error shows its input by default, and that may be the token.
    hide_input_in_errors=True,
)


class WorkerSettings(ListeningSettings, BaseSettings):
    """The settings of a worker of a cluster, which has no token and no data."""

    model_config = SOURCES

    redis_url: SecretStr = Field(
        description="Redis through which memos go to the workers of a cluster"
    )
    urgent_workers: int = Field(
        1, ge=0, le=64, description="further ones that hear answers to live challenges only"
    )


class Settings(ListeningSettings, BaseSettings):
    """The settings of one bot.  Read them with `load_settings`, which explains what is wrong."""

    model_config = SOURCES

    telegram_token: SecretStr = Field(description="the bot's token, from @BotFather")
    telegram_api_url: str = Field(
        TELEGRAM_API_URL,
        description="another Bot API server: https://, or http:// on this machine only",
    )
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("familyguard"),
        description="folder of the database and of files while they are checked",
    )
    backup_dir: Path | None = Field(None, description="folder of the back-ups")
    language: Language = Field(
        default_factory=terminal_language,
        description="language for new members and for these commands: nl or en",
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="country of a new family, as two letters: NL, BE …; decides whom to report to",
    )
    memo_language: Literal["nl", "en"] | None = Field(
        None, description="language spoken in memos, if always the same; else it is recognised"
    )
    queue_length: int = Field(20, ge=1, description="memos that may wait, of all members together")
    in_flight: int = Field(8, ge=1, description="memos of this bot in Redis at once")
    queue_per_member: int = Field(8, ge=1, description="memos that one member may have waiting")
    message_burst: int = Field(
        40, ge=1, description="messages and taps that a member may send at once"
    )
    message_interval: float = Field(
        6.0, ge=0.01, description="seconds after which one more message may be sent"
    )
    remember_results: int = Field(200, ge=1, description="verdicts kept in memory for «Details»")
    health_port: int | None = Field(
        None, ge=1, le=65_535, description="port of this machine for /healthz, /livez, /metrics"
    )
    webhook_url: str | None = Field(
        None, description="public https:// address at which Telegram delivers messages"
    )
    webhook_port: int = Field(
        8080, ge=1, le=65_535, description="port of this machine to which the proxy passes them"
    )
    webhook_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="secret that Telegram shows with each delivery; `familyguard init` makes one",
    )

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        if not TOKEN_FORM.fullmatch(token.get_secret_value()):
            raise wrong("token_form")
        return token

    @field_validator("telegram_api_url")
    @classmethod
    def _keeps_the_token(cls, address: str) -> str:
        """The token is in every call, so it must not leave this machine in the clear."""
        url = _plain_address(address)
        if url.scheme == "http" and not is_this_machine(url.host):
            raise wrong("token_in_the_clear")
        return address.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _is_reachable(cls, address: str | None) -> str | None:
        """Telegram delivers over https alone; the playground's Telegram is this machine."""
        if address is None:
            return None
        url = _plain_address(address)
        if url.scheme == "http" and not is_this_machine(url.host):
            raise wrong("https_only")
        if not WEBHOOK_PATH_FORM.fullmatch(url.path):
            raise wrong("path_form")
        return address

    @field_validator("webhook_secret")
    @classmethod
    def _keeps_strangers_out(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        """Whoever finds the address could say anything in anyone's name."""
        if secret is None:
            if info.data.get("webhook_url") is not None:
                raise wrong("secret_needed")
            return None
        if not WEBHOOK_SECRET_FORM.fullmatch(secret.get_secret_value()):
            raise wrong("secret_form")
        return secret

    @property
    def base_url(self) -> str:
        """Where methods are called; the library adds the token."""
        return f"{self.telegram_api_url}/bot"

    @property
    def base_file_url(self) -> str:
        """Where files are fetched; the library adds the token."""
        return f"{self.telegram_api_url}/file/bot"

    @property
    def database(self) -> Path:
        """The one database file."""
        return self.data_dir / "familyguard.db"

    @property
    def backups(self) -> Path:
        """Where back-ups go."""
        return self.backup_dir or self.data_dir / BACKUPS

    @property
    def incoming(self) -> Path:
        """Where a memo lies while it is checked; emptied at every start."""
        return self.data_dir / "incoming"


Kind = TypeVar("Kind", Settings, WorkerSettings)


def load_settings(
    env_file: Path = Path(".env"), secrets_dir: Path | None = None, **answers: Any
) -> Settings:
    """Read the settings of a bot; see `load`."""
    return load(Settings, env_file, secrets_dir, **answers)


def load(
    kind: type[Kind], env_file: Path = Path(".env"), secrets_dir: Path | None = None, **answers: Any
) -> Kind:
    """Read settings.  `answers` come before every source.

    `secrets_dir` defaults to `FAMILYGUARD_SECRETS_DIR`, or else `/run/secrets` if that is there.

    Raises:
        UnusableSettings: with one sentence on what is wrong and where.
    """
    if secrets_dir is None:
        named = os.environ.get(f"{PREFIX}SECRETS_DIR")
        secrets_dir = Path(named) if named else DOCKER_SECRETS
        if named and not secrets_dir.is_dir():
            raise UnusableSettings.because("secrets_dir", folder=secrets_dir)
    try:
        _refuse_foreign_files(env_file, secrets_dir)
        return kind(
            _env_file=env_file if env_file.is_file() else None,
            _secrets_dir=secrets_dir if secrets_dir.is_dir() else None,
            **answers,
        )
    except UnicodeDecodeError:
        raise UnusableSettings.because("not_text", file=env_file, folder=secrets_dir) from None
    except OSError as error:
        raise UnusableSettings.because(
            "unreadable", file=error.filename or env_file, why=error.strerror
        ) from None
    except ValidationError as error:
        raise _first_problem(error) from None
    except SettingsError as error:
        raise UnusableSettings.because("settings", why=error) from None


def _refuse_foreign_files(env_file: Path, secrets_dir: Path) -> None:
    """Raise UnusableSettings for a file that others may write, or that shows them a secret."""
    with_secret = _files_with_a_secret(env_file, secrets_dir)
    files = [env_file] if env_file.is_file() else []
    if secrets_dir.is_dir():
        entries = sorted(secrets_dir.iterdir())
        files += [file for file in entries if file.name.upper().startswith(PREFIX)]
    for file in files:
        facts = file.stat()
        if facts.st_uid not in (os.geteuid(), 0):
            raise UnusableSettings.because("foreign", file=file)
        if file in with_secret and facts.st_mode & OTHERS:
            raise UnusableSettings.because(f"shown.{with_secret[file]}", file=file)
        if facts.st_mode & OTHERS_MAY_WRITE:
            raise UnusableSettings.because("changeable", file=file)


def _files_with_a_secret(env_file: Path, secrets_dir: Path) -> dict[Path, str]:
    """The files that hold a secret, and the setting that it is."""
    found = {}
    for setting in SECRETS:
        name = PREFIX.lower() + setting
        if env_file.is_file() and name in env_file.read_text("utf-8", "replace").lower():
            found[env_file] = setting
        if secrets_dir.is_dir():
            found |= {one: setting for one in secrets_dir.iterdir() if one.name.lower() == name}
    return found


def _first_problem(error: ValidationError) -> UnusableSettings:
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = PREFIX + str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return UnusableSettings.because(f"missing.{problem['loc'][0]}", name=name)
    # What the library itself says of a number that is out of range is there in English only.
    reason = problem["msg"].removeprefix("Value error, ")
    return UnusableSettings.because("value", name=name, why=f"{reason[0].lower()}{reason[1:]}")
