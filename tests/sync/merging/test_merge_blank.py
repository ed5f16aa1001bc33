"""Fields that are never to be blanked: a blank is no change of the side that is blank."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from integration.sync.direction import Direction
from integration.sync.rules import ConflictPolicy, FieldRule, Reference
from integration.systems.values import Ref
from tests.makers import field_rule
from tests.sync.deciding.table_of_truth import BLANK, NAMES, ONE_WAY, TO_CRM, TO_ERP, Row, after, phones, written

BOTH_WAYS = pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
CURRENCIES = Reference("currency", "transactioncurrency")
KEPT = {"fields": [field_rule(*NAMES["phone"], not_null=True)], "conflict": ConflictPolicy.NONE}


@BOTH_WAYS
@pytest.mark.parametrize(
    ("source", "twin", "agreed", "writes", "owes"),
    [
        ("", "1", "1", [], False),  # the source is blank: no change of it
        ("", "2", "1", [], True),  # the other side changed it
        ("", "1", None, [], True),  # never agreed: blank loses
        ("1", "", "1", [], False),  # the other side is blank: no change of it either
        ("2", "", "1", ["2"], False),  # so this is a change of the source alone
        ("1", "", None, ["1"], False),
    ],
)
def test_a_blank_is_no_change_of_the_side_that_is_blank(
    direction: Direction, source: str, twin: str, agreed: str | None, writes: list[Any], owes: bool
) -> None:
    found = phones(direction, source, twin, agreed, rule=KEPT)
    assert (written(found), found.owes, found.conflicts) == (writes, owes, [])


@BOTH_WAYS
def test_what_is_typed_anew_after_both_sides_were_blank_goes_over_though_it_was_agreed_once(
    direction: Direction,
) -> None:
    both_blank = phones(direction, "", "", "1", rule=KEPT)
    assert after(direction, both_blank) == ("", "")
    assert written(phones(direction, "1", "", after(direction, both_blank), rule=KEPT)) == ["1"]


@BOTH_WAYS
def test_a_blank_that_only_goes_the_other_way_and_never_agreed_is_owed_to_nobody(direction: Direction) -> None:
    other = "mail" if direction is TO_CRM else "street"
    fields = [field_rule(*NAMES["phone"]), field_rule(*ONE_WAY[other], direction.back, not_null=True)]
    row = {**BLANK, "phone": "1"}
    rule = {"fields": fields}
    assert not Row(direction, row, row, {"phone": "1"}, rule=rule).merge().owes
    assert Row(direction, row, {**row, other: "typed there"}, {"phone": "1"}, rule=rule).merge().owes


@BOTH_WAYS
def test_a_constant_is_no_blank(direction: Direction) -> None:
    names = {"crm_field": "telephone1"} if direction is TO_CRM else {"erp_field": "phone_no"}
    fields = [FieldRule(direction, **names, constant="030 7", not_null=True)]
    assert written(Row(direction, {}, {"phone": "1"}, rule={"fields": fields}).merge()) == ["030 7"]


@BOTH_WAYS
def test_a_one_way_field_that_was_blanked_on_the_other_side_is_filled_again(direction: Direction) -> None:
    name = "street" if direction is TO_CRM else "mail"
    fields = [field_rule(*ONE_WAY[name], direction, not_null=True)]
    assert written(Row(direction, {name: "1"}, {name: ""}, {name: "1"}, rule={"fields": fields}).merge()) == ["1"]


def test_a_blank_currency_is_the_local_one_and_no_blank() -> None:
    names = {"currency": ("currency_code", "transactioncurrencyid")}
    euro, pound = uuid.uuid4(), uuid.uuid4()
    fields = [field_rule(*names["currency"], reference=CURRENCIES, not_null=True)]
    row = Row(
        TO_CRM,
        {"currency": None},
        {"currency": Ref("transactioncurrency", euro)},
        {"currency": (str(uuid.uuid4()), str(euro))},
        rule={"fields": fields}, names=names,
        resolved={CURRENCIES: {None: pound}}, resolved_back={CURRENCIES: {euro: uuid.uuid4()}},
    )  # fmt: skip
    assert written(row.merge()) == [Ref("transactioncurrency", pound)]
