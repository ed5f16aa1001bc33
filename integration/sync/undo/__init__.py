"""Undoing a run: what goes back and what stays, how it is written, and what is remembered so that it stays back."""
