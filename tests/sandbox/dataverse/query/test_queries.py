"""Which columns, which order, which page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOGICAL_NAME = "@Microsoft.Dynamics.CRM.lookuplogicalname"
ASSOCIATED = "@Microsoft.Dynamics.CRM.associatednavigationproperty"
ALL = 'odata.include-annotations="*"'


def test_select_brings_the_key_the_etag_and_nothing_else(call: Caller) -> None:
    (row,) = call.rows("accounts?$select=name&$top=1")

    assert set(row) == {"@odata.etag", "accountid", "name"}


def test_selected_money_brings_its_currency(call: Caller) -> None:
    (row,) = call.rows("accounts?$select=creditlimit&$top=1")

    assert set(row) == {"@odata.etag", "accountid", "creditlimit", "_transactioncurrencyid_value"}


@pytest.mark.parametrize("name", ["Name", "primarycontactid", "owneridtype", "colour", "_name_value"])
def test_a_name_that_is_no_property_cannot_be_selected(call: Caller, name: str) -> None:
    assert call.refusal("GET", f"accounts?$select={name}") == (400, "0x80060888")


@pytest.mark.parametrize(
    "query",
    ["$skip=5", "$search=x", "$format=json", "$compute=1", "$top=-1", "$top=x", "$count=yes", "$orderby=name up",
     "$orderby=colour", "$orderby=@p1&@p1=colour", "$expand=contact_customer_accounts/$ref",
     "$expand=primarycontactid($expand=contact_customer_contacts($orderby=lastname))",
     "$expand=primarycontactid($expand=contact_customer_contacts($top=1))",
     "$orderby=_territoryid_value", "$select=name&$select=fax", "$expand=primarycontactid($skip=1)", "$expand=colour",
     "$skiptoken=x"],
)  # fmt: skip
def test_options_the_service_does_not_have_are_refused(call: Caller, query: str) -> None:
    assert call.refusal("GET", f"accounts?{query}") == (400, "0x80060888")


def test_rows_come_in_the_order_asked_for(call: Caller) -> None:
    for name, staff in (("Zed", 1), ("alpha", 2), ("Beta", 2), ("gamma", None)):
        call.create("accounts", name=name, numberofemployees=staff, tickersymbol="ORDER")
    where = "accounts?$select=name&$filter=tickersymbol eq 'ORDER'&$orderby="

    assert [row["name"] for row in call.rows(where + "name")] == ["alpha", "Beta", "gamma", "Zed"]
    assert [row["name"] for row in call.rows(where + "numberofemployees desc,name desc")] == [
        "Beta", "alpha", "Zed", "gamma",
    ]  # fmt: skip
    assert [row["name"] for row in call.rows(where + "name&$top=2")] == ["alpha", "Beta"]


def test_an_alias_may_name_what_rows_are_sorted_by(call: Caller) -> None:
    for name in ("Zig", "Abacus"):
        call.create("accounts", name=name, tickersymbol="ZIGZAG")
    asked = "accounts?$select=name&$filter=tickersymbol eq @t&$orderby=@by desc&@t='ZIGZAG'&@by=name"

    assert [row["name"] for row in call.rows(asked)] == ["Zig", "Abacus"]


def test_a_lookup_is_expanded_to_the_address_it_leads_to_alone(call: Caller) -> None:
    person = call.create("contacts", lastname="Hill")
    row = call.create("accounts", name="Adatum", primarycontactid_at_bind=f"/contacts({person})")

    found = call.get(f"accounts({row})?$select=name&$expand=primarycontactid/$ref,ownerid($select=ownerid)")

    assert found["primarycontactid"] == {"@odata.id": f"{call.root}contacts({person})"}
    assert found["ownerid"]["ownerid"] == found["ownerid"]["systemuserid"]


def test_the_rows_of_a_collection_are_counted(call: Caller) -> None:
    row = call.create("accounts", name="Adatum")
    for last in ("Hill", "Funk", "Orton"):
        call.create("contacts", lastname=last, parentcustomerid_account_at_bind=f"/accounts({row})")

    def counted(query: str = "") -> int:
        answer = call("GET", f"accounts({row})/contact_customer_accounts/$count{query}")
        return int(answer.content.decode("utf-8-sig"))

    assert counted() == 3
    assert counted("?$filter=lastname ne 'Hill'") == 2
    assert call.refusal("GET", f"accounts({uuid.uuid4()})/contact_customer_accounts/$count") == (404, "0x80040217")


def test_a_lookup_sorts_by_the_name_behind_it(call: Caller) -> None:
    people = [call.create("contacts", firstname="Ann", lastname=last) for last in ("Zeta", "alpha")]
    for person in people:
        call.create("accounts", name="Sorted", tickersymbol="SORT", primarycontactid_at_bind=f"/contacts({person})")

    rows = call.rows(
        "accounts?$select=_primarycontactid_value&$filter=tickersymbol eq 'SORT'&$orderby=_primarycontactid_value"
    )

    assert [row["_primarycontactid_value"] for row in rows] == people[::-1]


@pytest.fixture(scope="module")
def many(sandbox: dict[str, Any]) -> Caller:
    """Twelve accounts marked PAGES."""
    call = Caller(sandbox)
    for number in range(12):
        call.create("accounts", name=f"Branch {number:02d}", tickersymbol="PAGES")
    return call


def pages(call: Caller, path: str, **headers: str) -> list[list[str]]:
    found = []
    while path:
        answer = call.get(path, **headers)
        found.append([row["name"] for row in answer["value"]])
        path = answer.get("@odata.nextLink", "")
    return found


WHERE = "accounts?$select=name&$filter=tickersymbol eq 'PAGES'"


@pytest.mark.parametrize("order", ["", "&$orderby=name desc"])
def test_next_links_lead_through_every_row_once(many: Caller, order: str) -> None:
    found = pages(many, WHERE + order, Prefer="odata.maxpagesize=5")

    assert [len(page) for page in found] == [5, 5, 2]
    assert sorted(name for page in found for name in page) == [f"Branch {number:02d}" for number in range(12)]


def test_a_page_that_ends_with_the_last_row_has_no_next_link(many: Caller) -> None:
    assert [len(page) for page in pages(many, WHERE, Prefer="odata.maxpagesize=6")] == [6, 6]


def test_with_a_page_size_top_is_ignored(many: Caller) -> None:
    assert sum(map(len, pages(many, WHERE + "&$top=3", Prefer="odata.maxpagesize=7"))) == 12


def test_top_alone_ends_the_answer(many: Caller) -> None:
    answer = many.get(WHERE + "&$top=3")

    assert len(answer["value"]) == 3
    assert "@odata.nextLink" not in answer


def test_a_row_inserted_while_paging_moves_no_other_row(many: Caller) -> None:
    first = many.get(WHERE, Prefer="odata.maxpagesize=5")
    many.create("accounts", name="Branch 99", tickersymbol="PAGES", accountid="00000000-0000-4000-8000-000000000001")

    rest = pages(many, first["@odata.nextLink"], Prefer="odata.maxpagesize=5")
    many("DELETE", "accounts(00000000-0000-4000-8000-000000000001)")

    assert sum(map(len, rest)) == 7


def test_counts_come_beside_the_rows_and_alone(many: Caller) -> None:
    assert many.get(WHERE + "&$count=true&$top=1")["@odata.count"] == 12
    alone = many("GET", "accounts/$count?$filter=tickersymbol eq 'PAGES'")
    assert alone.content.decode("utf-8-sig") == "12"
    assert alone.headers["Content-Type"] == "text/plain"


def test_a_page_holds_5000_rows_and_counting_stops_there(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready)
    for start in (0, 1667, 3334):
        targets = [
            {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": f"Branch {number}"}
            for number in range(start, start + 1667)
        ]
        assert call("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets}).status_code == 200

    answer = call.get("accounts?$select=name&$count=true", Prefer="odata.maxpagesize=9000")

    assert len(answer["value"]) == 5000
    assert answer["@odata.count"] == 5000
    assert len(call.get(answer["@odata.nextLink"])["value"]) == 1
    assert call("GET", "accounts/$count").content.decode("utf-8-sig") == "5000"


def test_annotations_say_what_people_see_and_where_lookups_lead(call: Caller) -> None:
    account = call.create("accounts", name="Adatum Corporation", customertypecode=3, creditlimit=20000)
    contact = call.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({account})")

    row = call.get(f"accounts({account})?$select=customertypecode,creditlimit,creditonhold", Prefer=ALL)
    person = call.get(f"contacts({contact})?$select=_parentcustomerid_value", Prefer=ALL)

    assert row[f"customertypecode{FORMATTED}"] == "Customer"
    assert row[f"creditlimit{FORMATTED}"] == "£20,000.00"
    assert row[f"creditonhold{FORMATTED}"] == "No"
    assert person[f"_parentcustomerid_value{FORMATTED}"] == "Adatum Corporation"
    assert person[f"_parentcustomerid_value{LOGICAL_NAME}"] == "account"
    assert person[f"_parentcustomerid_value{ASSOCIATED}"] == "parentcustomerid_account"


def test_only_the_annotations_asked_for_come(call: Caller) -> None:
    account = call.create("accounts", name="Adatum Corporation", customertypecode=3)

    row = call.get(
        f"accounts({account})?$select=customertypecode,_ownerid_value",
        Prefer='odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"',
    )

    assert row[f"_ownerid_value{LOGICAL_NAME}"] == "systemuser"
    assert not [name for name in row if name.endswith(FORMATTED)]


def test_expanded_lookups_bring_the_row_behind_them(call: Caller) -> None:
    account = call.create("accounts", name="Coho Winery")
    contact = call.create("contacts", lastname="Hill", parentcustomerid_account_at_bind=f"/accounts({account})")
    call("PATCH", f"accounts({account})", {"primarycontactid@odata.bind": f"/contacts({contact})"})

    row = call.get(
        f"accounts({account})?$select=name&$expand=primarycontactid($select=lastname;$expand=owninguser($select="
        "fullname)),parentaccountid($select=name)"
    )
    person = call.get(
        f"contacts({contact})?$select=lastname&$expand=parentcustomerid_account($select=name),"
        "parentcustomerid_contact($select=lastname)"
    )

    assert row["primarycontactid"]["lastname"] == "Hill"
    assert row["primarycontactid"]["owninguser"]["ownerid"] == row["primarycontactid"]["owninguser"]["systemuserid"]
    assert row["parentaccountid"] is None
    assert person["parentcustomerid_account"]["name"] == "Coho Winery"
    assert person["parentcustomerid_contact"] is None


def test_expanded_collections_bring_the_rows_that_point_here(call: Caller) -> None:
    account = call.create("accounts", name="Coho Winery")
    for last in ("Hill", "Abbott", "Watson"):
        call.create("contacts", lastname=last, parentcustomerid_account_at_bind=f"/accounts({account})")

    row = call.get(
        f"accounts({account})?$expand=contact_customer_accounts($select=lastname;$filter=lastname ne 'Hill';"
        "$orderby=lastname;$top=1)"
    )

    assert [person["lastname"] for person in row["contact_customer_accounts"]] == ["Abbott"]
    related = call.rows(f"accounts({account})/contact_customer_accounts?$select=lastname&$orderby=lastname")
    assert [person["lastname"] for person in related] == ["Abbott", "Hill", "Watson"]


def test_a_long_expanded_collection_goes_on_at_an_address_of_its_own(call: Caller) -> None:
    account = call.create("accounts", name="Coho Winery")
    for last in ("Hill", "Abbott", "Watson", "O'Brien & Co", "Young"):
        call.create("contacts", lastname=last, parentcustomerid_account_at_bind=f"/accounts({account})")
    inside = "$select=lastname;$orderby=lastname;$filter=lastname ne 'Young %26 Co'"
    pages = {"Prefer": "odata.maxpagesize=2"}

    row = call.get(f"accounts({account})?$select=name&$expand=contact_customer_accounts({inside})", **pages)
    second = call.get(row["contact_customer_accounts@odata.nextLink"], **pages)
    last = call.get(second["@odata.nextLink"], **pages)

    names = [[one["lastname"] for one in page] for page in (row["contact_customer_accounts"], second["value"])]
    assert names == [["Abbott", "Hill"], ["O'Brien & Co", "Watson"]]
    assert [one["lastname"] for one in last["value"]] == ["Young"]
    assert "@odata.nextLink" not in last


def test_a_related_row_has_an_address_of_its_own(call: Caller) -> None:
    contact = call.create("contacts", lastname="Hill")
    account = call.create("accounts", name="Coho Winery", primarycontactid_at_bind=f"/contacts({contact})")

    assert call.get(f"accounts({account})/primarycontactid?$select=lastname")["contactid"] == contact
    assert call("GET", f"accounts({account})/parentaccountid").status_code == 204
