"""How its tables are read: changes, filters as SQL, lists, statistics."""
