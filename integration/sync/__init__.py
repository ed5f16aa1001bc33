"""The engine: ``engine.py`` reads a page, ``plan.py`` plans it, ``write.py`` writes it, ``results.py`` remembers it."""
