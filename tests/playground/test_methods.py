"""The Bot API as two client libraries see it: each rule holds with either."""

import asyncio
import io

import pytest
from PIL import Image

from bot.playground.errors import too_many_requests
from bot.playground.params import Upload
from tests.playground.clients import Client
from tests.playground.conftest import Town


def png(width: int = 40, height: int = 30) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def voice(size: int = 300) -> Upload:
    """Bytes that travel as a voice memo; nobody listens to them here."""
    return Upload(b"OggS" + bytes(size), "memo.ogg", "audio/ogg")


async def updates(client: Client, **more) -> list:
    """Everything that waits, confirmed."""
    found = await client.call("get_updates", timeout=0, **more)
    if found:
        await client.call("get_updates", offset=found[-1].update_id + 1, timeout=0)
    return list(found)


async def test_it_says_who_the_bot_is(client: Client, town: Town):
    """getMe gives the bot's own account."""
    me = await client.call("get_me")
    assert (me.id, me.is_bot, me.username) == (town.bot.id, True, "family_guard_bot")
    assert me.can_read_all_group_messages is False


async def test_it_refuses_an_unknown_token(client: Client, town: Town):
    """A token that nobody has is unauthorized."""
    stranger = type(client)(town.url, "12345:" + "x" * 35)
    said = await stranger.refusal("get_me")
    await stranger.close()
    assert "unauthorized" in said or "invalid token" in said


async def test_a_text_arrives_with_its_sender_and_command(client: Client, town: Town):
    """A person's text becomes an update with a bot_command entity."""
    town.people.say(town.anna, town.chat, "/start abc-123")
    (update,) = await updates(client)
    assert update.message.text == "/start abc-123"
    assert update.message.from_user.id == town.anna.id
    assert update.message.chat.id == town.anna.id
    assert update.message.chat.type == "private"
    entity = update.message.entities[0]
    assert (entity.type, entity.offset, entity.length) == ("bot_command", 0, 6)


async def test_an_offset_confirms_what_came_before(client: Client, town: Town):
    """Updates come again until a higher offset is asked for; a negative one skips to the end."""
    for text in ("one", "two", "three"):
        town.people.say(town.anna, town.chat, text)
    first = await client.call("get_updates", timeout=0, limit=2)
    again = await client.call("get_updates", timeout=0)
    assert [u.message.text for u in first] == ["one", "two"]
    assert len(again) == 3
    rest = await client.call("get_updates", offset=first[-1].update_id + 1, timeout=0)
    assert [u.message.text for u in rest] == ["three"]
    town.people.say(town.anna, town.chat, "four")
    last = await client.call("get_updates", offset=-1, timeout=0)
    assert [u.message.text for u in last] == ["four"]


async def test_a_long_poll_ends_when_something_comes(client: Client, town: Town):
    """A waiting getUpdates answers as soon as a message is there."""
    waiting = asyncio.create_task(client.call("get_updates", timeout=20))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    town.people.say(town.anna, town.chat, "hello")
    (update,) = await asyncio.wait_for(waiting, 2)
    assert update.message.text == "hello"


async def test_a_second_poller_ends_the_first_with_a_conflict(client: Client, town: Town):
    """Two programs with one token: the older one gets 409."""
    waiting = asyncio.create_task(client.refusal("get_updates", timeout=20))
    await asyncio.sleep(0.1)
    await client.call("get_updates", timeout=0)
    said = await asyncio.wait_for(waiting, 2)
    assert "terminated by other getupdates request" in said


async def test_only_the_wanted_kinds_of_update_are_kept(client: Client, town: Town):
    """allowed_updates filters; reactions come only when they are listed."""
    message = town.people.say(town.anna, town.chat, "hi")
    town.people.react(town.anna, message, "👍")
    assert [u.message.text for u in await updates(client)] == ["hi"]
    await client.call("get_updates", timeout=0, allowed_updates=["message_reaction"])
    town.people.say(town.anna, town.chat, "not wanted")
    town.people.react(town.anna, message, "🔥")
    (update,) = await updates(client)
    assert update.message_reaction.new_reaction[0].emoji == "🔥"


