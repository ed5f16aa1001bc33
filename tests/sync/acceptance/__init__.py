"""Acceptance scenarios of the engine, carried over two systems in memory."""
