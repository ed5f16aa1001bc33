"""Real processes of this program, with databases of their own, and what becomes of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

HOUSE = Path(__file__).resolve().parents[3]

PATIENCE = 240.0

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str) -> T:
    """Look until there is something; fail with what was waited for."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


def environment(home: Path, **more: str) -> dict[str, str]:
    """As on a developer's machine, with databases of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {**kept, "DEVELOPMENT": "true", "DATA_DIR": str(home), "PYTHONWARNINGS": "default", **more}
