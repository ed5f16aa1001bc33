"""A document with its grid of lines, and the filters of its lists."""
