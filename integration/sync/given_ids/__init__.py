"""Where a system gives the ids itself: marked before it is written, found again, remembered."""
