"""The memory of pairs: the ledger, its halves, and how both sides are read against it."""
