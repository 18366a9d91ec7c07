"""Rules: their cards, what evaluates them, and the findings that come of it."""
