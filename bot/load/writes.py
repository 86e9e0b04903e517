"""How many updates a second the database takes: three small transactions each, see bot.inbox."""

import tempfile
import time
from pathlib import Path

from familyguard.keys import FILE_NAME, Keys, save_keys
from familyguard.store import Store

BODY = '{"message": {"text": "' + "x" * 700 + '"}}'
"""As long as a voice message that Telegram delivers."""


def updates_per_second(folder: Path | None, count: int) -> float:
    """Store, begin and finish `count` updates in a new database in `folder`, one by one."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="familyguard-load-") as place:
        path, keys = Path(place) / "load.db", Keys.fresh()
        save_keys(path.with_name(FILE_NAME), keys)
        with Store(path, keys) as store:
            began = time.monotonic()
            for number in range(count):
                store.mailbox.receive(number, BODY, float(number))
                store.mailbox.try_again(number)
                store.mailbox.finish(number)
            return count / (time.monotonic() - began)
