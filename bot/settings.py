"""Everything that a self-hoster can set: environment variables, an `.env` file, a secrets folder.

The sources in order of preference: `FAMILYGUARD_…` variables, `.env` in the working folder, one
file a setting in the secrets folder.  The token has no default, and a file that holds it must not
be readable by other accounts of the machine.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.errors import UnusableSettings
from bot.texts import Language, pick_language
from voice.models import models_folder

PREFIX = "FAMILYGUARD_"
TELEGRAM_API_URL = "https://api.telegram.org"
DOCKER_SECRETS = Path("/run/secrets")
TOKEN_FORM = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
"""What a bot token looks like: the bot's number, a colon, and a key."""

OTHERS_MAY_READ = 0o077
"""The permission bits of a file that belong to its group and to everyone else."""


def _system_language() -> Language:
    return pick_language(os.environ.get("LC_ALL") or os.environ.get("LANG"))


class Settings(BaseSettings):
    """The settings of one bot.  Read them with `load_settings`, which explains what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # A validation error shows its input by default, and that may be the token.
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr = Field(description="the bot's token, from @BotFather")
    telegram_api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")] = Field(
        TELEGRAM_API_URL, description="another Bot API server, such as the playground's"
    )
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("familyguard"),
        description="folder of the database and of files while they are checked",
    )
    models_dir: Path = Field(default_factory=models_folder, description="folder of the models")
    language: Language = Field(
        default_factory=_system_language,
        description="language for new members: nl or en",
    )
    memo_language: Literal["nl", "en"] | None = Field(
        None, description="language spoken in memos, if always the same; else it is recognised"
    )
    threads: int = Field(2, ge=1, le=64, description="processor threads for listening")
    queue_length: int = Field(20, ge=1, description="memos that may wait, of all members together")
    queue_per_member: int = Field(8, ge=1, description="memos that one member may have waiting")
    memo_seconds: float = Field(
        180.0, gt=0, description="seconds that listening to one memo may take"
    )
    message_burst: int = Field(20, ge=1, description="messages that a member may send at once")
    message_interval: float = Field(
        6.0, ge=0.01, description="seconds after which one more message may be sent"
    )
    remember_results: int = Field(200, ge=1, description="verdicts kept in memory for «Details»")
    drain_seconds: float = Field(
        20.0, ge=0, description="seconds that memos in hand get when the bot is stopped"
    )

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        if not TOKEN_FORM.fullmatch(token.get_secret_value()):
            raise ValueError("that is not a bot token; it looks like 123456:ABC-def…")
        return token

    @field_validator("telegram_api_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

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
    def incoming(self) -> Path:
        """Where a memo lies while it is checked; emptied at every start."""
        return self.data_dir / "incoming"


def load_settings(env_file: Path = Path(".env"), secrets_dir: Path | None = None) -> Settings:
    """Read the settings.

    `secrets_dir` defaults to `FAMILYGUARD_SECRETS_DIR`, or else `/run/secrets` if that is there.

    Raises:
        UnusableSettings: with one sentence on what is wrong and where.
    """
    if secrets_dir is None:
        named = os.environ.get(f"{PREFIX}SECRETS_DIR")
        secrets_dir = Path(named) if named else DOCKER_SECRETS
        if named and not secrets_dir.is_dir():
            raise UnusableSettings(f"The secrets folder {secrets_dir} does not exist.")
    for file in _files_with_the_token(env_file, secrets_dir):
        if file.stat().st_mode & OTHERS_MAY_READ:
            raise UnusableSettings(
                f"Other accounts on this machine can read {file}, which holds the bot's token; "
                f"run «chmod 600 {file}» and start again."
            )
    try:
        return Settings(
            _env_file=env_file if env_file.is_file() else None,
            _secrets_dir=secrets_dir if secrets_dir.is_dir() else None,
        )
    except ValidationError as error:
        raise UnusableSettings(_first_problem(error)) from None
    except SettingsError as error:
        raise UnusableSettings(f"The settings cannot be read: {error}.") from None


def _files_with_the_token(env_file: Path, secrets_dir: Path) -> list[Path]:
    name = f"{PREFIX}telegram_token".lower()
    files = []
    if env_file.is_file() and name in env_file.read_text("utf-8", "replace").lower():
        files.append(env_file)
    if secrets_dir.is_dir():
        files += [file for file in secrets_dir.iterdir() if file.name.lower() == name]
    return files


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = PREFIX + str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        what = Settings.model_fields[str(problem["loc"][0])].description
        return f"{name} is not set: {what}. Put it in the environment or in a file .env."
    reason = problem["msg"].removeprefix("Value error, ")
    return f"{name} cannot be used: {reason[0].lower()}{reason[1:]}."
