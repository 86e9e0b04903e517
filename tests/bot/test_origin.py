"""Whose message it was: a keyed hash for each kind of forward, and nothing for uploads."""

from datetime import UTC, datetime

from telegram import (
    Chat,
    Message,
    MessageOriginChannel,
    MessageOriginHiddenUser,
    MessageOriginUser,
    User,
)

from bot.case.origin import mark_of, origin_of
from familyguard.keys import Keys

KEYS = Keys({1: bytes(32)}, bytes(32))
DAY = datetime(2026, 11, 20, tzinfo=UTC)
ANNA = User(1, "Anna", False)


def message(origin=None, **more) -> Message:
    """A message that Anna sent to the bot."""
    return Message(7, DAY, Chat(1, "private"), from_user=ANNA, forward_origin=origin, **more)


def key(origin, family: str = "f", keys: Keys = KEYS) -> str:
    """The key of a forward."""
    return origin_of(message(origin), keys, family).key


def test_one_sender_has_one_key_and_others_have_others():
    """By account, by the name of a hidden one, by channel."""
    origins = [
        MessageOriginUser(DAY, User(5, "Tom", False)),
        MessageOriginUser(DAY, User(6, "Tom", False)),
        MessageOriginHiddenUser(DAY, "Tom"),
        MessageOriginHiddenUser(DAY, "5"),
        MessageOriginChannel(DAY, Chat(5, "channel", title="Tom"), 1),
        None,
    ]
    keys = [key(origin) for origin in origins]
    assert len(set(keys)) == len(origins)
    assert keys == [key(origin) for origin in origins]


def test_the_key_says_nothing_about_the_sender():
    """It differs by family and by the key file."""
    origin = MessageOriginUser(DAY, User(5, "Tom", False))
    other = Keys({1: bytes(32)}, b"x" * 32)
    assert len({key(origin), key(origin, "g"), key(origin, keys=other)}) == 3
    assert key(origin) != "5"


def test_what_one_forwards_from_oneself_is_an_upload():
    """From «Saved messages»: it names nobody."""
    own = origin_of(message(MessageOriginUser(DAY, ANNA)), KEYS, "f")
    assert own.uploaded
    assert own.sent_at is None


def test_a_forward_tells_when_it_was_sent_and_what_the_sender_calls_themselves():
    """Both are shown as claims."""
    found = origin_of(message(MessageOriginHiddenUser(DAY, "Tom")), KEYS, "f")
    assert (found.sent_at, found.name, found.user_id) == (DAY.timestamp(), "Tom", None)


def test_an_edited_message_has_a_mark_of_its_own():
    """New words count; the same message handled twice does not."""
    assert mark_of(message()) == mark_of(message())
    assert mark_of(message()) != mark_of(message(edit_date=DAY))
