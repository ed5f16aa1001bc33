"""How an organization is read: queries, changes, the cheap look, and which day a date is there."""
