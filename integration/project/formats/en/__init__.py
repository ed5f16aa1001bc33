"""English, for people of many countries."""
