"""What our packages refuse, as a sentence for whoever runs the bot, in the terminal's language."""

from bot.texts import Texts, terminal_language
from familyguard.backup import DISK_FULL, BackupFailed
from familyguard.errors import InTheWay, UnusableBackup, UnusableKeys
from voice.errors import ModelMismatch, ModelUnavailable


def sentence(error: Exception) -> str:
    """The sentence for `error`; the error's own where there is no better one."""
    texts = Texts(terminal_language())
    if isinstance(error, UnusableKeys):
        return texts.get(f"unusable.keys.{error.fault}", path=error.path, why=error.detail)
    if isinstance(error, UnusableBackup):
        return texts.get(f"unusable.backup.{error.fault}", path=error.file, why=error.detail)
    if isinstance(error, InTheWay):
        return texts.get("unusable.in_the_way", path=error.database)
    if isinstance(error, BackupFailed):
        if error.why == DISK_FULL:
            return texts.get("unusable.disk_full", path=error.folder)
        return texts.get("unusable.backup_failed", folder=error.folder, why=error.why)
    if isinstance(error, ModelUnavailable):
        # What was found is for who searches for it, and stays as it is.
        kind = "mismatch" if isinstance(error, ModelMismatch) else "absent"
        return texts.get(f"unusable.model.{kind}", model=error.model, why=error.detail)
    return str(error)
