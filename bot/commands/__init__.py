"""What the `familyguard` command does, a module a command; each loads its heavy parts itself."""
