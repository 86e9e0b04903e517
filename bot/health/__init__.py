"""Whether the bot is well, and how whoever looks after the machine hears of it.

The loop gives signs of life (`pulse`), a thread beside it notices when they stop (`watch`), and the
figures (`figures`) can be fetched on this machine (`endpoint`).  docs/health.md.
"""
