"""The tables of the embedded company."""
