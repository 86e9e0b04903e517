"""Several messages of one sender or case, in order: how far the fraud has come.

Single openings are often word for word what an honest person could send.  Together they are not:
a new number, then small talk or a reason not to call, and the request for money is next.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from familyguard.model import Evidence, Request, Sign, Stage
from familyguard.requests.reader import SOFT, Reader, evidence

SUSPICION = 2.0
"""Natural-log odds that a new identity adds to each later message of the same sender."""

_STAGES = list(Stage)


@dataclass(slots=True)
class Conversation:
    """The messages of one sender or case.  `warned_at` counts from 1."""

    reader: Reader = field(default_factory=Reader)
    messages: int = 0
    warned_at: int | None = None
    stage: Stage | None = None
    _evidence: dict[Sign, str] = field(default_factory=dict)

    def add(self, text: str, language: str | None = None) -> Request | None:
        """Take in the next message; the request in it, if any.  Look at `warns` afterwards."""
        self.messages += 1
        seen_before = SUSPICION if Sign.NEW_IDENTITY in self._evidence else 0.0
        request = self.reader.read(text, language, seen_before)
        if request is not None:
            if self.stage is None or _STAGES.index(request.stage) > _STAGES.index(self.stage):
                self.stage = request.stage
            for piece in evidence(request):
                self._evidence.setdefault(piece.sign, piece.detail)
        if self.warned_at is None and self.warns:
            self.warned_at = self.messages
        return request

    @property
    def warns(self) -> bool:
        """Whether what was said so far is a pattern and not a single sign.

        A new identity together with a reason not to call, with fishing or with pressure (the
        rapport of this fraud); an office that wants it kept secret; two hard signs of another
        kind; or any request for money.
        """
        signs = self._evidence.keys()
        if Sign.MONEY_REQUEST in signs:
            return True
        if Sign.NEW_IDENTITY in signs:
            beside = {Sign.CALL_BLOCK, Sign.CODE_FISHING, Sign.UNKNOWN_PAYEE} | SOFT
            return bool(beside & signs)
        if {Sign.AUTHORITY, Sign.SECRECY} <= signs:
            return True
        return len(signs - SOFT) >= 2

    def evidence(self) -> tuple[Evidence, ...]:
        """Everything that the messages so far are evidence of, one piece a sign."""
        return tuple(Evidence(sign, quote) for sign, quote in self._evidence.items())

    def copy(self) -> "Conversation":
        """One that goes on from here by itself."""
        return replace(self, _evidence=dict(self._evidence))

    def to_dict(self) -> dict[str, Any]:
        """All but the reader in plain values, to be kept until the next message."""
        return {
            "messages": self.messages,
            "warned_at": self.warned_at,
            "stage": self.stage,
            "evidence": dict(self._evidence),
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any], reader: Reader | None = None) -> "Conversation":
        """The conversation that `to_dict` wrote, going on with `reader`."""
        return cls(
            reader=reader or Reader(),
            messages=kept["messages"],
            warned_at=kept["warned_at"],
            stage=None if kept["stage"] is None else Stage(kept["stage"]),
            _evidence={Sign(sign): quote for sign, quote in kept["evidence"].items()},
        )
