"""Transformed values on their way into a field, and two-way fields that do not chase each other."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.sync.record.transfer import Transfer
from integration.sync.rules import Direction, FieldRule
from integration.sync.run import Counters, Scope
from integration.sync.transformations import Transformation, chain
from integration.systems.errors import ConfigurationProblem, InvalidValue
from integration.systems.values import Record
from tests.examples import examples
from tests.makers import customer_rule, field_rule
from tests.sync.transformations.steps import CATASTROPHE, step
from tests.sync.world import TO_CRM, TO_ERP, World

# --- on its way into a field ---------------------------------------------------------------------------------


def drafted(direction: Direction, field: FieldRule, **values: Any) -> Any:
    rule = customer_rule([field])
    record = Record(rule.table(direction.source).name, uuid.uuid4(), values, "1")
    draft = Transfer(rule, direction).draft(record, {})
    if draft.problem is not None:
        raise draft.problem
    return draft.values[field.field(direction.destination)]


def test_a_date_goes_into_text_and_comes_back_as_a_date() -> None:
    field = field_rule("last_statement", "description", transformations=(step("date", write="dd.MM.yyyy"),))
    assert drafted(TO_CRM, field, last_statement=dt.date(2026, 11, 2)) == "02.11.2026"
    assert drafted(TO_ERP, field, description="02.11.2026") == dt.date(2026, 11, 2)
    assert drafted(TO_ERP, field, description="") is None


def test_an_amount_goes_into_text_and_comes_back_as_an_amount() -> None:
    field = field_rule("credit_limit", "description", transformations=(step("number", point=","),))
    assert drafted(TO_CRM, field, credit_limit=Decimal("12.50")) == "12,50"
    assert drafted(TO_ERP, field, description="12,50") == Decimal("12.50")


def test_an_option_is_looked_up_by_its_label() -> None:
    field = field_rule("blocked", "statecode", transformations=(step("lookup", table="All = Inactive\n = Active"),))
    assert drafted(TO_CRM, field, blocked=3) == 1
    assert drafted(TO_CRM, field, blocked=0) == 0


def test_what_a_transformation_makes_must_still_fit() -> None:
    field = field_rule("name", "telephone1", TO_CRM, transformations=(step("prefix", text="x" * 50),))
    with pytest.raises(InvalidValue, match="at most 50"):
        drafted(TO_CRM, field, name="Adatum")


# --- two-way fields do not chase each other ------------------------------------------------------------------


def world_with(*steps: Transformation) -> tuple[World, Any]:
    """A world with one customer, synchronized; its rule transforms the name."""
    world = World()
    rule = customer_rule(
        [field_rule("name", "name", transformations=steps), field_rule("city", "address1_city")], crm_filter=""
    )
    world.add_customer("Adatum")
    world.run(TO_CRM, rule, create=True)
    return world, rule


def names(world: World, rule: Any) -> tuple[str, str]:
    [erp_id] = world.erp.ids("customer")
    pair = world.pair(erp_id, rule)
    crm = world.crm.get("account", [pair.crm_id], ["name"])[pair.crm_id]
    return str(world.customer_of(erp_id).values["name"]), str(crm.values["name"])


def quiet(world: World, rule: Any) -> None:
    """Two more rounds change nothing at all."""
    for _ in range(2):
        for counters in world.both(rule):
            assert (counters.inserted, counters.modified, counters.failed) == (0, 0, 0)


def test_a_two_way_field_that_only_one_way_makes_upper_case_stays_different_and_quiet() -> None:
    world, rule = world_with(step("uppercase", TO_CRM))
    assert names(world, rule) == ("Adatum", "ADATUM")
    [erp_id] = world.erp.ids("customer")
    world.crm.edit("account", world.pair(erp_id, rule).crm_id, address1_city="Basel")
    assert world.run(TO_ERP, rule).modified == 1
    quiet(world, rule)
    assert names(world, rule) == ("Adatum", "ADATUM")


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_not_even_a_forced_run_makes_agreed_sides_chase_each_other(direction: Direction) -> None:
    world, rule = world_with(step("uppercase", TO_CRM))
    assert world.run(direction, rule, force=True, scope=Scope.EVERYTHING) == Counters(unchanged=1)
    assert names(world, rule) == ("Adatum", "ADATUM")


def test_a_change_in_sales_arrives_and_does_not_come_back_transformed() -> None:
    world, rule = world_with(step("uppercase", TO_CRM))
    [erp_id] = world.erp.ids("customer")
    world.crm.edit("account", world.pair(erp_id, rule).crm_id, name="Fabrikam")
    assert world.run(TO_ERP, rule).modified == 1
    quiet(world, rule)
    assert names(world, rule) == ("Fabrikam", "Fabrikam")


def test_a_prefix_is_taken_off_on_the_way_back() -> None:
    world, rule = world_with(step("prefix", text="BC "))
    assert names(world, rule) == ("Adatum", "BC Adatum")
    [erp_id] = world.erp.ids("customer")
    world.crm.edit("account", world.pair(erp_id, rule).crm_id, name="BC Fabrikam")
    assert world.both(rule)[1].modified == 1
    quiet(world, rule)
    assert names(world, rule) == ("Fabrikam", "BC Fabrikam")


def test_a_record_that_a_step_cannot_take_fails_and_the_others_go_on() -> None:
    world = World()
    rule = customer_rule([field_rule("name", "name", transformations=(step("regex", **CATASTROPHE),))], crm_filter="")
    world.add_customer("a" * 60)
    world.add_customer("Fabrikam")
    counters = world.run(TO_CRM, rule, create=True)
    assert (counters.inserted, counters.failed) == (1, 1)
    assert world.journal.failures[0].code == "transformation-failed"


def test_a_stored_step_that_no_longer_works_stops_the_run_by_name() -> None:
    rule = customer_rule([field_rule("name", "name", transformations=(step("regex", pattern="("),))])
    with pytest.raises(ConfigurationProblem, match="CUSTOMER, name – name: This is no regular expression"):
        Transfer(rule, TO_CRM)
    named = replace(rule.crm, fields={**rule.crm.fields, "name": replace(rule.crm.fields["name"], label="Firm")})
    with pytest.raises(ConfigurationProblem, match="CUSTOMER, name – Firm: This is no regular expression"):
        Transfer(replace(rule, crm=named), TO_CRM)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["erp", "crm"]), st.sampled_from(["Adatum", "adatum", "BC litware", "  yellow ", "Zebra"])
    )
)

STEPS = st.sampled_from(
    ["uppercase", "lowercase", "title", "trim", "prefix", "suffix", "substring", "lookup", "replace"]
)

LOSSY = {"prefix": {"text": "BC "}, "suffix": {"text": "!"}, "substring": {"start": "2"},
         "lookup": {"table": "Adatum = Alpine\nZebra = Alpine"}, "replace": {"find": "a", "instead": "b"}}  # fmt: skip


@examples(60)
@example([], [("crm", "adatum")])
@given(st.lists(st.tuples(STEPS, st.sampled_from(list(Direction))), max_size=3), EDITS)
def test_whatever_the_rules_no_edit_is_lost_and_two_rounds_later_nothing_moves(
    rules: list[tuple[str, Direction]], edits: list[tuple[str, str]]
) -> None:
    world, rule = world_with(*(Transformation(kind, way, LOSSY.get(kind, {})) for kind, way in rules))
    [erp_id] = world.erp.ids("customer")
    crm_id = world.pair(erp_id, rule).crm_id
    for side, name in edits:
        before = names(world, rule)
        if side == "erp":
            world.erp.edit("customer", erp_id, name=name)
        else:
            world.crm.edit("account", crm_id, name=name)
        world.both(rule)
        after = names(world, rule)
        assert after[side == "crm"] == name, "the edit is still there"
        if before[side == "crm"] != name:
            convert = chain(rule.fields[0].transformations, TO_CRM if side == "erp" else TO_ERP)
            assert after[side == "erp"] == (convert(name) if convert else name), "and arrived on the other side"
        quiet(world, rule)
