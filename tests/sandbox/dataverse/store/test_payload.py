"""A body key by key: what is written, what is passed over, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.store.payload import parse_address
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused

ID = "0A1B2C3D-0000-4000-8000-0000000000FF"
KEPT = ID.lower()


def read(organization: Organization, table: str, body: Any, creating: bool = True) -> dict[str, Any]:
    found = organization.model[table]
    return organization.payloads.get(found, creating).read(body)


@pytest.mark.parametrize("body", [None, [], "name", 5, True])
def test_a_body_is_an_object(in_process: Organization, body: Any) -> None:
    with refused("0x80048d19", "not a JSON object"):
        read(in_process, "account", body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("createdon", "2020-01-01T00:00:00Z"),
        ("versionnumber", 5),
        ("exchangerate", 2),
        ("creditlimit_base", 100),
        ("address1_composite", "1 High Street"),
        ("opendeals", 3),
        ("merged", True),
    ],
)
def test_a_column_that_only_the_service_writes_is_passed_over(in_process: Organization, name: str, value: Any) -> None:
    assert read(in_process, "account", {"name": "Adatum", name: value}) == {"name": "Adatum"}


def test_a_column_that_is_written_once_is_passed_over_later(in_process: Organization) -> None:
    body = {"name": "Adatum", "accountid": ID, "overriddencreatedon": "2020-01-01T00:00:00Z"}

    created = read(in_process, "account", body)
    assert created == {"name": "Adatum", "accountid": KEPT, "overriddencreatedon": "2020-01-01T00:00:00Z"}
    assert read(in_process, "account", body, creating=False) == {"name": "Adatum"}


@pytest.mark.parametrize("name", ["Name", "NAME", "account_name", "owneridtype", "parentcustomeridtype", "", "$top"])
def test_a_name_that_is_none_or_has_another_case_is_refused(in_process: Organization, name: str) -> None:
    with refused("0x80048d19", f"Invalid property '{name}'"):
        read(in_process, "account", {name: "x"})


@pytest.mark.parametrize(
    "key", ["@odata.type", "@odata.etag", "name@OData.Community.Display.V1.FormattedValue", "_ownerid_value@x.y"]
)
def test_an_annotation_of_a_known_column_is_passed_over(in_process: Organization, key: str) -> None:
    assert read(in_process, "account", {key: "whatever", "name": "Adatum"}) == {"name": "Adatum"}


def test_an_annotation_of_an_unknown_column_is_refused(in_process: Organization) -> None:
    with refused("0x80048d19"):
        read(in_process, "account", {"colour@odata.type": "x"})


@pytest.mark.parametrize(
    "address",
    [
        f"/contacts({ID})", f"contacts({ID})", f"contacts({KEPT})", f"/contacts(contactid={ID})",
        f"https://contoso.example/api/data/v9.2/contacts({ID})", f"/api/data/v9.1/contacts({ID})",
    ],
)  # fmt: skip
def test_a_lookup_is_bound_by_every_way_to_write_an_address(in_process: Organization, address: str) -> None:
    assert read(in_process, "account", {"primarycontactid@odata.bind": address}) == {"primarycontactid": KEPT}


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        ("contact", "0x80060888", 400),
        ("/contacts", "0x80060888", 400),
        ("/contacts()", "0x80060888", 400),
        ("/contacts(1)", "0x80060888", 400),
        (f"/contacts({ID}", "0x80060888", 400),
        (f"/contacts('{ID}')", "0x80060888", 400),
        (f"/Contacts({ID})", "0x8006088a", 404),
        (f"/contact({ID})", "0x8006088a", 404),
        (f"/accounts({ID})", "0x80048d19", 400),
        ("/contacts(emailaddress1='a@b.example')", "0x80060890", 400),
        (5, "0x80060888", 400),
        ({"contactid": ID}, "0x80060888", 400),
    ],
)
def test_what_is_no_address_of_a_row_that_fits_binds_nothing(
    in_process: Organization, address: Any, code: str, status: int
) -> None:
    with refused(code, status=status):
        read(in_process, "account", {"primarycontactid@odata.bind": address})


@pytest.mark.parametrize("key", ["primarycontactid@odata.bind", "primarycontactid"])
def test_a_lookup_is_emptied_by_null_under_either_name(in_process: Organization, key: str) -> None:
    assert read(in_process, "account", {key: None}) == {"primarycontactid": None}


def test_emptying_a_lookup_teaches_nothing_about_rows_inside_it(in_process: Organization) -> None:
    read(in_process, "account", {"primarycontactid": None}, creating=False)

    with refused("0x80060888", "no deep update"):
        read(in_process, "account", {"primarycontactid": {"lastname": "Hill"}}, creating=False)
    with refused("0x80060888", "no deep update"):
        read(in_process, "account", {"contact_customer_accounts": []}, creating=False)


@pytest.mark.parametrize("key", ["_primarycontactid_value", "_ownerid_value", "_parentaccountid_value"])
def test_the_value_of_a_lookup_is_read_only(in_process: Organization, key: str) -> None:
    with refused("0x80060888", "Use Navigation properties instead"):
        read(in_process, "account", {key: ID})


def test_a_lookup_to_several_tables_says_which_one(in_process: Organization) -> None:
    for kind in ("account", "contact"):
        body = {f"customerid_{kind}@odata.bind": f"/{kind}s({ID})"}
        assert read(in_process, "quote", body) == {"customerid": KEPT, "customeridtype": kind}
    with refused("0x80048d19", "not a row that the navigation property"):
        read(in_process, "quote", {"customerid_account@odata.bind": f"/contacts({ID})"})
    with refused("0x80048d19", "undeclared property 'customerid'"):
        read(in_process, "quote", {"customerid@odata.bind": f"/accounts({ID})"})
    assert read(in_process, "quote", {"customerid_account": None}) == {"customerid": None, "customeridtype": None}


def test_an_owner_is_a_user_or_a_team_under_one_name(in_process: Organization) -> None:
    for kind in ("systemuser", "team"):
        found = read(in_process, "account", {"ownerid@odata.bind": f"/{kind}s({ID})"})
        assert found == {"ownerid": KEPT, "owneridtype": kind}
    with refused("0x80048d19"):
        read(in_process, "account", {"ownerid@odata.bind": f"/accounts({ID})"})


def test_navigation_properties_have_the_case_of_the_schema(in_process: Organization) -> None:
    body = {"QuoteDetailId@odata.bind": f"/quotedetails({ID})"}
    assert read(in_process, "salesorderdetail", body)["quotedetailid"] == KEPT

    for table, wrong in (("salesorderdetail", "quotedetailid"), ("account", "PrimaryContactId"), ("quote", "OwnerId")):
        with refused("0x80048d19", f"undeclared property '{wrong}'"):
            read(in_process, table, {f"{wrong}@odata.bind": f"/quotedetails({ID})"})


def test_money_stays_exact_until_its_currency_is_looked_at(in_process: Organization) -> None:
    found = read(in_process, "account", {"creditlimit": Decimal("1.23456789")})

    assert found == {"creditlimit": Decimal("1.23456789")}


def test_null_empties_any_column(in_process: Organization) -> None:
    body = dict.fromkeys(("name", "creditlimit", "numberofemployees", "creditonhold", "lastonholdtime"))

    assert read(in_process, "account", body) == body


def test_a_body_of_many_rows_of_one_kind_is_read_the_same_way_each_time(in_process: Organization) -> None:
    for at in range(3):
        body = {"name": f"Firm {at}", "primarycontactid@odata.bind": f"/contacts({ID})", "colour": "red"}
        with refused("0x80048d19", "'colour'"):
            read(in_process, "account", body)
        del body["colour"]
        assert read(in_process, "account", body)["primarycontactid"] == KEPT


def test_an_address_leads_to_a_table_and_an_id(in_process: Organization) -> None:
    assert parse_address(in_process.model, f"salesorders({ID})") == ("salesorder", KEPT)
    with refused("0x80060888", "'None' is not the address of a row"):
        parse_address(in_process.model, None)


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_a_sign_that_no_row_can_hold_is_refused_with_its_number(in_process: Organization, sign: str) -> None:
    with refused("0x80040278", f"hexadecimal value 0x{ord(sign):02X}"):
        read(in_process, "account", {"name": f"Coho{sign}Winery"})


def test_a_row_that_does_not_exist_is_refused_when_it_is_written(writer: Writer, trade: Trade) -> None:
    with refused("0x80040217", f"contact With Id = {NOBODY} Does Not Exist", status=404):
        trade.account(primarycontactid=NOBODY)
    with refused("0x80040217", "systemuser With Id", status=404):
        trade.account(ownerid=NOBODY)
    firm = trade.account()
    with refused("0x80040217", "team With Id", status=404):
        writer.change("account", firm, ownerid=("team", NOBODY))
