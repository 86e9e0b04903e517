"""Text with entities, measured as Telegram measures it: in UTF-16 units."""

from dataclasses import dataclass
from typing import Any


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts as two."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def covered(text: str, entities: list[dict[str, Any]]) -> str:
    """The text with whatever lies under a spoiler blotted out."""
    raw = text.encode("utf-16-le")
    for entity in entities:
        if entity["type"] == "spoiler":
            start, length = 2 * entity["offset"], entity["length"]
            raw = raw[:start] + "▒".encode("utf-16-le") * length + raw[start + 2 * length :]
    return raw.decode("utf-16-le", "replace")


@dataclass(frozen=True)
class StyledText:
    """Plain text and the entities that lie over it."""

    text: str
    entities: list[dict[str, Any]]

    def trimmed(self) -> "StyledText":
        """Without white space at both ends, entities moved and cut to fit."""
        left = self.text.lstrip()
        shift = units(self.text[: len(self.text) - len(left)])
        text = left.rstrip()
        end = units(text)
        entities = []
        for entity in self.entities:
            start = max(0, int(entity["offset"]) - shift)
            stop = min(end, int(entity["offset"]) + int(entity["length"]) - shift)
            if stop > start:
                entities.append({**entity, "offset": start, "length": stop - start})
        return StyledText(text, entities)
