"""What stops a run that would change too much, and whether a plan is still what was shown."""
