"""What Django takes for its own ways to read values."""
