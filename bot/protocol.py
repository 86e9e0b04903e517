"""What the bot and its worker process say to each other: one JSON object a line, no pickle."""

from typing import Annotated, Final, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter

from bot.texts import Language
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice

MAX_LINE_BYTES = 32 * 1024 * 1024
"""Longer than any honest line: a quarter of an hour of words with times, or a picture."""

CRASHED: Final = "crashed"
"""Why a memo was not judged that ended in an error nobody expected; `judge_failure` knows it."""


class _Line(BaseModel):
    # A score may be infinite; JSON proper has no word for that.  What does not fit is not quoted:
    # it may be the words of a memo, or somebody's voice.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants", hide_input_in_errors=True)


class CheckJob(_Line):
    """To the worker: listen to the file at `path`, and draw its picture in `language`.

    `spoken` is the language of the memo, if it is known beforehand; `voices` are compared with it.
    Of an answer to a challenge the words are heard however short it is; `contexts` hold the words
    that may be in it.
    """

    kind: Literal["check"] = "check"
    number: int
    path: str
    language: Language
    spoken: Language | None = None
    voices: tuple[KnownVoice, ...] = ()
    is_answer: bool = False
    contexts: tuple[str, ...] = Field(default=(), repr=False)


class RehearJob(_Line):
    """To the worker: hear how the code word in the files at `paths`, in `spoken`, may sound."""

    kind: Literal["rehear"] = "rehear"
    number: int
    paths: tuple[str, ...]
    spoken: Language


class EnrolJob(_Line):
    """To the worker: listen to a memo of a person who enrols, who reads a prompt in `spoken`."""

    kind: Literal["enrol"] = "enrol"
    number: int
    path: str
    spoken: Language


Job = Annotated[CheckJob | RehearJob | EnrolJob, Field(discriminator="kind")]

JOB: TypeAdapter[Job] = TypeAdapter(Job)


class Ready(_Line):
    """The models are loaded."""

    event: Literal["ready"] = "ready"


class Step(_Line):
    """A step began; where they are counted, `done` of `total` are behind."""

    event: Literal["step"] = "step"
    number: int
    step: str
    done: int | None = None
    total: int | None = None


class Heard(_Line):
    """What was found out.  The picture follows."""

    event: Literal["heard"] = "heard"
    number: int
    analysis: Analysis


class Reheard(_Line):
    """What a code word was heard as.  Ends the job."""

    event: Literal["reheard"] = "reheard"
    number: int
    rehearing: Rehearing


class Enrolled(_Line):
    """What a memo adds to an enrolment.  Ends the job."""

    event: Literal["enrolled"] = "enrolled"
    number: int
    memo: EnrolmentMemo


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


Event = Annotated[
    Ready | Step | Heard | Reheard | Enrolled | Failed | Picture, Field(discriminator="event")
]

LAST = (Failed, Picture, Reheard, Enrolled)
"""Whichever comes ends its job."""

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