@pytest.mark.parametrize(
    ("method", "field", "name"),
    [
        ("send_document", "document", "report.pdf"),
        ("send_voice", "voice", "memo.ogg"),
        ("send_audio", "audio", "song.mp3"),
        ("send_video", "video", "clip.mp4"),
        ("send_video_note", "video_note", "round.mp4"),
        ("send_photo", "photo", "card.png"),
    ],
)
async def test_a_sent_file_comes_back_byte_for_byte(
    client: Client, town: Town, method: str, field: str, name: str
):
    """Every kind of file can be uploaded, sent again by id, and fetched."""
    data = png() if field == "photo" else b"OggS" + bytes(range(256))
    sent = await client.call(method, chat_id=town.anna.id, **{field: client.file(data, name)})
    media = getattr(sent, field)
    media = media[-1] if field == "photo" else media
    assert await client.download(media.file_id) == data
    again = await client.call(method, chat_id=town.anna.id, **{field: media.file_id})
    second = getattr(again, field)
    second = second[-1] if field == "photo" else second
    assert second.file_unique_id == media.file_unique_id
    assert second.file_id != media.file_id


async def test_a_photo_knows_its_size_and_hides_under_a_spoiler(client: Client, town: Town):
    """Width and height come from the picture; the spoiler and the caption stay with it."""
    sent = await client.call(
        "send_photo",
        chat_id=town.anna.id,
        photo=client.file(png(64, 48), "a.png"),
        caption="<b>Look</b>",
        parse_mode="HTML",
        has_spoiler=True,
    )
    assert (sent.photo[-1].width, sent.photo[-1].height) == (64, 48)
    assert sent.caption == "Look"
    assert sent.caption_entities[0].type == "bold"
    assert sent.has_media_spoiler is True


async def test_what_is_no_picture_is_refused_as_a_photo(client: Client, town: Town):
    """Bytes that no decoder knows are not a photo."""
    said = await client.refusal(
        "send_photo", chat_id=town.anna.id, photo=client.file(b"not a picture", "a.png")
    )
    assert "image_process_failed" in said


async def test_an_album_arrives_as_one_group(client: Client, town: Town):
    """sendMediaGroup gives every item the same group id."""
    kind = client.types.InputMediaPhoto
    sent = await client.call(
        "send_media_group",
        chat_id=town.anna.id,
        media=[
            kind(media=client.file(png(), "a.png"), caption="first"),
            kind(media=client.file(png(20, 20), "b.png")),
        ],
    )
    assert len({m.media_group_id for m in sent}) == 1
    assert [m.caption for m in sent] == ["first", None]
    assert sent[1].photo[-1].width == 20


async def test_a_persons_memo_has_its_duration_and_can_be_fetched(client: Client, town: Town):
    """A memo that a person sends reaches the bot with a stable unique id."""
    memo = voice()
    first = town.people.send(town.anna, town.chat, "voice", memo, seconds=7)
    town.people.forward(town.anna, first, town.chat)
    one, two = await updates(client)
    assert one.message.voice.duration == 7
    assert one.message.voice.mime_type == "audio/ogg"
    assert one.message.voice.file_unique_id == two.message.voice.file_unique_id
    assert one.message.voice.file_id != two.message.voice.file_id
    assert await client.download(one.message.voice.file_id) == memo.data


async def test_a_file_over_twenty_megabytes_is_not_handed_out(client: Client, town: Town):
    """getFile refuses what Telegram refuses, in the same words."""
    big = Upload(bytes(20 * 1024 * 1024 + 1), "film.mp4", "video/mp4")
    town.people.send(town.anna, town.chat, "document", big)
    (update,) = await updates(client)
    said = await client.refusal("get_file", file_id=update.message.document.file_id)
    assert "file is too big" in said


async def test_another_bots_file_id_is_worth_nothing(client: Client, town: Town):
    """A file_id is good for the bot that got it."""
    town.people.send(town.anna, town.chat, "voice", voice())
    (update,) = await updates(client)
    other = town.world.add_bot("Other", "other_bot")
    town.world.private(town.anna, other)
    stranger = type(client)(town.url, other.token)
    await stranger.open()
    said = await stranger.refusal("get_file", file_id=update.message.voice.file_id)
    await stranger.close()
    assert "wrong file_id" in said


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_forward_shows_where_it_came_from(client: Client, town: Town, hidden: bool):
    """The origin is the user, or only a name when the sender hides the account."""
    chat = town.people.open(town.scammer, town.anna)
    memo = town.people.send(town.scammer, chat, "voice", voice())
    town.people.forward(town.anna, memo, town.chat, hidden=hidden)
    (update,) = await updates(client)
    origin = update.message.forward_origin
    if hidden:
        assert (origin.type, origin.sender_user_name) == ("hidden_user", "Lotte")
    else:
        assert (origin.type, origin.sender_user.id) == ("user", town.scammer.id)


