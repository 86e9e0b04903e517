"""Commands under their Dutch names too: people type what they would say."""

DUTCH = {
    "card": "kaartje",
    "case": "zaak",
    "codeword": "codewoord",
    "drill": "oefening",
    "family": "familie",
    "freeze": "bevries",
    "help": "hulp",
    "invite": "uitnodigen",
    "language": "taal",
    "number": "nummer",
    "pin": "pincode",
    "setup": "instellen",
}
"""Telegram's menu shows the English ones; nothing that deletes has a second name."""


def names_of(command: str) -> tuple[str, ...]:
    """What may be typed for `command`, without the slash."""
    return (command, DUTCH[command]) if command in DUTCH else (command,)
