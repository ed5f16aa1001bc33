"""Configuration templates: what new records are filled with where the mapping says nothing."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.rules import TableRule, Template
from integration.sync.run import Counters
from integration.systems.errors import RecordProblem
from integration.systems.filters import EVERYTHING, Filter, parse
from integration.systems.values import Side
from tests.makers import account, crm_tables, customer_rule, erp_tables, field_rule
from tests.sync.world import TO_CRM, TO_ERP, World

ACCOUNT = next(table for table in crm_tables() if table.name == "account")
CUSTOMER = next(table for table in erp_tables() if table.name == "customer")
FIELDS = (field_rule("name", "name"), field_rule("city", "address1_city"), field_rule("phone_no", "telephone1", TO_ERP))


def template(condition: str = "", **values: Any) -> Template:
    where: Filter = parse(condition, ACCOUNT) if condition else EVERYTHING
    return Template(condition or "for all", Side.ERP, values, where)


def rule_with(*templates: Template, **more: Any) -> TableRule:
    return customer_rule(FIELDS, templates=templates, crm_filter="", only_coupled=False, **more)


def made_from(rule: TableRule, **values: Any) -> tuple[World, dict[str, Any]]:
    """The customer that a run makes of a new account."""
    world = World()
    world.crm.add("account", **{**account("Coho Winery"), **values})
    assert world.run(TO_ERP, rule) == Counters(inserted=1)
    [id] = world.erp.ids("customer")
    return world, dict(world.customer_of(id).values)


@pytest.mark.scenario("IntegrationTableSynchTest.ConfigTemplateIsAppliedIfPresent")
def test_a_new_record_is_filled_from_the_template_of_its_mapping() -> None:
    assert made_from(rule_with(template(priority=7)))[1]["priority"] == 7


@pytest.mark.scenario("IntegrationTableSynchTest.MultiTableConfigTemplate")
@pytest.mark.parametrize(("number", "priority"), [("123", 1), ("456", 2)])
def test_the_template_is_used_whose_condition_the_source_record_meets(number: str, priority: int) -> None:
    rule = rule_with(template("accountnumber = 123", priority=1), template("accountnumber = 456", priority=2))
    assert made_from(rule, accountnumber=number)[1]["priority"] == priority


@pytest.mark.scenario("IntegrationTableSynchTest.MultiTableConfigTemplateWithPriority")
def test_the_first_of_two_fitting_templates_is_used() -> None:
    assert made_from(rule_with(template(priority=1), template(priority=2)))[1]["priority"] == 1


def test_no_template_fits_and_nothing_is_filled() -> None:
    assert made_from(rule_with(template("accountnumber = 123", priority=1)))[1].get("priority") is None


def test_what_the_mapping_says_wins_over_the_template() -> None:
    _, made = made_from(rule_with(template(name="Litware", city="Basel")))
    assert (made["name"], made["city"]) == ("Coho Winery", account("Coho Winery")["address1_city"])


def test_a_blank_that_goes_both_ways_is_filled_and_the_filled_value_comes_back_in_the_same_run() -> None:
    rule = rule_with(template(city="Basel"))
    world, made = made_from(rule, address1_city="")
    assert made["city"] == "Basel"
    [id] = world.crm.ids("account")
    assert world.crm.get("account", [id], ["address1_city"])[id].values["address1_city"] == "Basel"
    for counters in world.both(rule):
        assert counters.modified == 0


def test_a_blank_that_only_goes_this_way_stays_blank() -> None:
    assert made_from(rule_with(template(phone_no="030 1")), telephone1="")[1]["phone_no"] == ""


def test_a_record_that_is_there_already_is_left_as_it_is() -> None:
    rule = rule_with(template(priority=7))
    world, _ = made_from(rule_with())
    [id] = world.crm.ids("account")
    world.crm.edit("account", id, name="Litware")
    assert world.run(TO_ERP, rule).modified == 1
    [erp_id] = world.erp.ids("customer")
    assert world.customer_of(erp_id).values.get("priority") is None


def test_a_template_for_sales_reads_the_customer() -> None:
    world = World()
    condition = parse("blocked = Ship", CUSTOMER)
    hold = Template("on hold", Side.CRM, {"creditonhold": True}, condition)
    rule = customer_rule([field_rule("name", "name")], templates=(hold,), erp_filter="", crm_filter="")
    world.add_customer("Adatum", blocked=1)
    world.add_customer("Fabrikam")
    assert world.run(TO_CRM, rule, create=True).inserted == 2
    rows = world.crm.get("account", world.crm.ids("account"), ["name", "creditonhold"]).values()
    assert {row.values["name"]: row.values.get("creditonhold") for row in rows} == {"Adatum": True, "Fabrikam": None}


def test_a_template_that_the_table_refuses_fails_the_record_and_couples_nothing() -> None:
    world = World()

    def no_priority(values: dict[str, Any]) -> dict[str, Any]:
        if values.get("priority") == 99:
            raise RecordProblem("Priority 99 is not allowed.")
        return values

    world.erp.plug_ins["customer"] = no_priority
    world.crm.add("account", **account("Coho Winery"))
    assert world.run(TO_ERP, rule_with(template(priority=99))) == Counters(failed=1)
    assert world.erp.ids("customer") == []
