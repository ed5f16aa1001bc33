"""Undoing a run: what it wrote goes back where nobody changed it since. What is decided of a record is in
``sync/undo``; here is what of it is stored."""
