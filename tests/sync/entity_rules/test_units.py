"""Units of measure and the unit groups that belong to them."""

from __future__ import annotations

import pytest

from integration.sync.run import Counters
from integration.sync.special.units import group_name
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard

UNIT, ITEM = "UNIT OF MEASURE", "ITEM-PRODUCT"


@pytest.mark.parametrize("code", ["KM", "BRONTOZAUR", "NAV", ""])
@pytest.mark.scenario("CRMSynchHelperTest.TestGetUnitGroupName")
def test_the_group_of_a_unit_is_named_nav_and_its_code(code: str) -> None:
    assert group_name(code) == f"NAV {code}"


def test_a_new_unit_becomes_a_group_with_one_base_unit_of_its_code(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX", description="Box")
    [group] = cronus.make(UNIT, box)
    assert cronus.crm.values("uomschedule", group)["name"] == "NAV BOX"
    units = [unit["name"] for unit in cronus.all("uom") if unit["uomscheduleid"].id == group]
    assert units == ["BOX"]


def test_a_group_of_that_name_is_coupled_and_no_second_one_is_made(cronus: Cronus) -> None:
    group = cronus.crm.add("uomschedule", name="nav box", baseuomname="BOX")
    box = cronus.erp.add("unit_of_measure", code="BOX")
    cronus.run(TO_CRM, standard(UNIT), create=True)
    assert cronus.pair(box, standard(UNIT)).crm_id == group
    assert len(cronus.crm.ids("uomschedule")) == 2


def test_the_unit_of_a_group_that_was_there_is_named_like_the_code(cronus: Cronus) -> None:
    group = cronus.crm.add("uomschedule", name="NAV BOX", baseuomname="Carton")
    cronus.erp.add("unit_of_measure", code="BOX")
    cronus.run(TO_CRM, standard(UNIT), create=True)
    assert [unit["name"] for unit in cronus.all("uom") if unit["uomscheduleid"].id == group] == ["BOX"]


def test_a_group_of_several_units_fails_and_says_how_many_there_are(cronus: Cronus) -> None:
    group = cronus.crm.add("uomschedule", name="NAV BOX", baseuomname="BOX")
    cronus.crm.add("uom", name="PALLET", uomscheduleid=Ref("uomschedule", group))
    cronus.erp.add("unit_of_measure", code="BOX")
    assert cronus.run(TO_CRM, standard(UNIT), create=True) == Counters(failed=1)
    assert "2 units" in cronus.messages()


def test_an_inactive_group_fails_and_asks_for_it_to_be_activated(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    [group] = cronus.make(UNIT, box)
    cronus.crm.edit("uomschedule", group, statecode=1)
    assert cronus.ids(TO_CRM, box, rule=standard(UNIT)) == Counters(failed=1)
    assert "inactive" in cronus.messages()


def test_two_groups_of_the_same_name_are_left_to_a_person(cronus: Cronus) -> None:
    for _ in range(2):
        cronus.crm.add("uomschedule", name="NAV BOX", baseuomname="BOX")
    box = cronus.erp.add("unit_of_measure", code="BOX")
    assert cronus.run(TO_CRM, standard(UNIT), create=True) == Counters(failed=1)
    assert cronus.journal.failures[0].code == "ambiguous-match"
    assert not cronus.is_coupled(UNIT, box)


def test_a_second_unit_in_a_products_group_is_told_when_the_product_is_made(cronus: Cronus) -> None:
    cronus.crm.add("uom", name="PALLET", uomscheduleid=Ref("uomschedule", cronus.pieces_group))
    cronus.item("1000", "Bicycle")
    assert cronus.run(TO_CRM, standard(ITEM), create=True) == Counters(failed=1)
    assert "2 units" in cronus.messages()


def test_a_unit_of_another_code_fails_for_the_base_unit_alone_and_says_the_way_out(cronus: Cronus) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    [group] = cronus.make(UNIT, box)
    cronus.erp.edit("unit_of_measure", box, code="CARTON")
    for _ in range(3):
        assert cronus.run(TO_CRM, standard(UNIT)).failed == 1
        assert not cronus.pair(box, standard(UNIT)).skipped
    assert "Base Unit of the unit group NAV CARTON" in cronus.messages()
    assert "Change the code back to BOX" in cronus.messages()
    there = cronus.crm.values("uomschedule", group)
    assert (there["name"], there["baseuomname"]) == ("NAV CARTON", "BOX")
    assert [unit["name"] for unit in cronus.all("uom") if unit["uomscheduleid"].id == group] == ["CARTON"]
    cronus.erp.edit("unit_of_measure", box, code="BOX")
    assert cronus.run(TO_CRM, standard(UNIT)).failed == 0
