"""The settings of whoever listens to memos: the bot, and the workers of a cluster."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from bot.texts import Texts, terminal_language
from familyguard.keys import KEY_BYTES, key_from_text
from voice.models import models_folder

DetectorName = Literal["spectra-0", "antideepfake-small", "antideepfake-mms-300m"]
"""As in `voice.detectors.DETECTORS`."""


def wrong(why: str, **values: object) -> ValueError:
    """What a value lacks, in the language of the terminal."""
    return ValueError(Texts(terminal_language()).get(f"unusable.why.{why}", **values))


def is_this_machine(host: str) -> bool:
    """Whether a host name or address is that of this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ListeningSettings(BaseModel):
    """Where the models are, how many processes hold them, and where memos go past one machine."""

    models_dir: Path = Field(default_factory=models_folder, description="folder of the models")
    threads: int = Field(2, ge=1, le=64, description="processor threads for listening")
    workers: int = Field(
        1, ge=1, le=64, description="processes that listen, each with models of its own"
    )
    urgent_workers: int = Field(
        0, ge=0, le=64, description="further ones that hear answers to live challenges only"
    )
    detector: DetectorName | None = Field(
        None, description="detector that was fetched and calibrated, instead of the built-in one"
    )
    detector_seconds: float = Field(
        90.0,
        gt=0,
        description="seconds that it may take for one memo, at most half of what the memo has",
    )
    memo_seconds: float = Field(
        180.0, gt=0, description="seconds that listening to one memo may take"
    )
    drain_seconds: float = Field(
        20.0, ge=0, description="seconds that memos in hand get when the bot is stopped"
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis through which memos go to the workers of a cluster"
    )
    cluster_key: SecretStr | None = Field(
        None,
        validate_default=True,
        description="key with which they are sealed there; `familyguard keys cluster` makes one",
    )

    @field_validator("redis_url")
    @classmethod
    def _keeps_the_password(cls, address: SecretStr | None) -> SecretStr | None:
        """What passes is sealed, but the password of Redis and who asks for what are not."""
        if address is None:
            return None
        url = urlsplit(address.get_secret_value())
        if url.scheme not in ("redis", "rediss", "unix"):
            raise wrong("redis_form")
        if url.scheme == "redis" and not is_this_machine(url.hostname or ""):
            raise wrong("redis_in_the_clear")
        return address

    @field_validator("cluster_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """There is none that comes by itself: everybody would know it."""
        if key is None:
            if info.data.get("redis_url") is not None:
                raise wrong("cluster_key_needed")
            return None
        try:
            key_from_text(key.get_secret_value())
        except ValueError:
            raise wrong("cluster_key_form", count=KEY_BYTES) from None
        return key
