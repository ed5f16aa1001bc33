"""Signing in, the second factor, users, a person's own settings, the audit log."""
