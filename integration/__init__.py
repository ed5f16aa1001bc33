"""The two systems, the rules between them, the engine, the jobs, and their pages. ``docs/map.md`` has the rooms."""
