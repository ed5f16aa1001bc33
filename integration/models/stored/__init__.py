"""What is stored in a special way: secrets, the audit log, the cache, catalogs, the last preflight."""
