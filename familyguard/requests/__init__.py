"""What a message wants: the parts behind `familyguard.scamtext`."""
