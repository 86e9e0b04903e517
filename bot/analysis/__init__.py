"""Who listens to memos.

Handlers know the seam only (`bot.analysis.seam`).  Behind it stands `LocalAnalyst`, with worker
processes on this machine, or the analyst of `bot.cluster`, with workers on any number of machines.
"""

from bot.analysis.local import LocalAnalyst
from bot.analysis.seam import (
    Analyst,
    CodeWordMemos,
    Finding,
    Memo,
    PromptMemo,
    Tell,
    known,
)

__all__ = [
    "Analyst",
    "CodeWordMemos",
    "Finding",
    "LocalAnalyst",
    "Memo",
    "PromptMemo",
    "Tell",
    "known",
]
