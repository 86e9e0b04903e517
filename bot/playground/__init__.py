"""A local Telegram: a Bot API server and a chat page, to try and to test the bot without a token.

It is not Telegram and speaks to nobody but this machine.  `server.py` is what a bot sees,
`page.py` what a person in front of the browser sees, `world.py` the little world between them.
"""
