"""What counts as a rounding of the other system, and what as somebody's own number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.sync.memory.halves import is_rounded
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import TableRule
from integration.systems.values import Field, FieldType
from tests.makers import account, customer_rule
from tests.sync.world import World

ROUNDED = [
    ("0.20", "0.1988", True), ("0.2000", "0.1988", True), ("12.35", "12.3456", True), ("12.346", "12.3456", True),
    ("0.2000", "0.1883", False), ("100.00", "99.60", False), ("3", "3.4", False), ("1000.00", "1000.40", False),
    ("99.99", "100", False), ("7", "7.00", True), ("", "7", False), ("seven", "7", False),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "exact", "rounded"), ROUNDED)
def test_a_number_is_another_one_with_fewer_decimals_only_from_two_decimals_on(
    kept: str, exact: str, rounded: bool
) -> None:
    assert is_rounded(kept, exact) is rounded


def exact_limits() -> TableRule:
    """CUSTOMER with a credit limit of four decimals here."""
    made = customer_rule()
    fields = {**made.erp.fields, "credit_limit": Field("credit_limit", FieldType.DECIMAL, scale=4)}
    return replace(made, erp=replace(made.erp, fields=fields), only_coupled=False)


@pytest.mark.parametrize(("here", "there", "together"), [("99.60", "100", False), ("99.6049", "99.60", True)])
def test_a_pair_by_hand_takes_only_a_rounded_amount_for_the_same(here: str, there: str, together: bool) -> None:
    world, exact = World(), exact_limits()
    world.erp.describe("customer").fields["credit_limit"] = exact.erp.fields["credit_limit"]
    adatum = world.add_customer("Adatum", credit_limit=Decimal(here))
    theirs = world.crm.add("account", **account("Adatum", creditlimit=Decimal(there)))
    world.ledger(exact).remember([Pair(adatum, theirs, State.COUPLED, owed_erp=True, owed_crm=True)])
    world.both(exact)
    assert bool(world.journal.failures) is not together
    assert world.erp.values("customer", adatum)["credit_limit"] == Decimal(here)
    assert world.crm.values("account", theirs)["creditlimit"] == Decimal(there)
