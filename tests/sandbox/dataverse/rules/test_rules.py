"""What the organization does of its own accord, and what it refuses for its own reasons."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.trade import currency, line, numbers, price_list, product, unit_group

DRAFT, ACTIVE, RETIRED = (2, 0), (0, 1), (1, 2)


def state(call: Caller, product: str) -> tuple[int, int]:
    row = call.get(f"products({product})?$select=statecode,statuscode")
    return row["statecode"], row["statuscode"]


# --- units ---------------------------------------------------------------------------------------------------


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
    assert call.refusal("POST", "uoms", {**body, "baseuom@odata.bind": f"/uoms({other})"}) == (400, "0x80043b14")
    assert call.refusal("POST", "uoms", {**body, "quantity": 0}) == (400, "0x80040203")


def test_a_base_unit_goes_only_with_its_group(call: Caller) -> None:
    group, base = unit_group(call)
    call("POST", "uoms", {"name": "DOZEN", "quantity": 12, "uomscheduleid@odata.bind": f"/uomschedules({group})"})

    assert call.refusal("DELETE", f"uoms({base})") == (400, "0x80043b03")
    assert call("DELETE", f"uomschedules({group})").status_code == 204
    assert call.rows(f"uoms?$filter=_uomscheduleid_value eq {group}") == []


# --- products ------------------------------------------------------------------------------------------------


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


# --- prices --------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelNeedsPriceLevelIDOnInsert")
def test_a_price_needs_a_price_list(call: Caller) -> None:
    group, unit = unit_group(call)
    body = line("x", product(call, group, unit), unit)
    del body["pricelevelid@odata.bind"]

    answer = call("POST", "productpricelevels", body)

    assert answer.status_code == 400
    assert "pricelevelid" in answer.json()["error"]["message"]


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelMustHaveProductIDOnInsert")
def test_a_price_needs_a_product(call: Caller) -> None:
    _, unit = unit_group(call)
    body = line(price_list(call), "x", unit)
    del body["productid@odata.bind"]

    answer = call("POST", "productpricelevels", body)

    assert answer.status_code == 400
    assert "productid" in answer.json()["error"]["message"]


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelMustHaveUniqueProductAndUoMOnInsert")
def test_a_price_list_has_one_price_for_a_product_and_unit(call: Caller) -> None:
    group, unit = unit_group(call)
    row, retail = product(call, group, unit), price_list(call)

    assert call("POST", "productpricelevels", line(retail, row, unit)).status_code == 204
    assert call.refusal("POST", "productpricelevels", line(retail, row, unit, amount=5)) == (400, "0x80043b08")
    assert call("POST", "productpricelevels", line(price_list(call), row, unit)).status_code == 204


def test_a_price_takes_currency_and_names_from_its_list_and_product(call: Caller) -> None:
    group, unit = unit_group(call)
    euro = currency(call, "EUR", 1.25)
    retail = price_list(call, transactioncurrencyid_at_bind=f"/transactioncurrencies({euro})")
    row = product(call, group, unit)

    price = call("POST", "productpricelevels", line(retail, row, unit))

    found = call.get(price.headers["OData-EntityId"])
    assert found["_transactioncurrencyid_value"] == euro
    assert found["productidname"] == "Bicycle"
    assert (found["amount"], found["amount_base"], found["exchangerate"]) == (10, 8, Decimal("1.25"))


def test_a_price_is_for_a_unit_of_the_products_group(call: Caller) -> None:
    group, unit = unit_group(call)
    _, foreign = unit_group(call)
    body = line(price_list(call), product(call, group, unit), foreign)

    assert call.refusal("POST", "productpricelevels", body) == (400, "0x80043b14")


def test_a_retired_product_gets_no_price(call: Caller) -> None:
    group, unit = unit_group(call)
    row = product(call, group, unit)
    for new_state in (0, 1):
        call("PATCH", f"products({row})", {"statecode": new_state})

    assert call.refusal("POST", "productpricelevels", line(price_list(call), row, unit)) == (400, "0x80061009")


def test_a_price_list_has_a_name_of_its_own(call: Caller) -> None:
    name = call.get(f"pricelevels({price_list(call)})")["name"]

    assert call.refusal("POST", "pricelevels", {}) == (400, "0x80043b0e")
    assert call.refusal("POST", "pricelevels", {"name": name.upper()}) == (400, "0x80043b0f")


# --- money and currencies ------------------------------------------------------------------------------------


def test_money_takes_the_base_currency_and_repeats_itself_in_it(call: Caller) -> None:
    base = call.rows("organizations")[0]["_basecurrencyid_value"]

    account = call.get(f"accounts({call.create('accounts', name='Adatum', creditlimit=12.5)})")

    assert account["_transactioncurrencyid_value"] == base
    assert (account["creditlimit_base"], account["exchangerate"]) == (Decimal("12.5"), 1)


def test_the_rate_is_the_one_of_the_moment_money_is_written(call: Caller) -> None:
    dollar = currency(call, "USD", 1.5)
    bind = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({dollar})"}
    account = call("POST", "accounts", {"name": "Adatum", "creditlimit": 30, "revenue": 15, **bind})
    address = account.headers["OData-EntityId"]
    call("PATCH", f"transactioncurrencies({dollar})", {"exchangerate": 3})

    before = call.get(address)
    call("PATCH", address, {"revenue": 16})
    after = call.get(address)

    assert (before["creditlimit_base"], before["exchangerate"]) == (20, Decimal("1.5"))
    assert (after["creditlimit_base"], after["exchangerate"]) == (10, 3)
    assert after["revenue_base"] == Decimal("5.3333")


def test_another_currency_recalculates_every_amount(call: Caller) -> None:
    krone = currency(call, "DKK", 8)
    row = call.create("accounts", name="Adatum", creditlimit=80)

    call("PATCH", f"accounts({row})", {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({krone})"})

    account = call.get(f"accounts({row})")
    assert (account["creditlimit"], account["creditlimit_base"]) == (80, 10)


def test_money_is_rounded_to_the_decimals_of_its_currency(call: Caller) -> None:
    account = call.get(f"accounts({call.create('accounts', name='Adatum', creditlimit=0.125)})")

    assert account["creditlimit"] == Decimal("0.13")


def test_a_currency_has_an_iso_code_of_its_own(call: Caller) -> None:
    given = {"currencyname": "x", "currencysymbol": "x", "currencyprecision": 2, "exchangerate": 1}

    assert call.refusal("POST", "transactioncurrencies", {**given, "isocurrencycode": "gbp"}) == (400, "0x80048cf3")
    assert call.refusal("POST", "transactioncurrencies", {**given, "isocurrencycode": "X1"}) == (400, "0x80048cf2")
    assert call.refusal("POST", "transactioncurrencies", given) == (400, "0x80040203")
    without_rate = {**given, "isocurrencycode": "NOK", "exchangerate": None}
    assert call.refusal("POST", "transactioncurrencies", without_rate) == (400, "0x80040203")


def test_the_base_currency_stays_as_it_is(call: Caller) -> None:
    base = f"transactioncurrencies({call.rows('organizations')[0]['_basecurrencyid_value']})"

    assert call.refusal("PATCH", base, {"exchangerate": 2}) == (400, "0x80048cf5")
    assert call.refusal("PATCH", base, {"statecode": 1}) == (400, "0x80048cf4")
    assert call.refusal("DELETE", base) == (400, "0x80048cff")


# --- states, people, deletion --------------------------------------------------------------------------------


def test_a_state_alone_takes_its_default_reason(call: Caller) -> None:
    row = price_list(call)

    call("PATCH", f"pricelevels({row})", {"statecode": 1})

    assert call.get(f"pricelevels({row})")["statuscode"] == 100002


def test_an_opportunity_is_closed_by_its_own_messages_only(call: Caller) -> None:
    row = call.create("opportunities", name="Ten bicycles")

    answer = call("PATCH", f"opportunities({row})", {"statecode": 1, "statuscode": 3})

    assert answer.json()["error"]["code"] == "0x80100005"
    assert "use the WinOpportunity message instead" in answer.json()["error"]["message"]


def test_full_names_follow_first_and_last_names(call: Caller) -> None:
    row = call.create("contacts", firstname="Ann", lastname="Hill")
    assert call.get(f"contacts({row})")["fullname"] == "Ann Hill"

    call("PATCH", f"contacts({row})", {"firstname": None})

    assert call.get(f"contacts({row})")["fullname"] == "Hill"


def test_a_contact_leaves_its_firm_for_another_person(call: Caller) -> None:
    account = call.create("accounts", name="Adatum")
    boss = call.create("contacts", lastname="Watson")
    row = call.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({account})")

    call("PATCH", f"contacts({row})", {"parentcustomerid_contact@odata.bind": f"/contacts({boss})"})

    contact = call.get(f"contacts({row})")
    assert (contact["_parentcustomerid_value"], contact["_accountid_value"]) == (boss, None)
    call("PATCH", f"contacts({row})", {"parentcustomerid_contact@odata.bind": None})
    assert call.get(f"contacts({row})")["_parentcustomerid_value"] is None


def test_an_address_is_composed_of_its_parts(call: Caller) -> None:
    row = call.create("accounts", name="Adatum", address1_line1="Station Road, 21", address1_city="Birmingham")

    call("PATCH", f"accounts({row})", {"address1_postalcode": "B31 2AL"})

    assert call.get(f"accounts({row})")["address1_composite"] == "Station Road, 21\r\nBirmingham, B31 2AL"


def test_an_assigned_row_belongs_to_its_new_owner(call: Caller) -> None:
    peter = call.rows("systemusers?$filter=fullname eq 'Peter Saddow'")[0]["systemuserid"]
    row = call.create("accounts", name="Adatum")

    call("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"/systemusers({peter})"})

    account = call.get(f"accounts({row})")
    assert (account["_ownerid_value"], account["_owninguser_value"]) == (peter, peter)
    assert account["_modifiedby_value"] != peter


def test_a_firm_takes_its_contacts_along_but_not_while_it_has_orders(call: Caller) -> None:
    account = call.create("accounts", name="Adatum")
    contact = call.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({account})")
    order = call.create(
        "salesorders", name="Ten bicycles", customerid_account_at_bind=f"/accounts({account})",
        pricelevelid_at_bind=f"/pricelevels({price_list(call)})",
    )  # fmt: skip

    assert call.refusal("DELETE", f"accounts({account})") == (405, "0x80040227")
    assert call("DELETE", f"salesorders({order})").status_code == 204
    assert call("DELETE", f"accounts({account})").status_code == 204
    assert call("GET", f"contacts({contact})").status_code == 404


def test_what_is_in_use_stays(call: Caller) -> None:
    group, unit = unit_group(call)
    row, retail = product(call, group, unit), price_list(call)
    call("POST", "productpricelevels", line(retail, row, unit))

    assert call.refusal("DELETE", f"uomschedules({group})") == (405, "0x80040227")
    assert call("DELETE", f"pricelevels({retail})").status_code == 204
    assert call.rows(f"productpricelevels?$filter=_productid_value eq {row}") == []
    assert call("DELETE", f"products({row})").status_code == 204
    assert call("DELETE", f"uomschedules({group})").status_code == 204


def test_a_primary_contact_that_goes_is_forgotten(call: Caller) -> None:
    contact = call.create("contacts", lastname="Hill")
    account = call.create("accounts", name="Adatum", primarycontactid_at_bind=f"/contacts({contact})")

    call("DELETE", f"contacts({contact})")

    assert call.get(f"accounts({account})")["_primarycontactid_value"] is None


def test_a_note_hangs_on_the_row_it_is_about(call: Caller) -> None:
    account = call.create("accounts", name="Adatum")
    note = call.create("annotations", notetext="Called", objectid_account_at_bind=f"/accounts({account})")

    assert call.get(f"annotations({note})")["objecttypecode"] == "account"
    call("DELETE", f"accounts({account})")
    assert call("GET", f"annotations({note})").status_code == 404


def test_lines_follow_their_document_and_go_with_it(call: Caller) -> None:
    euro = currency(call, "CHF", 1.25)
    bind = f"/transactioncurrencies({euro})"
    invoice = call.create("invoices", name="INV 1", transactioncurrencyid_at_bind=bind)
    row = call.create("invoicedetails", productdescription="Work", invoiceid_at_bind=f"/invoices({invoice})")

    detail = call.get(f"invoicedetails({row})")

    assert detail["_transactioncurrencyid_value"] == euro
    assert call.get(f"invoices({invoice})")["invoicenumber"].startswith("INV-")
    call("DELETE", f"invoices({invoice})")
    assert call("GET", f"invoicedetails({row})").status_code == 404
