"""The connection itself: opened, tested, switched on and off, and what Sales gets notice of."""