async def test_a_forward_of_a_forward_keeps_its_first_origin(client: Client, town: Town):
    """Passing something on does not make one its author."""
    scam = town.people.say(town.scammer, town.people.open(town.scammer, town.anna), "Hi mum")
    first = town.people.forward(town.anna, scam, town.group)
    town.people.forward(town.anna, first, town.chat)
    (update,) = await updates(client)
    assert update.message.forward_origin.sender_user.id == town.scammer.id


async def test_a_channel_post_and_an_anonymous_admin_have_origins_too(client: Client, town: Town):
    """Forwards from a channel name it and the post; from an anonymous admin, the chat."""
    channel = town.world.add_group("News", [town.anna], "channel")
    post = town.people.say(town.anna, channel, "Extra!")
    town.people.forward(town.anna, post, town.chat)
    anonymous = town.world.new_message(town.group, None, text="The admins say")
    town.people.forward(town.anna, anonymous, town.chat)
    one, two = await updates(client)
    assert one.message.forward_origin.type == "channel"
    assert one.message.forward_origin.message_id == post.id
    assert two.message.forward_origin.sender_chat.title == "Family"


async def test_html_and_markdown_become_entities(client: Client, town: Town):
    """Both parse modes give the plain text and the same kinds of entity."""
    html = await client.call(
        "send_message",
        chat_id=town.anna.id,
        text='😀 <b>a</b> <tg-spoiler>b</tg-spoiler> <a href="https://x.org/">c</a>',
        parse_mode="HTML",
    )
    markdown = await client.call(
        "send_message",
        chat_id=town.anna.id,
        text="😀 *a* ||b|| [c](https://x.org/)",
        parse_mode="MarkdownV2",
    )
    for message in (html, markdown):
        assert message.text == "😀 a b c"
        found = [(e.type, e.offset, e.length) for e in message.entities]
        assert found == [("bold", 3, 1), ("spoiler", 5, 1), ("text_link", 7, 1)]


async def test_unescaped_markup_is_refused(client: Client, town: Town):
    """A display name with a bracket in it breaks HTML here as it does there."""
    said = await client.refusal(
        "send_message", chat_id=town.anna.id, text="Hello <script>", parse_mode="HTML"
    )
    assert "can't parse entities: unsupported start tag" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" \n ", "message text is empty"), ("x" * 4097, "message is too long")],
)
async def test_a_text_has_telegrams_length(client: Client, town: Town, text: str, expected: str):
    """Empty and over 4,096 characters are refused."""
    said = await client.refusal("send_message", chat_id=town.anna.id, text=text)
    assert expected in said.replace("text must be non-empty", "message text is empty")


async def test_a_caption_has_telegrams_length(client: Client, town: Town):
    """Over 1,024 characters under a file are refused."""
    said = await client.refusal(
        "send_document",
        chat_id=town.anna.id,
        document=client.file(b"x", "a.txt"),
        caption="y" * 1025,
    )
    assert "caption is too long" in said


async def test_callback_data_has_sixty_four_bytes(client: Client, town: Town):
    """64 bytes fit, 65 do not, and letters are counted in UTF-8."""
    fits = client.buttons([{"text": "a", "callback_data": "é" * 32}])
    await client.call("send_message", chat_id=town.anna.id, text="ok", reply_markup=fits)
    too_long = client.buttons([{"text": "a", "callback_data": "é" * 32 + "x"}])
    said = await client.refusal(
        "send_message", chat_id=town.anna.id, text="no", reply_markup=too_long
    )
    assert "button_data_invalid" in said


async def test_a_press_reaches_the_bot_and_its_answer_the_person(client: Client, town: Town):
    """A callback query carries the data and is answered once."""
    keyboard = client.buttons([{"text": "Details", "callback_data": "d:1"}])
    sent = await client.call(
        "send_message", chat_id=town.anna.id, text="Card", reply_markup=keyboard
    )
    town.people.press(town.anna, town.chat.messages[sent.message_id], 0, 0)
    (update,) = await updates(client)
    query = update.callback_query
    assert (query.data, query.message.message_id) == ("d:1", sent.message_id)
    assert query.from_user.id == town.anna.id
    await client.call("answer_callback_query", callback_query_id=query.id, text="Wait")
    said = await client.refusal("answer_callback_query", callback_query_id=query.id)
    assert "query is too old" in said


