#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from integration.management.recorded import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration.project.settings")
    main(sys.argv)
