#!/usr/bin/env python
"""The command line of this project: Django's commands and our own."""

import importlib.util
import os
import sys

NO_DJANGO = 'This Python has no Django. Use make manage ARGS="...", or the Python in .venv/bin of the checkout.'

if __name__ == "__main__":
    if importlib.util.find_spec("django") is None:
        sys.exit(NO_DJANGO)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration.project.settings")
    from integration.management.entry import main

    main(sys.argv)
