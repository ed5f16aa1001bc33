"""What the other side should hold for one record (``draft.py``), value by value."""
