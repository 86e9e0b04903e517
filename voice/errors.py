"""What can go wrong with a sound file or a model; each error carries what a message needs."""

from enum import StrEnum


class VoiceError(Exception):
    """Base of every error that `voice` raises on purpose."""


class Undecodable(StrEnum):
    """Why a file could not be turned into sound."""

    EMPTY = "empty"  # no bytes
    TOO_LARGE = "too_large"  # more bytes than MAX_FILE_BYTES
    TOO_LONG = "too_long"  # more sound than MAX_SECONDS
    NOT_MEDIA = "not_media"  # no container that we accept
    NO_SOUND = "no_sound"  # a picture, a silent film: no sound track
    BROKEN = "broken"  # damaged, truncated beyond use, or a codec that failed
    LIMIT = "limit"  # the decoder ran into its limit of time, memory or processor seconds
    MISSING = "missing"  # the file is not there or cannot be read


class UndecodableAudio(VoiceError):
    """The one error of decoding, whatever went wrong; `reason` picks the sentence for the user."""

    def __init__(self, reason: Undecodable, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class ModelUnavailable(VoiceError):
    """A model's files are not here (or not all of them) and could not be fetched."""

    def __init__(self, model: str, detail: str) -> None:
        super().__init__(f"model {model}: {detail}")
        self.model = model
        self.detail = detail


class ModelMismatch(ModelUnavailable):
    """A model's file is not the file that was pinned: refuse to load it."""
