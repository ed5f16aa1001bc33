"""Bodies of single rows: what stands where a row, a list of rows, a type or an id belongs."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Inside

CRM = "Microsoft.Dynamics.CRM"
GONE = "00000000-0000-0000-0000-000000000001"
numbers = itertools.count(1)
DEEP = some.recursive(
    some.fixed_dictionaries({"name": some.just("Adatum")}),
    lambda inner: some.fixed_dictionaries(
        {"name": some.just("Adatum")},
        optional={"parentaccountid": inner, "account_parent_account": some.lists(inner, max_size=2)},
    ),
    max_leaves=6,
)  # fmt: skip
"""Firms with the firm above them and the firms below them made along."""


def firms(inside: Inside) -> int:
    return int(inside("GET", "accounts/$count").text.lstrip("\ufeff"))


def counted(body: dict[str, Any]) -> int:
    above = [body["parentaccountid"]] if "parentaccountid" in body else []
    return 1 + sum(counted(one) for one in (*above, *body.get("account_parent_account", ())))


@given(DEEP)
@examples(25, suppress_health_check=[HealthCheck.too_slow])
def test_a_row_is_made_with_all_rows_inside_it_or_not_at_all(inside: Inside, body: dict[str, Any]) -> None:
    before = firms(inside)

    answer = inside("POST", "accounts", body)
    assert answer.status_code == 204, answer.text
    assert firms(inside) == before + counted(body)

    bad = {**body, "account_parent_account": [*body.get("account_parent_account", ()), {"customertypecode": 999}]}
    assert inside.refusal("POST", "accounts", bad) == (400, "0x8004431a")
    assert firms(inside) == before + counted(body)


def test_rows_are_nested_ten_deep_at_most(inside: Inside) -> None:
    body: dict[str, Any] = {"name": "Adatum"}
    for _ in range(9):
        body = {"name": "Adatum", "parentaccountid": body}

    assert inside("POST", "accounts", body).status_code == 204
    before = firms(inside)
    assert inside.refusal("POST", "accounts", {"name": "Adatum", "parentaccountid": body}) == (400, "0x80060888")
    assert firms(inside) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"primarycontactid": "x"}, "0x80060888"),
        ({"primarycontactid": 5}, "0x80060888"),
        ({"primarycontactid": []}, "0x80060888"),
        ({"primarycontactid": [{"lastname": "Funk"}]}, "0x80060888"),
        ({"primarycontactid": {"lastname": 5}}, "0x80048d19"),
        ({"primarycontactid": {"corks": 5}}, "0x80048d19"),
        ({"contact_customer_accounts": {}}, "0x80060888"),
        ({"contact_customer_accounts": "x"}, "0x80060888"),
        ({"contact_customer_accounts": None}, "0x80060888"),
        ({"contact_customer_accounts": [5]}, "0x80048d19"),
        ({"contact_customer_accounts": [{"lastname": "Funk"}, None]}, "0x80048d19"),
        ({"ownerid": {"name": "Wine"}}, "0x80060888"),
        ({"_primarycontactid_value": GONE}, "0x80060888"),
        ({"primarycontactid@odata.bind": {}}, "0x80060888"),
        ({"primarycontactid@odata.bind": "contacts"}, "0x80060888"),
        ({"primarycontactid@odata.bind": f"accounts({GONE})"}, "0x80048d19"),
        ({"PrimaryContactId@odata.bind": f"contacts({GONE})"}, "0x80048d19"),
        ({"corks@odata.bind": f"contacts({GONE})"}, "0x80048d19"),
        ({"contact_customer_accounts@odata.bind": []}, "0x80048d19"),
        ({"corks": 1}, "0x80048d19"),
        ({"Name": "Adatum"}, "0x80048d19"),
        ({"accountid": "x"}, "0x80048d19"),
        ({"accountid": 5}, "0x80048d19"),
        ({"": "x"}, "0x80048d19"),
        ({"@odata.type": f"{CRM}.contact"}, "0x80060888"),
        ({"@odata.type": f"#{CRM}.contact"}, "0x80060888"),
        ({"@odata.type": "account"}, "0x80060888"),
        ({"@odata.type": 5}, "0x80060888"),
        ({"primarycontactid": {"@odata.type": f"{CRM}.account", "lastname": "Funk"}}, "0x80060888"),
    ],
)
def test_a_body_that_does_not_fit_its_table_makes_nothing(inside: Inside, body: dict[str, Any], code: str) -> None:
    before = firms(inside), len(inside.rows("contacts?$select=contactid"))

    assert inside.refusal("POST", "accounts", {"name": "Adatum", **body}) == (400, code)
    assert (firms(inside), len(inside.rows("contacts?$select=contactid"))) == before


@pytest.mark.parametrize("kind", [f"{CRM}.account", f"#{CRM}.account", "mscrm.account", "#mscrm.account"])
def test_a_row_may_say_of_which_table_it_is(inside: Inside, kind: str) -> None:
    key = inside.create("accounts", **{"@odata.type": kind, "name": "Adatum"})

    assert inside("PATCH", f"accounts({key})", {"@odata.type": kind, "name": "Coho"}).status_code == 204
    wrong = {"@odata.type": kind.replace("account", "contact"), "name": "Trey"}
    assert inside.refusal("PATCH", f"accounts({key})", wrong) == (400, "0x80060888")
    assert inside.get(f"accounts({key})")["name"] == "Coho"


def test_rows_inside_are_made_with_a_new_row_only(inside: Inside) -> None:
    key = inside.create("accounts", name="Adatum")
    for body in ({"primarycontactid": {"lastname": "Funk"}}, {"contact_customer_accounts": [{"lastname": "Funk"}]}):
        assert inside.refusal("PATCH", f"accounts({key})", body) == (400, "0x80060888")
        assert "no deep update" in inside.message("PATCH", f"accounts({key})", body)
        fresh = f"00000000-0000-0000-0002-{next(numbers):012d}"
        assert inside("PATCH", f"accounts({fresh})", {"name": "Coho", **body}).status_code == 204


def test_a_lookup_is_emptied_by_null_in_either_way_to_write_it(inside: Inside) -> None:
    contact = inside.create("contacts", lastname="Funk")
    for empty in ({"primarycontactid": None}, {"primarycontactid@odata.bind": None}):
        key = inside.create("accounts", name="Adatum", primarycontactid_at_bind=f"/contacts({contact})")

        assert inside("PATCH", f"accounts({key})", empty).status_code == 204
        assert inside.get(f"accounts({key})")["_primarycontactid_value"] is None


@pytest.mark.parametrize("tail", ["?$deltatoken=1!03/02/2026 09:30:00", "?$deltatoken=x"])
def test_changes_are_not_asked_of_a_part_of_a_table(inside: Inside, tail: str) -> None:
    key = inside.create("accounts", name="Adatum")

    for path in (f"accounts({key})", f"accounts({key})/contact_customer_accounts"):
        assert inside.refusal("GET", f"{path}{tail}") == (400, "0x80060888")
