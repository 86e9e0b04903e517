"""Cases in chat: what comes in becomes evidence, is shown as a card, and is asked about."""
