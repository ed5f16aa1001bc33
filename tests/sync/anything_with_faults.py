"""The machine that does anything, over systems that fail, forget and have wrong clocks."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.sync.rules import Direction
from integration.sync.run import Options
from integration.systems.errors import Locked, Refused, Throttled, TimedOut, VersionConflict
from tests.sync.anything import DIRECTIONS, Anything

SKEW = 300
ROW_PROBLEMS = (Refused("No."), Locked("Locked."), VersionConflict("Somebody was faster."))
LINE_PROBLEMS = (TimedOut("No answer."), Throttled("Too much.", retry_after=1))


class WithFaults(Anything):
    """Systems that can be told to fail, to expire cursors, to tell no versions and to have wrong clocks."""

    @rule(told=st.booleans())
    def sales_begins_or_ceases_to_tell_versions(self, told: bool) -> None:
        self.world.crm.tells_versions = told

    @rule()
    def cursors_of_sales_expire(self) -> None:
        self.world.crm.expire_cursors()

    @rule(erp=st.integers(-SKEW, SKEW), crm=st.integers(-SKEW, SKEW))
    def clocks_are_set(self, erp: int, crm: int) -> None:
        self.world.erp.skew, self.world.crm.skew = dt.timedelta(seconds=erp), dt.timedelta(seconds=crm)

    @rule(direction=DIRECTIONS, verb=st.sampled_from(["insert", "update"]), problem=st.sampled_from(ROW_PROBLEMS))
    def a_run_in_which_a_row_is_refused(self, direction: Direction, verb: str, problem: Exception) -> None:
        self._end(direction.destination)[0].fail_on(verb, problem)
        self._run(direction, Options())

    @rule(
        direction=DIRECTIONS,
        verb=st.sampled_from(["insert", "update", "get", "changes"]),
        problem=st.sampled_from(LINE_PROBLEMS),
        done=st.sampled_from([0, 1, None]),
    )
    def a_run_that_breaks_off(self, direction: Direction, verb: str, problem: Exception, done: int | None) -> None:
        # The company is no remote system: what it began is rolled back with the page.
        self.world.crm.fail_on(verb, problem, done=done)
        self._run(direction, Options())

    def _mend(self) -> None:
        for system in (self.world.erp, self.world.crm):
            system.faults.planned.clear()
