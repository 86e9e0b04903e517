"""Pictures of chats: their words are read in a limited child process and judged as text."""
