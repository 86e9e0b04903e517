"""Who gets to know what: carries messages and presses to bots' queues and to the page."""

from typing import Any

from bot.playground import render
from bot.playground.world import BotAccount, CallbackQuery, Chat, Message, Person, World


def announce(world: World, message: Message, kind: str = "message") -> None:
    """Tell the page of a new message and every bot in the chat that may see it."""
    world.events.publish("message", chat=message.chat.key, id=message.id)
    _deliver(world, message, "channel_post" if message.chat.type == "channel" else kind)


def announce_edit(world: World, message: Message) -> None:
    """Tell the page and the bots that a message was changed."""
    world.events.publish("edit", chat=message.chat.key, id=message.id)
    channel = message.chat.type == "channel"
    _deliver(world, message, "edited_channel_post" if channel else "edited_message")


def announce_deletion(world: World, chat: Chat, number: int) -> None:
    """Tell the page; bots are never told."""
    world.events.publish("delete", chat=chat.key, id=number)


def _deliver(world: World, message: Message, kind: str) -> None:
    for bot in message.chat.members:
        if not isinstance(bot, BotAccount) or isinstance(message.sender, BotAccount):
            continue  # bots never see what bots write
        if may_see(message, bot):
            bot.queue.put(kind, render.message(world, message, bot))


def may_see(message: Message, bot: BotAccount) -> bool:
    """The privacy mode of groups: commands, replies to the bot, and service messages only."""
    chat = message.chat
    if chat.type in {"private", "channel"} or not bot.privacy_mode or message.service:
        return True
    if bot.id in chat.admins:
        return True
    target = chat.messages.get(message.reply_to) if message.reply_to else None
    if target is not None and target.sender is bot:
        return True
    text = message.text or ""
    if not text.startswith("/"):
        return False
    command = text.split(maxsplit=1)[0]
    if "@" in command:
        return command.rpartition("@")[2].lower() == bot.username.lower()
    talked = [m.sender for m in chat.messages.values() if isinstance(m.sender, BotAccount)]
    only = sum(isinstance(member, BotAccount) for member in chat.members) == 1
    return only or bool(talked and talked[-1] is bot)


def press(world: World, query: CallbackQuery) -> None:
    """Carry a press on an inline button to the bot."""
    world.queries[query.id] = query
    query.bot.queue.put(
        "callback_query",
        {
            "id": query.id,
            "from": render.user(query.person),
            "message": render.message(world, query.message, query.bot),
            "chat_instance": str(abs(hash(query.message.chat.key))),
            "data": query.data,
        },
    )


def membership(
    world: World, chat: Chat, bot: BotAccount, by: Person, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Tell a bot that its own standing in a chat has changed."""
    world.events.publish("chat", chat=chat.key)
    bot.queue.put(
        "my_chat_member",
        {
            "chat": render.chat(chat, bot),
            "from": render.user(by),
            "date": int(world.clock()),
            "old_chat_member": old,
            "new_chat_member": new,
        },
    )


def reaction(
    world: World,
    message: Message,
    by: Person,
    old: list[dict[str, Any]],
    new: list[dict[str, Any]],
) -> None:
    """Tell the page of a person's reaction, and the bots that asked for such news."""
    world.events.publish("edit", chat=message.chat.key, id=message.id)
    for bot in message.chat.members:
        if isinstance(bot, BotAccount):
            bot.queue.put(
                "message_reaction",
                {
                    "chat": render.chat(message.chat, bot),
                    "message_id": message.id,
                    "user": render.user(by),
                    "date": int(world.clock()),
                    "old_reaction": old,
                    "new_reaction": new,
                },
            )
