"""What a column takes, and what it gives back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sandbox.dataverse.rules.money import scaled
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.store.values import encoder, guid, moment, money_text, reader
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples
from tests.sandbox.conftest import Caller

MODEL = load_model()


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "x" * 161}, (400, "0x80044331")),
        ({"accountnumber": "C" * 21}, (400, "0x80044331")),
        ({"numberofemployees": -1}, (400, "0x8004432f")),
        ({"creditlimit": -0.01}, (400, "0x80044330")),
        ({"creditlimit": 100000000000000.01}, (400, "0x80044330")),
        ({"customertypecode": 99}, (400, "0x8004431a")),
        ({"paymenttermscode": 0}, (400, "0x8004431a")),
        ({"statuscode": 2}, (400, "0x80048408")),
        ({"lastonholdtime": "1752-12-31T23:59:59Z"}, (400, "0x80040239")),
        ({"lastonholdtime": "yesterday"}, (400, "0x80048d19")),
        ({"name": 5}, (400, "0x80048d19")),
        ({"numberofemployees": "5"}, (400, "0x80048d19")),
        ({"numberofemployees": 5.5}, (400, "0x80048d19")),
        ({"creditonhold": 1}, (400, "0x80048d19")),
        ({"creditlimit": "5"}, (400, "0x80048d19")),
        ({"accountid": "C10000"}, (400, "0x80048d19")),
        ({"colour": "red"}, (400, "0x80048d19")),
        ({"primarycontactid@odata.bind": "/contacts(1)"}, (400, "0x80060888")),
        ({"primarycontactid@odata.bind": "contact"}, (400, "0x80060888")),
        ({"PrimaryContactId@odata.bind": "/contacts(00000000-0000-0000-0000-000000000001)"}, (400, "0x80048d19")),
        ({"primarycontactid@odata.bind": "/contact(00000000-0000-0000-0000-000000000001)"}, (404, "0x8006088a")),
        ({"primarycontactid@odata.bind": "/accounts(00000000-0000-0000-0000-000000000001)"}, (400, "0x80048d19")),
        ({"primarycontactid@odata.bind": "/contacts(00000000-0000-0000-0000-000000000001)"}, (404, "0x80040217")),
        ({"_primarycontactid_value": "00000000-0000-0000-0000-000000000001"}, (400, "0x80060888")),
    ],
)
def test_a_value_the_column_does_not_take_is_refused(
    call: Caller, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert call.refusal("POST", "accounts", {"name": "Adatum", **body}) == refusal


def test_a_refused_row_leaves_nothing_behind(call: Caller) -> None:
    call.refusal("POST", "accounts", {"name": "Nobody Ltd.", "customertypecode": 99})

    assert call.rows("accounts?$filter=name eq 'Nobody Ltd.'") == []


def test_the_wrong_name_of_a_many_tabled_lookup_is_told_apart_from_a_wrong_column(call: Caller) -> None:
    account = call.create("accounts", name="Adatum Corporation")

    answer = call("POST", "contacts", {"lastname": "Hill", "parentcustomerid@odata.bind": f"/accounts({account})"})

    assert answer.status_code == 400
    assert "undeclared property 'parentcustomerid'" in answer.json()["error"]["message"]


def test_decimals_are_exact(call: Caller) -> None:
    body = b'{"name": "Coho Winery", "creditlimit": 90071992547409.93}'
    created = call.http.post(f"{call.root}accounts", data=body, headers={"Content-Type": "application/json"}, timeout=9)

    answer = call("GET", f"{created.headers['OData-EntityId']}?$select=creditlimit")

    assert '"creditlimit":90071992547409.9300' in answer.text


def test_blank_text_is_kept_as_null(call: Caller) -> None:
    row = call.create("accounts", name="Coho Winery", fax="")

    assert call.get(f"accounts({row})")["fax"] is None


def test_text_of_any_language_comes_back_as_it_went(call: Caller) -> None:
    name = 'Łódź "Ğ" \\ ☕\n𝒜'

    row = call.create("accounts", name=name)

    assert call.get(f"accounts({row})")["name"] == name


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("2024-01-31T23:00:00Z", "2024-01-31T23:00:00Z"),
        ("2024-02-01T01:00:00+02:00", "2024-01-31T23:00:00Z"),
        ("2024-01-31T23:00:00", "2024-01-31T23:00:00Z"),
        ("2024-01-31T23:00:00.9876543Z", "2024-01-31T23:00:00Z"),
        ("2024-01-31", "2024-01-31T00:00:00Z"),
    ],
)
def test_times_are_kept_in_utc_by_the_second(given_text: str, kept: str) -> None:
    assert moment(given_text, only_day=False, name="lastonholdtime") == kept


def test_a_birthday_is_a_day_without_a_time(call: Caller) -> None:
    row = call.create("contacts", lastname="Hill", birthdate="1980-02-29")

    assert call.get(f"contacts({row})")["birthdate"] == "1980-02-29"


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        moment("2023-02-29", only_day=True, name="birthdate")

    assert caught.value.code == "0x80040239"


@given(st.decimals(min_value=0, max_value=Decimal("99999999999999.9999"), places=4))
def test_money_survives_the_way_through_the_database(amount: Decimal) -> None:
    assert Decimal(money_text(scaled(amount, 4))) == amount


@given(st.decimals(min_value=Decimal("1E-12"), max_value=Decimal("99999999999"), places=12))
def test_an_exchange_rate_keeps_its_twelve_decimals(rate: Decimal) -> None:
    column = MODEL["transactioncurrency"].columns["exchangerate"]

    kept = reader(column, "transactioncurrencies")(rate)

    assert Decimal(encoder(column)(kept)) == rate


@given(st.uuids())
def test_an_id_has_one_spelling(row: Any) -> None:
    assert guid(str(row).upper()) == str(row)


@given(st.text(max_size=60))
@examples(50)
def test_what_is_no_id_is_never_taken_for_one(text: str) -> None:
    assert guid(text) is None