async def test_editing_changes_the_message_in_place(client: Client, town: Town):
    """The text, the keyboard and the edit date change; the id stays."""
    sent = await client.call("send_message", chat_id=town.anna.id, text="Listening …")
    where = {"chat_id": town.anna.id, "message_id": sent.message_id}
    keyboard = client.buttons([{"text": "Details", "callback_data": "d"}])
    edited = await client.call("edit_message_text", text="Done", reply_markup=keyboard, **where)
    assert edited.text == "Done"
    assert edited.message_id == sent.message_id
    assert edited.edit_date
    again = client.buttons([{"text": "Less", "callback_data": "l"}])
    edited = await client.call("edit_message_reply_markup", reply_markup=again, **where)
    assert edited.reply_markup.inline_keyboard[0][0].text == "Less"
    assert edited.text == "Done"


async def test_an_edit_that_changes_nothing_is_refused(client: Client, town: Town):
    """The sentence that every bot has met."""
    sent = await client.call("send_message", chat_id=town.anna.id, text="Same")
    said = await client.refusal(
        "edit_message_text", text="Same", chat_id=town.anna.id, message_id=sent.message_id
    )
    assert "message is not modified" in said


async def test_a_caption_and_a_file_can_be_edited(client: Client, town: Town):
    """editMessageCaption and editMessageMedia."""
    sent = await client.call(
        "send_photo", chat_id=town.anna.id, photo=client.file(png(), "a.png"), caption="old"
    )
    where = {"chat_id": town.anna.id, "message_id": sent.message_id}
    edited = await client.call("edit_message_caption", caption="new", **where)
    assert edited.caption == "new"
    media = client.types.InputMediaPhoto(media=client.file(png(9, 9), "b.png"), caption="b")
    edited = await client.call("edit_message_media", media=media, **where)
    assert (edited.photo[-1].width, edited.caption) == (9, "b")


async def test_messages_that_are_not_there_are_refused_by_name(client: Client, town: Town):
    """To edit, to delete, to forward, to copy, to answer: each has its own sentence."""
    anna = town.anna.id
    where = {"chat_id": anna, "message_id": 999}
    away = {"chat_id": anna, "from_chat_id": anna, "message_id": 999}
    assert "to edit not found" in await client.refusal("edit_message_text", text="x", **where)
    assert "to delete not found" in await client.refusal("delete_message", **where)
    assert "to forward not found" in await client.refusal("forward_message", **away)
    assert "to copy not found" in await client.refusal("copy_message", **away)
    reply = client.types.ReplyParameters(message_id=999)
    said = await client.refusal("send_message", chat_id=anna, text="x", reply_parameters=reply)
    assert "to be replied not found" in said


async def test_deletion_ends_after_forty_eight_hours(client: Client, town: Town):
    """Own and incoming messages of a private chat can be deleted, but not for ever."""
    sent = await client.call("send_message", chat_id=town.anna.id, text="secret")
    heard = town.people.say(town.anna, town.chat, "our word")
    town.clock.now += 48 * 3600 - 1
    assert await client.call("delete_message", chat_id=town.anna.id, message_id=heard.id)
    town.clock.now += 2
    said = await client.refusal("delete_message", chat_id=town.anna.id, message_id=sent.message_id)
    assert "can't be deleted" in said


async def test_several_messages_are_deleted_at_once(client: Client, town: Town):
    """deleteMessages passes over those that are gone."""
    numbers = [town.people.say(town.anna, town.chat, text).id for text in "ab"]
    await client.call("delete_messages", chat_id=town.anna.id, message_ids=[*numbers, 999])
    assert not town.chat.messages


async def test_protected_content_is_not_passed_on(client: Client, town: Town):
    """Neither forwarded nor copied, by bot or person."""
    sent = await client.call(
        "send_message", chat_id=town.anna.id, text="verdict", protect_content=True
    )
    assert sent.has_protected_content
    away = {
        "chat_id": town.anna.id,
        "from_chat_id": town.anna.id,
        "message_id": sent.message_id,
    }
    assert "can't be forwarded" in await client.refusal("forward_message", **away)
    assert "can't be copied" in await client.refusal("copy_message", **away)


