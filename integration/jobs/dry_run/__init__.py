"""Dry runs: made by jobs of their own, kept, looked at, and applied later (``plans.py`` has the verbs)."""
