"""Unit groups and products: what they come with, and what they keep."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.trade import numbers, product, unit_group

DRAFT, ACTIVE, RETIRED = (2, 0), (0, 1), (1, 2)


def state(call: Caller, product: str) -> tuple[int, int]:
    row = call.get(f"products({product})?$select=statecode,statuscode")
    return row["statecode"], row["statuscode"]


def test_a_unit_group_comes_with_its_base_unit(call: Caller) -> None:
    group = call.create("uomschedules", name="NAV BOX", baseuomname="BOX")

    (unit,) = call.rows(f"uoms?$filter=_uomscheduleid_value eq {group}")

    assert (unit["name"], unit["quantity"], unit["isschedulebaseuom"], unit["_baseuom_value"]) == ("BOX", 1, True, None)


def test_a_unit_group_without_a_base_unit_name_is_refused(call: Caller) -> None:
    assert call.refusal("POST", "uomschedules", {"name": "NAV"}) == (400, "0x80043810")


def test_another_unit_counts_in_the_base_unit_of_its_group(call: Caller) -> None:
    group, base = unit_group(call)
    _, other = unit_group(call)
    body = {"name": "DOZEN", "quantity": 12, "uomscheduleid@odata.bind": f"/uomschedules({group})"}

    dozen = call("POST", "uoms", body)

    assert call.get(dozen.headers["OData-EntityId"])["_baseuom_value"] == base
    assert call.refusal("POST", "uoms", {**body, "baseuom@odata.bind": f"/uoms({other})"}) == (400, "0x80043b0b")
    assert call.refusal("POST", "uoms", {**body, "quantity": 0}) == (400, "0x80040203")


def test_a_base_unit_goes_only_with_its_group(call: Caller) -> None:
    group, base = unit_group(call)
    call("POST", "uoms", {"name": "DOZEN", "quantity": 12, "uomscheduleid@odata.bind": f"/uomschedules({group})"})

    assert call.refusal("DELETE", f"uoms({base})") == (400, "0x80043b03")
    assert call("DELETE", f"uomschedules({group})").status_code == 204
    assert call.rows(f"uoms?$filter=_uomscheduleid_value eq {group}") == []


def test_a_product_starts_as_a_draft_whatever_the_client_says(call: Caller) -> None:
    assert state(call, product(call, *unit_group(call), statecode=0, statuscode=1)) == DRAFT


def test_a_product_number_is_needed_and_taken_once(call: Caller) -> None:
    group, unit = unit_group(call)
    first = product(call, group, unit)
    number = call.get(f"products({first})")["productnumber"]
    body = {
        "name": "Copy",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({group})",
        "defaultuomid@odata.bind": f"/uoms({unit})",
    }

    assert call.refusal("POST", "products", body) == (400, "0x80043b05")
    assert call.refusal("POST", "products", {**body, "productnumber": number.lower()}) == (400, "0x80043b06")
    second = product(call, group, unit)
    assert call.refusal("PATCH", f"products({second})", {"productnumber": number}) == (400, "0x80043b06")
    assert call("PATCH", f"products({first})", {"productnumber": number}).status_code == 204


def test_the_unit_of_a_product_is_one_of_its_group(call: Caller) -> None:
    group, _ = unit_group(call)
    _, foreign = unit_group(call)
    body = {
        "name": "Bicycle",
        "productnumber": f"P{next(numbers):05d}",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({group})",
        "defaultuomid@odata.bind": f"/uoms({foreign})",
    }

    assert call.refusal("POST", "products", body) == (400, "0x80043b14")


def test_a_draft_is_published_by_the_message_or_by_its_state(call: Caller) -> None:
    first, second = product(call, *unit_group(call)), product(call, *unit_group(call))
    publish = f"products({first})/Microsoft.Dynamics.CRM.PublishProductHierarchy"

    assert call("POST", publish, {}).status_code == 204
    assert call("PATCH", f"products({second})", {"statecode": 0, "statuscode": 1}).status_code == 204
    assert state(call, first) == state(call, second) == ACTIVE
    assert call.refusal("POST", publish, {}) == (400, "0x8004f90a")


def test_an_active_product_takes_plain_columns_but_keeps_its_unit_and_structure(call: Caller) -> None:
    group, unit = unit_group(call)
    row = product(call, group, unit, price=10)
    dozen = call.create("uoms", name="DOZEN", quantity=12, uomscheduleid_at_bind=f"/uomschedules({group})")
    call("PATCH", f"products({row})", {"statecode": 0})

    assert call("PATCH", f"products({row})", {"price": 12.5, "description": "Red"}).status_code == 204
    assert call("PATCH", f"products({row})", {"defaultuomid@odata.bind": f"/uoms({unit})"}).status_code == 204
    other = {"defaultuomid@odata.bind": f"/uoms({dozen})"}
    assert call.refusal("PATCH", f"products({row})", other) == (400, "0x8004f995")
    assert call.get(f"products({row})")["price"] == Decimal("12.5")


@pytest.mark.parametrize(
    ("moves", "refused", "code"),
    [
        ([], RETIRED, "0x8004f978"),
        ([ACTIVE], DRAFT, "0x8004f912"),
        ([ACTIVE, RETIRED], DRAFT, "0x80061035"),
        ([ACTIVE], (0, 2), "0x80048408"),
    ],
)
def test_a_product_moves_only_along_its_life(
    call: Caller, moves: list[tuple[int, int]], refused: tuple[int, int], code: str
) -> None:
    row = product(call, *unit_group(call))
    for new_state, status in moves:
        moved = call("PATCH", f"products({row})", {"statecode": new_state, "statuscode": status})
        assert moved.status_code == 204

    body = {"statecode": refused[0], "statuscode": refused[1]}

    assert call.refusal("PATCH", f"products({row})", body) == (400, code)


def test_a_retired_product_must_be_active_again_before_it_changes(call: Caller) -> None:
    row = product(call, *unit_group(call))
    for new_state in (0, 1):
        call("PATCH", f"products({row})", {"statecode": new_state})

    assert call.refusal("PATCH", f"products({row})", {"name": "x"}) == (400, "0x8004f995")
    assert call("PATCH", f"products({row})", {"name": "x", "statecode": 0}).status_code == 204


def test_an_organization_may_let_products_start_active(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready)
    settings = call.rows("organizations?$select=organizationid")[0]["organizationid"]
    call("PATCH", f"organizations({settings})", {"createproductswithoutparentinactivestate": True})

    assert state(call, product(call, *unit_group(call))) == ACTIVE


def test_a_base_unit_counts_in_no_other_unit(call: Caller) -> None:
    group, piece = unit_group(call)
    box = call.create(
        "uoms",
        name="BOX",
        quantity=12,
        uomscheduleid_at_bind=f"/uomschedules({group})",
        baseuom_at_bind=f"/uoms({piece})",
    )

    refusal = call.refusal("PATCH", f"uoms({piece})", {"baseuom@odata.bind": f"/uoms({box})"})

    assert refusal == (400, "0x80043b17")
