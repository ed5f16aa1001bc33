"""The client of Dynamics 365 Sales: a session, batches, metadata, and ``store.py``, which makes it a ``System``."""
