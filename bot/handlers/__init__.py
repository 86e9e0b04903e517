"""What the bot answers: one module a subject, wired up in `bot.app`."""
