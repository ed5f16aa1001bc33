"""How many made-up examples a test looks at, and which.

The suite looks at the same ones each time, so that it says the same of the same commit on every machine.
``EXAMPLES=500 pytest tests/sandbox`` looks at that many, somewhere else each time: a fault found this
way becomes a test of its own. ``EXAMPLES_SHARE=3`` looks at the first third of them: ``make test`` has ten
minutes, and all of them are looked at by ``.ci/run``.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

ASKED = int(os.environ.get("EXAMPLES", "0"))
SHARE = int(os.environ.get("EXAMPLES_SHARE", "1"))
settings.register_profile("suite", deadline=None, derandomize=not ASKED, max_examples=100 // SHARE)
settings.load_profile("suite")


def examples(count: int, **others: Any) -> settings:
    """``count`` examples a run, or as many as were asked for; ``others`` as in :class:`hypothesis.settings`."""
    return settings(max_examples=ASKED or max(1, count // SHARE), **others)
