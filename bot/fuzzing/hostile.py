"""Values that break what takes them for granted, and updates in which they were put."""

import copy
import json
import random
import string
from typing import Any

Json = dict[str, Any]

DEEP = 60
LONG = 5_000
MANY = 200

TEXTS = (
    "",
    " ",
    "\x00",
    "\n" * 50,
    "<b>bold</b> & <script>alert(1)</script> <tg-spoiler>",
    "</b></i>&lt;&amp;&#x202e;",
    "{name} {0} {asker.__class__} %s %(x)s ${HOME} {{",
    "'; drop table families; --",
    "../../../../etc/passwd",
    "\u202emoc.knab\u202c \u200b\u200d\ufeff",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "👨‍👩‍👧‍👦🏳️‍🌈" * 40,
    "مرحبا بالعالم שלום עולם",
    "𝕳𝖎 𝖒𝖚𝖒, 𝖙𝖗𝖆𝖓𝖘𝖋𝖊𝖗 900 pounds",
    "/start",
    "/start " + "a" * 70,
    "/check@guard_bot",
    "https://example.org/?a=1#b tel:+31612345678 @someone #tag $TAG",
    "1234",
    "+31 6 12345678",
    "NaN",
    "null",
    "\ud800",
    "\udfff and more",
    "🅰" * 3000,
    "word " * 900,
)

NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63), 10**30, 1e308, -0.5, True, False)


def text(dice: random.Random) -> str:
    """Words of any kind: hostile ones, plain ones, or characters from all of Unicode."""
    match dice.randrange(4):
        case 0:
            return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(1, 60)))
        case 1:
            return "".join(dice.choices(string.printable, k=dice.randrange(1, 80)))
        case _:
            return dice.choice(TEXTS)


def heard(dice: random.Random) -> str:
    """The same as a recogniser would write it: in whole characters."""
    return text(dice).encode("utf-8", "replace").decode()


def value(dice: random.Random, ids: tuple[int, ...]) -> Any:
    """Anything that JSON can hold; `ids` are those of people and chats that exist."""
    match dice.randrange(9):
        case 0:
            return None
        case 1:
            return dice.choice(NUMBERS)
        case 2 | 3:
            return dice.choice(ids)
        case 4 | 5:
            return text(dice)
        case 6:
            return dice.choice(([], {}, [None], [[]], {"": None}, [{}], {"id": None}))
        case 7:
            return "x" * dice.choice((LONG, 64, 65, 4096, 4097))
    nested: Any = dice.choice((1, "x", None))
    for _ in range(dice.randrange(2, DEEP)):
        nested = [nested] if dice.random() < 0.5 else {"chat": nested}
    return nested


def mutated(update: Json, dice: random.Random, ids: tuple[int, ...]) -> Json:
    """`update` in which a few things are gone, of another kind, huge, or in the wrong place."""
    changed = copy.deepcopy(update)
    for _ in range(dice.choice((1, 1, 1, 1, 2, 4))):
        places = list(_places(changed))
        if not places:
            return changed
        holder, key = dice.choice(places)
        match dice.randrange(10):
            case 0 | 1:
                del holder[key]
            case 3:
                _, other = dice.choice(places)
                if isinstance(holder, dict):
                    holder[str(other)] = value(dice, ids)
            case 4:
                of, name = dice.choice(places)
                holder[key] = copy.deepcopy(of[name])
            case 5 if isinstance(holder[key], list):
                holder[key] = holder[key] * dice.choice((2, MANY))
            case 6 | 7 | 8 if isinstance(holder[key], str):
                holder[key] = text(dice)
            case 7 | 8 if isinstance(holder[key], int):
                holder[key] = dice.choice((*ids, 0, 1, -1, 2**40, 2**53))
            case _:
                holder[key] = value(dice, ids)
        if len(json.dumps(changed)) > LONG * MANY:
            return update
    return changed


def _places(node: Any) -> Any:
    """Every (container, key) in a tree."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in list(items):
        yield node, key
        if isinstance(child, dict | list):
            yield from _places(child)
