"""An ERP that is a remote system: an update of it that was interrupted loses nobody's edit."""

from __future__ import annotations

from typing import Any

import pytest

from integration.systems.errors import TimedOut
from integration.systems.values import Side
from tests.makers import customer_rule
from tests.sync.world import TO_ERP, World


@pytest.mark.parametrize("gives", [(), (Side.ERP, Side.CRM)])
@pytest.mark.parametrize("done", [0, None])
def test_a_phone_changed_in_sales_arrives_though_the_update_of_the_erp_was_interrupted(
    gives: tuple[Any, ...], done: int | None
) -> None:
    world = World()
    world.erp.remote = True
    world.give_ids(*gives)
    erp_id = world.add_customer("Adatum", phone_no="A")
    rule = world.described(customer_rule())
    world.run(TO_ERP.back, rule, create=True)
    world.both(rule)
    crm_id = world.pair(erp_id).crm_id
    world.crm.edit("account", crm_id, telephone1="B")
    world.erp.fail_on("update", TimedOut("No answer."), done=done)
    with pytest.raises(TimedOut):
        world.run(TO_ERP, rule)
    for _ in range(2):
        world.both(rule)
    assert world.erp.values("customer", erp_id)["phone_no"] == "B"
    assert world.crm.values("account", crm_id)["telephone1"] == "B"
    assert world.pair(erp_id).in_flight is None
