"""Logs: readable, and never with a secret, however it got in."""

import io
import json
import logging
import sys
import threading

import httpx
import pytest
import structlog
from telegram import Update

from bot.app import house_of
from bot.inbox import MAX_TRIES
from bot.logs import Redactor, secrets_in, set_up_logging
from tests.bot.fake_telegram import TOKEN
from tests.bot.houses import family_bot, settings_in

KEY = TOKEN.split(":")[1]


@pytest.fixture(autouse=True)
def as_before():
    """Logging of this process is left as it was found."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers[:], root.level
    configuration = structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    structlog.configure(**configuration)


@pytest.fixture(params=[True, False], ids=["human", "json"])
def written(request):
    """Everything logged in this test, in both styles."""
    stream = io.StringIO()
    set_up_logging([], stream=stream, human=request.param)
    return stream


def test_a_token_in_a_traceback_is_blacked_out(written):
    """Attack 20: the exception, its cause and its arguments name the token."""
    address = f"https://api.telegram.org/bot{TOKEN}/getMe"
    try:
        try:
            raise httpx.ConnectError(f"cannot reach {address}")
        except httpx.ConnectError as error:
            raise RuntimeError(address) from error
    except RuntimeError:
        structlog.get_logger("x").exception("failed", url=address)
        logging.getLogger("y").exception("failed at %s", address)
    text = written.getvalue()
    assert "RuntimeError" in text
    assert "ConnectError" in text
    assert KEY not in text


def test_a_files_address_is_blacked_out_whole(written):
    """With a token, the path alone would fetch somebody's memo."""
    logging.getLogger("y").warning("GET https://x/file/bot%s/voice/file_7.oga", TOKEN)
    text = written.getvalue()
    assert "file_7" not in text
    assert KEY not in text


@pytest.mark.parametrize("form", [TOKEN, TOKEN.replace(":", "%3A"), TOKEN.replace(":", "%3a")])
def test_any_token_in_any_form_is_blacked_out(written, form):
    """Also one that is not ours, and percent-encoded."""
    structlog.get_logger("x").warning("odd", what={"deep": [form]})
    assert KEY not in written.getvalue()


def test_an_invitation_is_blacked_out(written):
    """In a deep link and in a command."""
    code = "Zx9_kLmN0pQrStUvWxYz-123"
    logging.getLogger("y").warning("https://t.me/guard_bot?start=%s and /start %s", code, code)
    assert code not in written.getvalue()


def test_what_is_marked_secret_is_blacked_out(tmp_path):
    """Whatever it looks like."""
    settings = settings_in(tmp_path)
    assert secrets_in(settings) == (TOKEN,)
    assert Redactor(["hush hush/1"])("a hush hush/1 b hush%20hush%2F1") == (
        "a [redacted] b [redacted]"
    )


def test_uncaught_errors_are_redacted_too(written):
    """In the main thread and in others."""
    try:
        raise RuntimeError(f"/bot{TOKEN}/x")
    except RuntimeError:
        sys.excepthook(*sys.exc_info())

    def fail():
        raise RuntimeError(f"/bot{TOKEN}/y")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    text = written.getvalue()
    assert "/bot[redacted]/x" in text
    assert "/bot[redacted]/y" in text
    assert KEY not in text


def test_the_library_quotes_no_messages(written):
    """Row 20, for people's words: a whole batch of updates is in the arguments of its complaint."""
    batch = [{"update_id": 1, "message": {"text": "our word is purple walrus"}}]
    try:
        raise ValueError("unknown type")
    except ValueError as error:
        logging.getLogger("telegram.Bot").critical(
            "Error while parsing updates! Received data was %r", batch, exc_info=error
        )
    text = written.getvalue()
    assert "Error while parsing updates" in text
    assert "unknown type" in text
    assert "walrus" not in text


async def test_no_words_of_a_message_get_into_the_log(written, tmp_path):
    """Row 20, for people's words: received, failed, repeated, replayed and given up."""
    words = "purple walrus"
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails("sendMessage", 400, "Bad Request: not now")
        await anna.sends(f"/help {words}")
        await anna.sees("Something went wrong")
        await anna.sends(words)
        await anna.forwards_voice(words.encode(), caption=words)
        await telegram.quiet()
        house = house_of(telegram.app)
        for number, tries in ((10**9, 0), (10**9 + 1, MAX_TRIES)):
            body = {"update_id": number, "message": anna.message(text=words)}
            house.store.mailbox.receive(number, json.dumps(body), 1.0)
            for _ in range(tries):
                house.store.mailbox.try_again(number)
        inbox = telegram.app.update_queue
        inbox.replay(telegram.app.bot)
        await inbox.put(Update.de_json(body, telegram.app.bot))
        await telegram.quiet()
    text = written.getvalue()
    for event in ("handler_failed", "judged", "updates_replayed", "update_given_up"):
        assert event in text
    assert "update_known" in text
    assert "walrus" not in text


def test_the_http_client_is_quiet(written):
    """It logs every address at INFO."""
    for name in ("httpx", "httpcore.connection", "telegram.ext.Updater"):
        logging.getLogger(name).info("GET /bot%s/getUpdates", TOKEN)
    assert written.getvalue() == ""


def test_json_is_one_line_an_event():
    """Also with a traceback in it."""
    stream = io.StringIO()
    set_up_logging([], stream=stream, human=False)
    try:
        raise ValueError("why")
    except ValueError:
        structlog.get_logger("bot.x").exception("failed", memo=3)
    (line,) = stream.getvalue().splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["memo"]) == ("failed", "error", 3)
    assert "ValueError: why" in event["exception"]


def test_local_variables_are_not_logged(written):
    """They hold what people said."""

    def fail():
        said = "grandma's words"
        raise ValueError(len(said))

    try:
        fail()
    except ValueError:
        structlog.get_logger("x").exception("failed")
    assert "'grandma" not in written.getvalue().replace('said = "grandma\'s words"', "")
