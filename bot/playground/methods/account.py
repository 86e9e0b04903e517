"""Methods about the bot itself."""

from typing import Any

from bot.playground import render
from bot.playground.errors import bad_request
from bot.playground.methods.common import Call

MAX_COMMANDS = 100
_LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def get_me(call: Call) -> Any:
    """getMe."""
    return render.me(call.bot)


def accept(_call: Call) -> bool:
    """A method that changes nothing here: logOut, setChatMenuButton."""
    return True


def close(call: Call) -> bool:
    """close: forgets the webhook and keeps the rest."""
    call.bot.queue.webhook = None
    return True


def _scope(call: Call) -> str:
    scope = call.params.structure("scope") or {"type": "default"}
    parts = [scope.get("type", "default"), scope.get("chat_id", ""), scope.get("user_id", "")]
    return ":".join(map(str, [*parts, call.params.text("language_code")]))


def set_commands(call: Call) -> bool:
    """setMyCommands."""
    commands = call.params.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name = str(command.get("command", "")).lstrip("/")
        if not (name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(name) <= 32:
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_scope(call)] = commands
    call.world.events.publish("commands", bot=call.bot.id)
    return True


def get_commands(call: Call) -> Any:
    """getMyCommands."""
    return call.bot.commands.get(_scope(call), [])


def delete_commands(call: Call) -> bool:
    """deleteMyCommands."""
    call.bot.commands.pop(_scope(call), None)
    return True


def set_description(call: Call) -> bool:
    """setMyName, setMyDescription and setMyShortDescription: whichever parameter came."""
    for kind, longest in _LENGTHS.items():
        if kind in call.params.values:
            text = call.params.text(kind)
            if len(text) > longest:
                raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
            call.bot.descriptions[f"{kind}:{call.params.text('language_code')}"] = text
    return True


def _described(call: Call, kind: str) -> str:
    given = call.bot.descriptions
    return given.get(f"{kind}:{call.params.text('language_code')}") or given.get(f"{kind}:", "")


def get_name(call: Call) -> Any:
    """getMyName."""
    return {"name": _described(call, "name") or call.bot.first_name}


def get_description(call: Call) -> Any:
    """getMyDescription."""
    return {"description": _described(call, "description")}


def get_short_description(call: Call) -> Any:
    """getMyShortDescription."""
    return {"short_description": _described(call, "short_description")}
