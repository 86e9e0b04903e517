"""Telegram's MarkdownV2: every reserved character is escaped or it means something."""

import re
from typing import Any

from bot.playground.errors import bad_request
from bot.playground.styled import StyledText, units

_RESERVED = "_*[]()~`>#+-=|{}.!"
_MARKS = [
    ("||", "spoiler"),
    ("__", "underline"),
    ("*", "bold"),
    ("_", "italic"),
    ("~", "strikethrough"),
]
_FENCE = re.compile(r"```(?:(\w+)\n|\n)?(.*?)```", re.DOTALL)
_CODE = re.compile(r"`((?:\\.|[^`\\])*)`", re.DOTALL)
_TARGET = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[tuple[str, int]] = []
        self.entities: list[dict[str, Any]] = []
        self.quote: int | None = None

    def emit(self, text: str) -> None:
        self.out.append(text)
        self.length += units(text)

    def mark(self, kind: str, start: int, **more: str) -> None:
        if self.length > start:
            span = {"type": kind, "offset": start, "length": self.length - start}
            self.entities.append(span | more)

    def read(self) -> StyledText:
        while self.position < len(self.source):
            self._line_start()
            if self.position < len(self.source):
                self._step()
        if self.quote is not None:
            self.mark("blockquote", self.quote)
        if self.open:
            names = dict([*_MARKS, ("[", "text link")])
            raise _unparsable(f"Can't find end of {names[self.open[-1][0]]} entity")
        return StyledText("".join(self.out), self.entities)

    def _line_start(self) -> None:
        if self.position and self.source[self.position - 1] != "\n":
            return
        if self.source.startswith(">", self.position):
            self.position += 1
            self.quote = self.length if self.quote is None else self.quote
        elif self.quote is not None:
            self.mark("blockquote", self.quote)
            self.quote = None

    def _step(self) -> None:
        source, at = self.source, self.position
        if source[at] == "\\" and at + 1 < len(source) and ord(source[at + 1]) < 127:
            self.emit(source[at + 1])
            self.position += 2
        elif source[at] == "`":
            self._code()
        elif source[at] == "[":
            self.open.append(("[", self.length))
            self.position += 1
        elif source[at] == "]" and self.open and self.open[-1][0] == "[":
            target = _TARGET.match(source, at)
            if target is None:
                raise self._reserved("]")
            self.mark("text_link", self.open.pop()[1], url=_unescaped(target[1]))
            self.position = target.end()
        else:
            self._style()

    def _style(self) -> None:
        for mark, kind in _MARKS:
            if self.source.startswith(mark, self.position):
                self.position += len(mark)
                if self.open and self.open[-1][0] == mark:
                    self.mark(kind, self.open.pop()[1])
                else:
                    self.open.append((mark, self.length))
                return
        character = self.source[self.position]
        if character in _RESERVED:
            raise self._reserved(character)
        self.emit(character)
        self.position += 1

    def _code(self) -> None:
        fence = _FENCE.match(self.source, self.position)
        span = fence or _CODE.match(self.source, self.position)
        if span is None:
            raise _unparsable("Can't find end of code entity")
        start = self.length
        self.position = span.end()
        if fence:
            self.emit(_unescaped(fence[2]).rstrip("\n"))
            self.mark("pre", start, **({"language": fence[1]} if fence[1] else {}))
        else:
            self.emit(_unescaped(span[1]))
            self.mark("code", start)

    def _reserved(self, character: str) -> Exception:
        return _unparsable(
            f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
        )


def parse_markdown(source: str) -> StyledText:
    """Plain text and entities of a MarkdownV2 source; raises ApiError where Telegram would."""
    return _Reader(source).read()


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\x01-\x7e])", r"\1", text)


def _unparsable(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
