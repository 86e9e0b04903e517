"""What the service manager is told: that the bot serves, that it lives, that it stops.

The protocol is one datagram a message, see sd_notify(3).  The libraries for it have had no release
since 2017 or do less than these lines.
"""

import os
import socket


def notify(**fields: str) -> bool:
    """Tell systemd, where it started this process and listens: `notify(READY="1")`; whether it did.

    What cannot be told is left: a bot must not end because nobody listens.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return False
    if address[0] == "@":  # in the abstract namespace
        address = "\0" + address[1:]
    message = "\n".join(f"{name}={value}" for name, value in fields.items())
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.connect(address)
            sender.send(message.encode())
    except OSError:
        return False
    return True
