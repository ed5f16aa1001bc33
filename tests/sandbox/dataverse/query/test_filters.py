"""``$filter``: what finds which rows, and what is no filter."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.sandbox.dataverse.query import criteria
from integration.sandbox.dataverse.store.database import matches
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples
from tests.sandbox.conftest import Caller

ROWS: tuple[dict[str, Any], ...] = (
    {"name": "Adatum Corporation", "accountnumber": "A1", "creditlimit": 100, "numberofemployees": 5,
     "address1_city": "Köln", "creditonhold": True, "customertypecode": 3},
    {"name": "Coho Winery", "accountnumber": "A2", "creditlimit": 250.5, "numberofemployees": 50,
     "address1_city": "Vence", "customertypecode": 3},
    {"name": "O'Brien & Sons", "accountnumber": "B_1", "creditlimit": 0, "customertypecode": 1},
    {"name": "100% Fabrics", "accountnumber": "B21", "numberofemployees": 500, "fax": "b21",
     "lastonholdtime": "2024-01-31T23:00:00Z"},
    {"name": "fabrikam", "address1_city": "köln"},
)  # fmt: skip
MARK = "filters"


@pytest.fixture(scope="module")
def find(sandbox: dict[str, Any]) -> Callable[[str], set[str]]:
    """The first words of the names of the rows that match, of the five above."""
    call = Caller(sandbox)
    for row in ROWS:
        call.create("accounts", **row, tickersymbol=MARK)
    contact = call.create("contacts", firstname="Ann", lastname="Hill", emailaddress1="ann@coho.example")
    coho = call.rows(f"accounts?$select=name&$filter=tickersymbol eq '{MARK}' and name eq 'Coho Winery'")[0]
    call("PATCH", f"accounts({coho['accountid']})", {"primarycontactid@odata.bind": f"/contacts({contact})"})

    def found(text: str) -> set[str]:
        where = f"tickersymbol eq '{MARK}' and ({text.replace('$contact', contact)})"
        answer = call.http.get(f"{call.root}accounts", params={"$filter": where, "$select": "name"}, timeout=10)
        assert answer.status_code == 200, answer.text
        return {row["name"].split()[0] for row in answer.json()["value"]}

    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name eq 'ADATUM corporation'", "Adatum"),
        ("name ne 'adatum corporation'", "Coho O'Brien 100% fabrikam"),
        ("name eq 'O''Brien & Sons'", "O'Brien"),
        ("address1_city eq 'KÖLN'", "Adatum fabrikam"),
        ("address1_city ne 'Vence'", "Adatum O'Brien 100% fabrikam"),
        ("address1_city eq null", "O'Brien 100%"),
        ("address1_city ne null", "Adatum Coho fabrikam"),
        ("not (address1_city eq 'Vence')", "Adatum O'Brien 100% fabrikam"),
        ("not contains(address1_city,'öl')", "Coho O'Brien 100%"),
        ("name gt 'coho winery'", "O'Brien fabrikam"),
        ("creditlimit eq 250.5", "Coho"),
        ("creditlimit eq 250.50", "Coho"),
        ("creditlimit ge 100 and creditlimit lt 250.5", "Adatum"),
        ("creditlimit lt 100", "O'Brien"),
        ("creditlimit ne 0", "Adatum Coho 100% fabrikam"),
        ("creditlimit le 0.00001", "O'Brien"),
        ("numberofemployees gt 5 or customertypecode eq 1", "Coho O'Brien 100%"),
        ("customertypecode eq 3 and (numberofemployees eq 5 or numberofemployees eq 50)", "Adatum Coho"),
        ("customertypecode eq 1 or customertypecode eq 3 and numberofemployees eq 5", "Adatum O'Brien"),
        ("creditonhold eq true", "Adatum"),
        ("creditonhold eq false", "Coho O'Brien 100% fabrikam"),
        ("lastonholdtime ge 2024-01-31T22:00:00Z", "100%"),
        ("lastonholdtime eq 2024-02-01T00:00:00+01:00", "100%"),
        ("lastonholdtime lt 2024-01-31", ""),
        ("startswith(name,'FAB')", "fabrikam"),
        ("endswith(name,'Sons')", "O'Brien"),
        ("contains(name,'abri')", "100% fabrikam"),
        ("contains(accountnumber,'_1')", "Adatum O'Brien 100%"),
        ("contains(accountnumber,'[_]1')", "O'Brien"),
        ("startswith(name,'[0-9]')", "100%"),
        ("startswith(name,'[^0-9a-c]')", "O'Brien fabrikam"),
        ("accountnumber eq fax", "100%"),
        ("_primarycontactid_value eq $contact", "Coho"),
        ("_primarycontactid_value ne $contact", "Adatum O'Brien 100% fabrikam"),
        ("_primarycontactid_value eq null", "Adatum O'Brien 100% fabrikam"),
        ("primarycontactid/emailaddress1 eq 'ANN@coho.example'", "Coho"),
        ("primarycontactid/owninguser/fullname eq 'business central INTEGRATION'", "Coho"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='accountnumber',PropertyValues=['a1','B21'])", "Adatum 100%"),
        ('Microsoft.Dynamics.CRM.In(PropertyName=\'accountnumber\',PropertyValues=["a1","B21"])', "Adatum 100%"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='address1_city',PropertyValues=['KÖLN'])", "Adatum fabrikam"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='customertypecode',PropertyValues=['1','3'])", "Adatum Coho O'Brien"),
        ("Microsoft.Dynamics.CRM.NotIn(PropertyName='customertypecode',PropertyValues=[3])", "O'Brien 100% fabrikam"),
        ("Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=[5,50])", "Adatum Coho"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='primarycontactid',PropertyValues=['$contact'])", "Coho"),
    ],
)  # fmt: skip
def test_a_filter_finds_the_rows_it_names(find: Callable[[str], set[str]], text: str, names: str) -> None:
    assert find(text) == set(names.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name eq 'Adatum", "There is an unterminated literal at position 15 in 'name eq 'Adatum'."),
        ("name eq", "Syntax error at position 7"),
        ("name = 'x'", "Syntax error at position 5"),
        ("(name eq 'x'", "Syntax error at position 12"),
        ("name eq 'x' name", "Syntax error at position 12"),
        ("Name eq 'x'", "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."),
        ("primarycontactid eq null", "Could not find a property named 'primarycontactid'"),
        ("primarycontactid/colour eq 'x'", "named 'colour' on type 'Microsoft.Dynamics.CRM.contact'"),
        ("name eq 5", "Found operand types 'Edm.String' and 'Edm.Decimal' for operator kind 'Equal'."),
        ("numberofemployees gt '5'", "Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Great"),
        ("accountid eq '00000000-0000-0000-0000-000000000001'", "'Edm.Guid' and 'Edm.String'"),
        ("accountid eq guid'00000000-0000-0000-0000-000000000001'", "Syntax error"),
        ("creditonhold eq 1", "'Edm.Boolean' and 'Edm.Decimal'"),
        ("name in ('a','b')", "Syntax error at position 5"),
        ("tolower(name) eq 'x'", "An unknown function with name 'tolower' was found"),
        ("contains(numberofemployees,'5')", "No function signature for the function with name 'contains'"),
        ("not Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['x'])", "Not operator along with the"),
        ("name eq 'x' and", "Syntax error at position 15"),
        ("", "Syntax error at position 0"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_place(call: Caller, text: str, says: str) -> None:
    answer = call.http.get(f"{call.root}accounts", params={"$filter": text}, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "0x80060888"
    assert says in answer.json()["error"]["message"]


def test_parameter_aliases_stand_for_literals(call: Caller) -> None:
    row = call.create("accounts", name="Trey Research", tickersymbol="ALIAS")

    found = call.rows("accounts?$select=name&$filter=tickersymbol eq @p1 and fax eq @p2&@p1='alias'")

    assert [account["accountid"] for account in found] == [row]


def test_a_filter_nested_without_end_is_refused() -> None:
    with pytest.raises(Refusal, match="recursion limit"):
        criteria.parse("(" * 5000 + "name eq 'x'" + ")" * 5000)


def test_a_quote_in_a_value_cannot_leave_the_statement(call: Caller) -> None:
    answer = call.http.get(
        f"{call.root}accounts", params={"$filter": "name eq '''; DROP TABLE account; --'"}, timeout=10
    )

    assert answer.json()["value"] == []
    assert call("GET", "accounts?$top=1").status_code == 200


TEXT = st.text(alphabet="abcXYZ %_[]^-\\.*é", max_size=8)


@given(TEXT, TEXT)
@examples(200, suppress_health_check=[HealthCheck.too_slow])
def test_a_pattern_never_fails_and_plain_text_is_found_inside_itself(before: str, inside: str) -> None:
    plain = "".join(letter for letter in inside if letter not in "%_[]")

    assert matches(f"%{plain}%", f"{before}{plain.upper()}") is True
    assert matches(f"%{inside}%", before) in (True, False)


@given(st.text(max_size=30))
@examples(300)
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with contextlib.suppress(Refusal):
        criteria.parse(text)
