"""The embedded Business Central company: its tables, its posting, and ``store.py``, which makes it a ``System``."""
