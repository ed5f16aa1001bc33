"""People, their rights, and the keys of programs."""
