"""Posts on the timelines of Sales orders: what happened, and the run that says it."""
