"""Which Chromium the browser tests drive: the system's, else Playwright's own.

As a command (``python -m tests.real.chromium``) it prints the path, or fails where there is none.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def path() -> str:
    """The browser's program. ``CHROMIUM`` in the environment wins. Raises ``FileNotFoundError``."""
    for found in (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)):
        if found:
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if not Path(own).exists():
        raise FileNotFoundError("There is no Chromium: install the system's, or run “playwright install chromium”.")
    return own


if __name__ == "__main__":
    try:
        sys.stdout.write(path() + "\n")
    except FileNotFoundError as error:
        sys.exit(str(error))
