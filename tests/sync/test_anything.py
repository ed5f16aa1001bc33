"""Whatever people do on both sides, and however runs end: after some quiet runs both sides hold the same, once.

``EXAMPLES=500 pytest tests/sync/test_anything.py`` looks longer, and each time somewhere else.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options
from integration.systems.values import Side
from tests.examples import ASKED, examples
from tests.sync.anything import DIRECTIONS
from tests.sync.anything_with_faults import LINE_PROBLEMS, WithFaults
from tests.sync.world import World


class TwoTwins(WithFaults):
    def make_world(self) -> World:
        world = World()
        world.erp.page_size = world.crm.page_size = 2
        return world


class TwoRemoteTwins(WithFaults):
    """Both are remote systems that give their own ids."""

    def make_world(self) -> World:
        world = World()
        world.erp.page_size = world.crm.page_size = 2
        world.give_ids(*Side)
        return world

    @property
    def mapping(self) -> TableRule:
        return self.world.described(super().mapping)

    @rule(told=st.booleans())
    def business_central_begins_or_ceases_to_tell_versions(self, told: bool) -> None:
        self.world.erp.tells_versions = told

    @rule(
        verb=st.sampled_from(["insert", "update", "get", "find", "changes"]),
        problem=st.sampled_from(LINE_PROBLEMS),
        done=st.sampled_from([0, 1, None]),
        direction=DIRECTIONS,
    )
    def a_run_that_business_central_breaks_off(
        self, verb: str, problem: Exception, done: int | None, direction: Direction
    ) -> None:
        self.world.erp.fail_on(verb, problem, done=done)
        self._run(direction, Options())

    def teardown(self) -> None:
        super().teardown()
        for side in Side:
            assert not [id for id in self._rows(side).values() if self._is_marked(side, id)]


for machine in (TwoTwins, TwoRemoteTwins):
    machine.TestCase.settings = examples(
        40,
        stateful_step_count=16,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if ASKED else []),
    )
TestTwoTwins, TestTwoRemoteTwins = TwoTwins.TestCase, TwoRemoteTwins.TestCase
