"""How the bot is put together: the routing table, and the life of the application."""

from collections.abc import Sequence
from typing import Any, cast

from telegram import BotCommand, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import BaseRequest

from bot import access, backups, keyboards, talk, upkeep
from bot.aftercare import aftercare_routes
from bot.analysis import Analyst
from bot.case import case_routes
from bot.context import App, Context, House, OrderlyProcessor
from bot.delivery import RETRY_SECONDS, PatientLimiter
from bot.dutch_commands import names_of
from bot.errors import on_error, tell_given_up, tell_later
from bot.family import family_routes, privacy_routes, voice_routes
from bot.folders import prepare_folders
from bot.handlers import check, fallback, group, screenshot, start, status
from bot.health.steady import SteadyJobQueue
from bot.inbox import Inbox, TyingApplication
from bot.media import attachment, picture
from bot.reception import UpdatesRequest
from bot.settings import Settings
from bot.texts import LANGUAGES, Texts
from bot.words import word_routes
from familyguard.store import Store, open_store

COMMANDS = ("start", "help", "family", "number", "enrol", "freeze", "language", "payees", "status")

DOWNLOAD_SECONDS = 60.0
"""Without a byte from Telegram for this long, a download has failed."""

FORGET_SECONDS = 600.0
"""How often results that became too old are cleared away."""

ALLOWED_UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
]


class _WithSound(filters.MessageFilter):
    """Messages with a file that may hold sound."""

    def filter(self, message: Any) -> bool:
        return attachment(message) is not None


class _Picture(filters.MessageFilter):
    """Photos, and pictures sent as files."""

    def filter(self, message: Any) -> bool:
        return picture(message) is not None


def add_routes(app: App) -> None:
    """THE ROUTING TABLE.  Within a group the first that fits wins; groups run from low to high."""
    # Gates, each in its own group.  First who, then how much, then how large.
    app.add_handler(TypeHandler(Update, group.gate), group=-40)
    app.add_handler(TypeHandler(Update, access.members_only), group=-30)
    app.add_handler(TypeHandler(Update, access.not_too_much), group=-20)
    app.add_handler(TypeHandler(Update, access.not_too_large), group=-10)
    word_routes.add_gate(app)
    aftercare_routes.add_gate(app)

    # Buttons.  A picture may still be being drawn, so «Details» does not hold up the chat.
    app.add_handler(CallbackQueryHandler(check.details, f"^{keyboards.DETAILS}", block=False))
    case_routes.add_buttons(app)
    aftercare_routes.add_buttons(app)
    app.add_handler(CallbackQueryHandler(start.choose_language, f"^{keyboards.LANGUAGE}"))
    family_routes.add_buttons(app)
    privacy_routes.add_buttons(app)
    voice_routes.add_buttons(app)
    word_routes.add_buttons(app)
    app.add_handler(CallbackQueryHandler(talk.stop, f"^{talk.NOT_NOW}"))
    app.add_handler(CallbackQueryHandler(fallback.old_button))

    # Commands, before text: they are text too.
    app.add_handler(CommandHandler("start", start.start))
    app.add_handler(CommandHandler(names_of("help"), start.help_))
    app.add_handler(CommandHandler(names_of("language"), start.language))
    app.add_handler(CommandHandler("status", status.status))
    case_routes.add_commands(app)
    aftercare_routes.add_commands(app)
    family_routes.add_commands(app)
    privacy_routes.add_commands(app)
    voice_routes.add_commands(app)
    word_routes.add_commands(app)

    # Answers to what the bot asked.  Whatever is forwarded is none.
    family_routes.add_answers(app, house_of(app))
    voice_routes.add_answers(app, house_of(app))
    word_routes.add_answers(app, house_of(app))
    aftercare_routes.add_answers(app, house_of(app))

    # Checks.  A memo takes seconds to minutes and is handled beside everything else.
    app.add_handler(MessageHandler(_WithSound(), check.memo, block=False))
    app.add_handler(MessageHandler(_Picture(), screenshot.screenshot, block=False))
    app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, check.text))

    # Whatever is left, except notes of Telegram's own («message pinned») and edits: a place that is
    # shared live is edited every few seconds.
    rest = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
    app.add_handler(MessageHandler(rest, fallback.other))

    app.add_error_handler(on_error)


def build_application(
    settings: Settings,
    analyst: Analyst,
    *,
    store: Store | None = None,
    request: BaseRequest | None = None,
    updates_request: BaseRequest | None = None,
    pauses: Sequence[float] = RETRY_SECONDS,
    **services: Any,
) -> App:
    """The application, ready to be initialised.

    Without `request` it talks HTTP to `settings.telegram_api_url`.  `pauses` are those
    between attempts over a bad connection.  `services` go to `House`.
    """
    prepare_folders(settings)
    store = store or open_store(settings.database, settings.backups)
    inbox = Inbox(
        store,
        lambda: house_of(app).now(),
        lambda update: tell_given_up(update, Context.from_update(update, app)),
        lambda update: tell_later(update, Context.from_update(update, app)),
    )
    builder = (
        Application.builder()
        .application_class(TyingApplication)
        .update_queue(inbox)
        .token(settings.telegram_token.get_secret_value())
        .base_url(settings.base_url)
        .base_file_url(settings.base_file_url)
        .context_types(ContextTypes(context=Context))
        .concurrent_updates(OrderlyProcessor(inbox))
        .rate_limiter(PatientLimiter(pauses))
        .job_queue(SteadyJobQueue())
    )
    if request is not None:
        builder = builder.request(request)
    else:
        builder = builder.read_timeout(DOWNLOAD_SECONDS)
    if updates_request is not None:
        builder = builder.get_updates_request(updates_request)
    elif request is None:
        builder = builder.get_updates_request(UpdatesRequest())
    app = cast("App", builder.build())
    app.bot_data["house"] = House(settings, store, analyst, **services)
    add_routes(app)
    assert isinstance(app.job_queue, SteadyJobQueue)
    app.job_queue.scheduler.on_jump = house_of(app).clock_jumped
    app.job_queue.run_repeating(forget_old, FORGET_SECONDS)
    family_routes.add_jobs(app)
    word_routes.add_jobs(app)
    privacy_routes.add_jobs(app)
    aftercare_routes.add_jobs(app)
    backups.add_jobs(app)
    upkeep.add_jobs(app)
    return app


def house_of(app: App) -> House:
    """The services of an application."""
    house = app.bot_data["house"]
    assert isinstance(house, House)
    return house


async def publish_commands(app: App) -> None:
    """Tell Telegram the commands in every language; the family's is the default."""
    default = house_of(app).settings.language
    for language in LANGUAGES:
        texts = Texts(language)
        commands = [
            BotCommand(name, texts.get(f"chat.command.{name}"))
            for name in (*COMMANDS, *aftercare_routes.COMMANDS, *privacy_routes.COMMANDS)
        ]
        await app.bot.set_my_commands(commands, language_code=language)
        if language == default:
            await app.bot.set_my_commands(commands)


async def forget_old(context: Context) -> None:
    """Results older than a day leave the memory also when nobody asks."""
    context.house.forget_old()
