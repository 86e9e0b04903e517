"""Every Bot API method that the playground answers: the table, one line a method."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.playground.methods import account, chats, editing, fetching, sending
from bot.playground.methods.common import Call

Method = Callable[[Call], Any | Awaitable[Any]]

METHODS: dict[str, Method] = {
    # account
    "getMe": account.get_me,
    "logOut": account.accept,
    "close": account.close,
    "setMyCommands": account.set_commands,
    "getMyCommands": account.get_commands,
    "deleteMyCommands": account.delete_commands,
    "setMyName": account.set_description,
    "getMyName": account.get_name,
    "setMyDescription": account.set_description,
    "getMyDescription": account.get_description,
    "setMyShortDescription": account.set_description,
    "getMyShortDescription": account.get_short_description,
    "setChatMenuButton": account.accept,
    # updates and files
    "getUpdates": fetching.get_updates,
    "setWebhook": fetching.set_webhook,
    "deleteWebhook": fetching.delete_webhook,
    "getWebhookInfo": fetching.get_webhook_info,
    "getFile": fetching.get_file,
    # sending
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVoice": sending.send_voice,
    "sendAudio": sending.send_audio,
    "sendVideo": sending.send_video,
    "sendVideoNote": sending.send_video_note,
    "sendAnimation": sending.send_animation,
    "sendMediaGroup": sending.send_media_group,
    "sendContact": sending.send_contact,
    "forwardMessage": sending.forward_message,
    "forwardMessages": sending.forward_messages,
    "copyMessage": sending.copy_message,
    "sendChatAction": sending.send_chat_action,
    # changing what was sent
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "setMessageReaction": editing.set_reaction,
    "answerCallbackQuery": editing.answer_callback_query,
    # chats
    "getChat": chats.get_chat,
    "getChatMember": chats.get_member,
    "getChatAdministrators": chats.get_administrators,
    "getChatMemberCount": chats.get_member_count,
    "leaveChat": chats.leave,
    "pinChatMessage": chats.pin,
    "unpinChatMessage": chats.unpin,
    "unpinAllChatMessages": chats.unpin_all,
    "getUserProfilePhotos": chats.get_profile_photos,
}

BY_LOWER_NAME = {name.lower(): (name, method) for name, method in METHODS.items()}
"""Telegram does not mind how a method's name is spelled."""
