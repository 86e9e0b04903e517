"""`familyguard run`: serve the family."""

from bot.commands.detectors import tell_detector
from bot.commands.models import fetch_for_chat
from bot.commands.recovery_sheet import first_keys
from bot.commands.terminal import notices, terminal_texts


def run() -> None:
    """Run the bot until Ctrl-C; docs/configuration.md tells what can be set."""
    from bot.run import run as serve
    from bot.settings import load_settings

    # Wrong settings show at once, not after a long download.
    settings = load_settings()
    fetch_for_chat(settings.models_dir, notices(), terminal_texts())
    tell_detector(settings.detector, settings.models_dir, notices(), terminal_texts())
    first_keys(settings)
    serve(settings)
