"""Run a command under the system call rules of the service, as systemd would.

    python -m tests.deploy.under_rules deploy/familyguard.service COMMAND …

The rules are read from the unit and bound with the library that systemd itself uses; a machine of
tests has no systemd at work that could do it.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM
NOT_SUPPORTED = 0x00050000 | errno.EAFNOSUPPORT
NO_NEW_PRIVS = 38
EQUAL, NOT_EQUAL = 4, 1

IMPLIED = "@default execve"
"""What systemd allows beside every list of allowed calls."""


def settings(unit: Path, name: str) -> list[str]:
    """All values that a unit gives to a setting, in their order."""
    lines = (line.partition("=") for line in unit.read_text().splitlines())
    return [value.strip() for key, _, value in lines if key == name]


def expanded(words: str) -> set[str]:
    """The system calls behind a list of calls and of sets of them."""
    calls: set[str] = set()
    for word in words.split():
        if not word.startswith("@"):
            calls.add(word)
            continue
        shown = subprocess.run(
            ["systemd-analyze", "--no-pager", "syscall-filter", word],
            capture_output=True,
            text=True,
            check=True,
        )
        _, *lines = shown.stdout.splitlines()
        inside = [line.strip() for line in lines if line.strip() and "#" not in line]
        calls |= expanded(" ".join(inside))
    return calls


def allowed(unit: Path) -> set[str]:
    """The system calls that the unit leaves."""
    calls = expanded(IMPLIED)
    for words in settings(unit, "SystemCallFilter"):
        if words.startswith("~"):
            calls -= expanded(words[1:])
        else:
            calls |= expanded(words)
    return calls


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`: one argument of a call, held against a number."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


def bind(unit: Path) -> None:
    """Bind this process, and whatever it becomes, to the unit's rules.  Raises OSError."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(REFUSE))
    for call in sorted(allowed(unit) - {"socket"}):
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # others belong to other machines
            library.seccomp_rule_add(context, ALLOW, number, 0)
    number = library.seccomp_syscall_resolve_name(b"socket")
    for family in settings(unit, "RestrictAddressFamilies")[0].split():
        rule = Comparison(0, EQUAL, getattr(socket, family), 0)
        library.seccomp_rule_add(context, ALLOW, number, 1, rule)
    if os.geteuid() != 0:
        ctypes.CDLL(None).prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    if library.seccomp_load(context) != 0:
        raise OSError("the rules could not be bound")


if __name__ == "__main__":
    bind(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