async def test_a_bot_forwards_and_copies(client: Client, town: Town):
    """A forward has an origin, a copy has none."""
    said = town.people.say(town.anna, town.chat, "pass it on")
    away = {"chat_id": town.anna.id, "from_chat_id": town.anna.id, "message_id": said.id}
    forwarded = await client.call("forward_message", **away)
    assert forwarded.forward_origin.sender_user.id == town.anna.id
    copied = await client.call("copy_message", **away)
    assert town.chat.messages[copied.message_id].origin is None


async def test_a_link_preview_can_be_switched_off(client: Client, town: Town):
    """The option travels with the message."""
    options = client.types.LinkPreviewOptions(is_disabled=True)
    sent = await client.call(
        "send_message", chat_id=town.anna.id, text="https://x.org", link_preview_options=options
    )
    assert sent.link_preview_options.is_disabled is True
    assert sent.entities[0].type == "url"


async def test_a_shared_contact_says_whose_it_is(client: Client, town: Town):
    """The contact button shares the sender's own number; another's contact has another id."""
    town.people.share_contact(town.anna, town.chat)
    town.people.share_contact(town.anna, town.chat, whose=town.scammer)
    own, other = await updates(client)
    assert own.message.contact.user_id == own.message.from_user.id
    assert own.message.contact.phone_number == town.anna.phone
    assert other.message.contact.user_id == town.scammer.id


async def test_a_bot_sends_a_contact(client: Client, town: Town):
    """sendContact shows number and name."""
    sent = await client.call(
        "send_contact", chat_id=town.anna.id, phone_number="+31600000009", first_name="Police"
    )
    assert sent.contact.first_name == "Police"


async def test_a_blocked_bot_may_not_write(client: Client, town: Town):
    """403, and the bot is told of the block and of its end."""
    town.people.block(town.anna, town.bot)
    said = await client.refusal("send_message", chat_id=town.anna.id, text="hello?")
    assert "bot was blocked by the user" in said
    town.people.start(town.anna, town.bot, "back")
    blocked, unblocked, started = await updates(client)
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member.new_chat_member.status == "member"
    assert started.message.text == "/start back"


async def test_a_bot_cannot_write_first(client: Client, town: Town):
    """Nobody is written to who never wrote."""
    said = await client.refusal("send_message", chat_id=town.scammer.id, text="hello")
    assert "chat not found" in said
    town.people.add_to_group(town.anna, town.group, town.bot)
    said = await client.refusal("send_message", chat_id=town.scammer.id, text="hello")
    assert "can't initiate conversation" in said


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(client: Client, town: Town):
    """In a group: commands, replies to the bot, and service messages; nothing else."""
    town.people.add_to_group(town.anna, town.group, town.bot)
    await updates(client)
    sent = await client.call("send_message", chat_id=town.group.id, text="I am here")
    town.people.say(town.anna, town.group, "secret talk")
    town.people.say(town.anna, town.group, "/check@family_guard_bot")
    town.people.say(town.anna, town.group, "/check@other_bot")
    town.people.say(town.anna, town.group, "thanks", reply_to=sent.message_id)
    seen = [u.message.text for u in await updates(client)]
    assert seen == ["/check@family_guard_bot", "thanks"]
    town.bot.privacy_mode = False
    town.people.say(town.anna, town.group, "open talk")
    assert [u.message.text for u in await updates(client)] == ["open talk"]


async def test_a_group_is_joined_and_left(client: Client, town: Town):
    """my_chat_member on joining; after leaving, 403."""
    town.people.add_to_group(town.anna, town.group, town.bot)
    joined, note = await updates(client)
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert note.message.new_chat_members[0].id == town.bot.id
    chat = await client.call("get_chat", chat_id=town.group.id)
    assert chat.title == "Family"
    member = await client.call("get_chat_member", chat_id=town.group.id, user_id=town.anna.id)
    assert member.status == "creator"
    await client.call("leave_chat", chat_id=town.group.id)
    said = await client.refusal("send_message", chat_id=town.group.id, text="hello?")
    assert "bot is not a member" in said


async def test_a_reply_carries_what_it_answers(client: Client, town: Town):
    """One level deep."""
    heard = town.people.say(town.anna, town.chat, "question")
    reply = client.types.ReplyParameters(message_id=heard.id)
    sent = await client.call(
        "send_message", chat_id=town.anna.id, text="answer", reply_parameters=reply
    )
    assert sent.reply_to_message.text == "question"


