"""States, people and deletion: what the organization does of its own accord."""

from __future__ import annotations

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import currency, line, price_list, product, unit_group


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
