"""Whatever people do on both sides, and however runs end: after some quiet runs both sides hold the same, once."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from integration.sync.rules import ConflictPolicy, Direction
from integration.sync.run import Counters, Options, Scope
from integration.systems.base import Ref
from integration.systems.errors import Locked, Refused, Throttled, TimedOut, VersionConflict
from tests.makers import account, customer_rule, firms
from tests.sync.mortal import run_until
from tests.sync.world import TO_CRM, TO_ERP, World

RULE = customer_rule(only_coupled=False, conflict=ConflictPolicy.SEND)
FIELDS = {"phone_no": "telephone1", "city": "address1_city", "address": "address1_line1"}
FIRMS = 3
"""Few, so that people and runs meet at the same one."""
DIRECTIONS = st.sampled_from([TO_CRM, TO_ERP])
SIDES, COLUMNS = st.sampled_from(["erp", "crm"]), st.sampled_from(sorted(FIELDS))
ROW_PROBLEMS = (Refused("No."), Locked("Locked."), VersionConflict("Somebody was faster."))
LINE_PROBLEMS = (TimedOut("No answer."), Throttled("Too much.", retry_after=1))


class TwoSides(RuleBasedStateMachine):
    """People on both sides, and runs that succeed, fail, break off or are killed."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.erp.page_size = self.world.crm.page_size = 2
        self.names = iter(firms(1000))
        self.made: list[str] = []
        self.typed: dict[tuple[str, str], dict[str, str]] = {}
        self.values = iter(range(10**6))
        self.somebody_adds_a_firm("erp")
        for direction in (TO_CRM, TO_ERP):
            self._run(direction, Options())

    # --- people -------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.made) < FIRMS)
    @rule(side=SIDES)
    def somebody_adds_a_firm(self, side: str) -> None:
        name = next(self.names)
        self.made.append(name)
        if side == "erp":
            self.world.add_customer(name)
        else:
            self.world.crm.add("account", **account(name, ownerid=Ref("systemuser", self.world.jim_user)))

    @rule(side=SIDES, column=COLUMNS, which=st.integers(0, FIRMS), blank=st.booleans())
    def somebody_changes_a_firm(self, side: str, column: str, which: int, blank: bool) -> None:
        system, table = self._end(side)
        ids = system.ids(table)
        if not ids:
            return
        id, value = ids[which % len(ids)], "" if blank else f"030 {next(self.values)}"
        system.edit(table, id, **{column if side == "erp" else FIELDS[column]: value})
        name = str(system.values(table, id)["name"])
        self.typed.setdefault((name, column), {})[side] = value

    @rule(columns=st.permutations(sorted(FIELDS)), which=st.integers(0, FIRMS))
    def two_people_change_different_fields_of_one_firm(self, columns: list[str], which: int) -> None:
        here, there = columns[:2]
        self.somebody_changes_a_firm("erp", here, which, False)
        self.somebody_changes_a_firm("crm", there, which, False)

    @rule(told=st.booleans())
    def sales_begins_or_ceases_to_tell_versions(self, told: bool) -> None:
        self.world.crm.tells_versions = told

    @rule()
    def cursors_of_sales_expire(self) -> None:
        self.world.crm.expire_cursors()

    # --- runs ---------------------------------------------------------------------------------------------

    @rule(direction=DIRECTIONS, scope=st.sampled_from([Scope.CHANGED, Scope.EVERYTHING]))
    def a_run(self, direction: Direction, scope: Scope) -> None:
        self._run(direction, Options(scope=scope))

    @rule(direction=DIRECTIONS, verb=st.sampled_from(["insert", "update"]), problem=st.sampled_from(ROW_PROBLEMS))
    def a_run_in_which_a_row_is_refused(self, direction: Direction, verb: str, problem: Exception) -> None:
        self._destination(direction).fail_on(verb, problem)
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

    @rule(direction=DIRECTIONS, step=st.integers(1, 30))
    def a_run_that_is_killed(self, direction: Direction, step: int) -> None:
        self._run(direction, Options(), step)

    def _run(self, direction: Direction, options: Options, last: int = 10**6) -> Counters | None:
        try:
            return run_until(self.world, last, direction, RULE, options)
        except (TimedOut, Throttled):
            return None
        finally:
            for system in (self.world.erp, self.world.crm):
                system.faults.planned.clear()

    # --- what is always true ------------------------------------------------------------------------------

    @invariant()
    def nobody_is_there_twice(self) -> None:
        for side in ("erp", "crm"):
            found = self._by_name(side)
            assert len(found) == len(self._end(side)[0].ids(self._end(side)[1]))
            assert set(found) <= set(self.made)

    def teardown(self) -> None:
        """Nothing goes wrong any more."""
        for _ in range(4):
            for direction in (TO_CRM, TO_ERP):
                self._run(direction, Options(force=False, scope=Scope.EVERYTHING))
                self._retry_skipped(direction)
        erp, crm = self._by_name("erp"), self._by_name("crm")
        assert set(erp) == set(crm) == set(self.made)
        for name in self.made:
            for ours, theirs in FIELDS.items():
                value = erp[name][ours]
                assert value == crm[name][theirs], (name, ours, value, crm[name][theirs])
                typed = self.typed.get((name, ours))
                assert typed is None or value in typed.values(), (name, ours, value, typed)
        self._nothing_left_to_do()

    def _retry_skipped(self, direction: Direction) -> None:
        """A person looks at what was skipped and retries it."""
        skipped = [partner.id(direction.source) for partner in self.world.ledger(RULE).rows.values() if partner.skipped]
        for id in skipped:
            self._run(direction, Options(scope=Scope.IDS, ids=(id,), create=True, force=True))

    def _nothing_left_to_do(self) -> None:
        before = self._writes()
        for direction in (TO_CRM, TO_ERP):
            self._run(direction, Options(scope=Scope.EVERYTHING))
        assert self._writes() == before

    def _writes(self) -> int:
        return sum(system.calls[verb] for system in (self.world.erp, self.world.crm) for verb in ("insert", "update"))

    def _destination(self, direction: Direction):
        return self.world.crm if direction is TO_CRM else self.world.erp

    def _end(self, side: str):
        return (self.world.erp, "customer") if side == "erp" else (self.world.crm, "account")

    def _by_name(self, side: str) -> dict[str, dict[str, object]]:
        system, table = self._end(side)
        rows = (system.values(table, id) for id in system.ids(table))
        return {str(row["name"]): row for row in rows}


TwoSides.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
TestTwoSides = TwoSides.TestCase
