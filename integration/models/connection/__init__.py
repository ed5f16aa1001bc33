"""The connection: one row in several parts, and what is dropped when it leads elsewhere."""
