"""The family in chat: who belongs to it, who may do what, and what waits a day."""
