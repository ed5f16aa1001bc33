"""Fewer searches for circles of objects while a run makes values by the million."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 50_000
"""So many new objects before the youngest are searched. Python's own 700 are passed by every tenth record, and what a
run makes dies without a search: records, drafts and actions hold no circles."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Inside, the collector searches rarely; afterwards as before."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
