"""What the bot and its worker process say to each other: one JSON object a line, no pickle."""

from typing import Annotated, Final, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter

from bot.texts import Language
from voice.errors import Undecodable
from voice.results import Analysis

MAX_LINE_BYTES = 32 * 1024 * 1024
"""Longer than any honest line: a quarter of an hour of words with times, or a picture."""

CRASHED: Final = "crashed"
"""Why a memo was not judged that ended in an error nobody expected; `judge_failure` knows it."""


class _Line(BaseModel):
    # A score may be infinite; JSON proper has no word for that.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class Job(_Line):
    """To the worker: listen to the file at `path`, and draw its picture in `language`.

    `spoken` is the language of the memo, if it is known beforehand.
    """

    number: int
    path: str
    language: Language
    spoken: Language | None = None


class Ready(_Line):
    """The models are loaded."""

    event: Literal["ready"] = "ready"


class Step(_Line):
    """A step of the analysis began."""

    event: Literal["step"] = "step"
    number: int
    step: str


class Heard(_Line):
    """What was found out.  The picture follows."""

    event: Literal["heard"] = "heard"
    number: int
    analysis: Analysis


class Failed(_Line):
    """The file could not be turned into sound.  Nothing follows."""

    event: Literal["failed"] = "failed"
    number: int
    reason: Undecodable | Literal["crashed"]


class Picture(_Line):
    """The picture of the analysis as PNG, or None if it could not be drawn.  Ends the job."""

    event: Literal["picture"] = "picture"
    number: int
    png: Base64Bytes | None


Event = Annotated[Ready | Step | Heard | Failed | Picture, Field(discriminator="event")]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
