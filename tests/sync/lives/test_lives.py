"""Whatever people, rules and runs do to a pair of tables: nothing of a person is lost, and both sides come to rest.

``LIVES=10000 pytest tests/sync/lives/test_lives.py`` lives through many; ``LIVES_FROM=20000`` begins elsewhere. A life
that fails is told as short as it fails.
"""

from __future__ import annotations

import os

import pytest

from tests.sync.lives.generator import draw
from tests.sync.lives.shrink import story

LIVES = int(os.environ.get("LIVES", "300"))
FIRST = int(os.environ.get("LIVES_FROM", "0"))
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_in_any_life_and_all_comes_to_rest(part: int) -> None:
    failing = [found for seed in range(FIRST + part, FIRST + LIVES, PARTS) if (found := story(seed))]
    assert not failing, "\n\n".join(failing[:3])


def test_the_same_seed_draws_the_same_life() -> None:
    assert draw(7) == draw(7) != draw(8)
