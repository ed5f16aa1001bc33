"""The frame of all pages as data: navigation, environment, running jobs, search, icons, keys, action bars."""
