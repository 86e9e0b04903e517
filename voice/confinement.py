"""What the decoder's child gives up before it looks at the first foreign byte.

Media decoders are large C programs with a long history of memory errors, so the process that runs
them keeps nothing worth stealing: it can compute, read what it was handed, write its answer, end.
"""

import ctypes
import errno
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

_SECCOMP_ALLOW = 0x7FFF0000
_SECCOMP_REFUSE = 0x00050000 | errno.EPERM
_BPF_LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_BPF_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_BPF_RETURN = 0x06  # BPF_RET | BPF_K
_OFFSET_NUMBER = 0  # of the system call's number in struct seccomp_data
_OFFSET_ARCHITECTURE = 4

_MACHINES = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""Machine → (column in the table below, its AUDIT_ARCH_* number, number of seccomp itself)."""

_COMPUTING = {
    # The only system calls that stay open, with their numbers on (x86_64, aarch64).
    "read": (0, 63),
    "write": (1, 64),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "futex": (202, 98),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "getrandom": (318, 278),
    "exit": (60, 93),
    "exit_group": (231, 94),
}


def confine(memory_bytes: int, cpu_seconds: int) -> bool:
    """Bind this process for good: no new file, socket, process or privilege, and bounded work.

    `memory_bytes` bounds the address space, `cpu_seconds` the processor time since the process
    began (the kernel then ends it with SIGXCPU).  Open descriptors keep working.  Everything that
    will ever be imported must have been imported before.  Returns whether the system call filter
    holds: without it every limit is still there, but the parent has to say so to somebody.  Raises
    OSError or ValueError where a limit cannot be set: a decoder without limits must not run.
    """
    linux = sys.platform == "linux"
    if linux:
        _give_up_privileges()
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        _lower(limit, 0, 0)
    # One second between the two: the first names the cause, the second cannot be caught.
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    if linux:
        # Elsewhere these two are missing, or are refused because the libraries already map more.
        _lower(resource.RLIMIT_NPROC, 0, 0)
        _lower(resource.RLIMIT_AS, memory_bytes, memory_bytes)
        return _allow_only_computing()
    return False


def _lower(limit: int, soft: int, hard: int) -> None:
    """Set a limit, or keep the one that a service manager has set lower still."""
    _, ceiling = resource.getrlimit(limit)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(limit, (soft, hard))


def _prctl(option: int, argument: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in (argument, 0, 0, 0)]
    if libc.prctl(option, *words) != 0:
        raise OSError(ctypes.get_errno(), "prctl", option)


def _give_up_privileges() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def _allow_only_computing() -> bool:
    """Refuse every system call but those of computing (EPERM), whoever the user is.

    The resource limits alone do not hold root, which containers like to run as: root may raise them
    again and is not counted by RLIMIT_NPROC.  Every thread is bound, also those that a library has
    started when it was imported.  Returns False on a kernel, in a container or on a machine without
    such filters.  The format is described in seccomp(2).
    """
    known = _MACHINES.get(platform.machine())
    if known is None or sys.maxsize < 2**32:
        return False
    column, architecture, seccomp = known
    allowed = [numbers[column] for numbers in _COMPUTING.values()]

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, value)

    program = [
        step(_BPF_LOAD_WORD, _OFFSET_ARCHITECTURE),
        step(_BPF_JUMP_EQUAL, architecture, if_true=1),
        step(_BPF_RETURN, _SECCOMP_REFUSE),
        step(_BPF_LOAD_WORD, _OFFSET_NUMBER),
    ]
    for position, number in enumerate(allowed):
        # Jump over the remaining comparisons and the refusal.
        program.append(step(_BPF_JUMP_EQUAL, number, if_true=len(allowed) - position))
    program += [step(_BPF_RETURN, _SECCOMP_REFUSE), step(_BPF_RETURN, _SECCOMP_ALLOW)]
    steps = ctypes.create_string_buffer(b"".join(program))
    # struct sock_fprog { unsigned short len; struct sock_filter *filter; }
    filter_ = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    words = (_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC)
    # More than 0 would be the number of a thread that could not be bound.
    return bool(libc.syscall(seccomp, *map(ctypes.c_ulong, words), ctypes.byref(filter_)) == 0)
