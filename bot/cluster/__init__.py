"""Past one machine: memos are put into Redis, sealed, and judged by workers anywhere.

`bot.cluster.analyst` is the bot's side, `bot.cluster.worker` the other; taskiq carries the orders
and brings the results.  Needs the extra `cluster`; nothing here is imported without its settings.
"""
