"""Whatever people do on both sides, and however runs end: after some quiet runs both sides hold the same, once.

``EXAMPLES=500 pytest tests/sync/test_anything.py`` looks longer, and each time somewhere else.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase

from tests.examples import ASKED, examples
from tests.sync.anything import WithFaults
from tests.sync.world import World


class TwoTwins(WithFaults):
    def make_world(self) -> World:
        world = World()
        world.erp.page_size = world.crm.page_size = 2
        return world


TwoTwins.TestCase.settings = examples(
    40,
    stateful_step_count=16,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if ASKED else []),
)
TestTwoTwins = TwoTwins.TestCase
