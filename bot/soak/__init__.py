"""A simulated day of many families, with everything going wrong that can: `familyguard soak`."""