async def test_an_edit_by_a_person_is_told(client: Client, town: Town):
    """edited_message, with the same id and a new text."""
    said = town.people.say(town.anna, town.chat, "helo")
    town.people.edit(town.anna, said, "hello")
    _, update = await updates(client)
    assert update.edited_message.message_id == said.id
    assert update.edited_message.text == "hello"


async def test_a_message_is_pinned_and_shown_on_the_chat(client: Client, town: Town):
    """pinChatMessage, getChat, unpinChatMessage."""
    sent = await client.call("send_message", chat_id=town.anna.id, text="Rules")
    where = {"chat_id": town.anna.id, "message_id": sent.message_id}
    await client.call("pin_chat_message", **where)
    chat = await client.call("get_chat", chat_id=town.anna.id)
    assert chat.pinned_message.text == "Rules"
    await client.call("unpin_chat_message", **where)
    assert (await client.call("get_chat", chat_id=town.anna.id)).pinned_message is None


async def test_a_bot_reacts_with_one_emoji(client: Client, town: Town):
    """setMessageReaction sets and clears."""
    heard = town.people.say(town.anna, town.chat, "thanks")
    where = {"chat_id": town.anna.id, "message_id": heard.id}
    emoji = client.types.ReactionTypeEmoji(emoji="👍")
    await client.call("set_message_reaction", reaction=[emoji], **where)
    assert heard.reactions[town.bot.id] == [{"type": "emoji", "emoji": "👍"}]
    await client.call("set_message_reaction", reaction=[], **where)
    assert not heard.reactions


async def test_commands_and_descriptions_are_kept_per_language(client: Client, town: Town):
    """What was set is what is read."""
    command = client.types.BotCommand(command="help", description="Hulp")
    await client.call("set_my_commands", commands=[command], language_code="nl")
    assert (await client.call("get_my_commands", language_code="nl"))[0].description == "Hulp"
    assert not await client.call("get_my_commands")
    await client.call("set_my_description", description="Guards", language_code="en")
    found = await client.call("get_my_description", language_code="en")
    assert found.description == "Guards"
    await client.call("set_my_short_description", short_description="Short")
    assert (await client.call("get_my_short_description")).short_description == "Short"


async def test_nobody_has_a_profile_photo(client: Client, town: Town):
    """An empty answer, not an error."""
    found = await client.call("get_user_profile_photos", user_id=town.anna.id)
    assert found.total_count == 0


async def test_typing_is_shown(client: Client, town: Town):
    """sendChatAction reaches the page as an event."""
    await client.call("send_chat_action", chat_id=town.anna.id, action="typing")
    _, event = await anext(town.world.events.follow(town.world.events.last - 1))
    assert (event["type"], event["action"]) == ("typing", "typing")


async def test_an_ordered_refusal_says_how_long_to_wait(client: Client, town: Town):
    """429 with retry_after, in the library's own exception; then the call goes through."""
    town.world.limits.order("sendMessage", too_many_requests(7))
    with pytest.raises(client.error) as caught:
        await client.call("send_message", chat_id=town.anna.id, text="x")
    assert client.retry_seconds(caught.value) == 7
    await client.call("send_message", chat_id=town.anna.id, text="x")


async def test_real_limits_can_be_switched_on(client: Client, town: Town):
    """One message a second to a person, when the world enforces it."""
    town.world.limits.enforce = True
    await client.call("send_message", chat_id=town.anna.id, text="one")
    assert "retry" in await client.refusal("send_message", chat_id=town.anna.id, text="two")
    town.clock.now += 1
    await client.call("send_message", chat_id=town.anna.id, text="three")


async def test_polling_is_refused_while_a_webhook_is_set(client: Client, town: Town):
    """409 until deleteWebhook."""
    await client.call("set_webhook", url="http://127.0.0.1:9/hook", secret_token="s3cret")
    info = await client.call("get_webhook_info")
    assert info.url == "http://127.0.0.1:9/hook"
    assert "webhook is active" in await client.refusal("get_updates", timeout=0)
    await client.call("delete_webhook")
    assert not await client.call("get_updates", timeout=0)


async def test_a_webhook_elsewhere_is_refused(client: Client, town: Town):
    """The playground speaks to nobody but this machine."""
    said = await client.refusal("set_webhook", url="https://example.org/hook")
    assert "this machine only" in said
