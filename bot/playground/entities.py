"""From text with a parse mode to plain text and entities; offsets are UTF-16 units, as Telegram's.

The refusals follow the Bot API's own sentences, because a bot that forgets to escape a name should
fail here as it would fail there.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

from bot.playground.errors import bad_request
from bot.playground.markdown import parse_markdown
from bot.playground.styled import StyledText, units

Entity = dict[str, Any]

_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(
    r"<(/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*>"
)
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_FOUND = [
    (
        "url",
        re.compile(
            r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]']|\bt\.me/[\w/?=&-]+", re.IGNORECASE
        ),
    ),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?")),
    ("mention", re.compile(r"(?<![\w/@])@\w{3,32}")),
    ("hashtag", re.compile(r"(?<![\w#&])#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[ -]?\d){8,13}(?!\w)")),
]


@dataclass
class _Open:
    tag: str
    start: int
    entity: Entity


def format_text(
    text: str, mode: str | None, given: list[Entity] | None
) -> tuple[str, list[Entity]]:
    """The text as people see it and its entities, found ones included, in order.

    `mode` is a parse mode ("HTML", "MarkdownV2") or None; `given` entities win over it.
    """
    if given or not mode:
        styled = StyledText(text.replace("\r", ""), list(given or []))
    elif mode.lower() == "html":
        styled = parse_html(text.replace("\r", ""))
    elif mode.lower() == "markdownv2":
        styled = parse_markdown(text.replace("\r", ""))
    else:
        raise bad_request("unsupported parse_mode")
    styled = styled.trimmed()
    return styled.text, _ordered(styled.entities + _find(styled))


def parse_html(source: str) -> StyledText:
    """Telegram's HTML subset."""
    out: list[str] = []
    length = 0
    stack: list[_Open] = []
    entities: list[Entity] = []
    position = 0
    while position < len(source):
        character = source[position]
        if character == "<":
            tag = _TAG.match(source, position)
            where = len(source[:position].encode())
            if tag is None:
                raise _unparsable(f"Unsupported start tag at byte offset {where}")
            position = tag.end()
            name = tag[2].lower()
            if tag[1]:
                _close(name, length, stack, entities, where)
            else:
                stack.append(_Open(name, length, _entity(name, tag[3], stack, where)))
            continue
        piece = _CHARACTER.match(source, position) if character == "&" else None
        plain = html.unescape(piece[0]) if piece else character
        position += len(piece[0]) if piece else 1
        out.append(plain)
        length += units(plain)
    if stack:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return StyledText("".join(out), entities)


def _entity(name: str, attributes: str, stack: list[_Open], where: int) -> Entity:
    given = {
        m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "")
        for m in _ATTRIBUTE.finditer(attributes)
    }
    if name not in _STYLES:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {where}')
    if name == "span" and given.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    entity: Entity = {"type": _STYLES[name]}
    if name == "a":
        link = given.get("href", "")
        user = re.fullmatch(r"tg://user\?id=(\d+)", link)
        entity = (
            {"type": "text_mention", "user_id": int(user[1])} if user else entity | {"url": link}
        )
    elif name == "blockquote" and "expandable" in given:
        entity["type"] = "expandable_blockquote"
    elif name == "tg-emoji":
        entity["custom_emoji_id"] = given.get("emoji-id", "")
    elif name == "code" and stack and stack[-1].tag == "pre":
        language = given.get("class", "")
        if language.startswith("language-"):
            stack[-1].entity["language"] = language.removeprefix("language-")
        entity = {}  # <pre><code> is one entity, the pre
    return entity


def _close(name: str, end: int, stack: list[_Open], entities: list[Entity], where: int) -> None:
    if not stack:
        raise _unparsable(f"Unexpected end tag at byte offset {where}")
    opened = stack.pop()
    if opened.tag != name:
        raise _unparsable(
            f"Unmatched end tag at byte offset {where}, "
            f'expected "</{opened.tag}>", found "</{name}>"'
        )
    if end > opened.start and opened.entity.get("url") != "" and opened.entity:
        entities.append({**opened.entity, "offset": opened.start, "length": end - opened.start})


def _find(styled: StyledText) -> list[Entity]:
    """Links, commands and the like, which Telegram marks by itself outside code and links."""
    closed = [
        e for e in styled.entities if e["type"] in {"code", "pre", "text_link", "text_mention"}
    ]
    found: list[Entity] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(styled.text):
            offset = units(styled.text[: match.start()])
            length = units(match[0])
            if not any(
                offset < e["offset"] + e["length"] and e["offset"] < offset + length
                for e in closed + found
            ):
                found.append({"type": kind, "offset": offset, "length": length})
    return found


def _ordered(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _unparsable(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
