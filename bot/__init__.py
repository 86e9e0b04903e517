"""What does the person see?  Telegram, texts, pictures, and the `familyguard` command."""
