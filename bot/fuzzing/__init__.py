"""Updates as nobody would send them, fed to the real bot: `familyguard fuzz updates`."""
