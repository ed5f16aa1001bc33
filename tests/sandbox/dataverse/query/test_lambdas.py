"""``any`` and ``all`` in ``$filter``, and conditions that depend on who asks and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.query.date_ranges import date_range
from tests.sandbox.conftest import Caller, Clock

CRM = "Microsoft.Dynamics.CRM"
HILLS = "account_parent_account/any(a:contains(a/name,'Hill'))"
PEOPLE = {
    "Adatum": (("Hill", "Buyer"), ("Funk", "Owner")),
    "Coho": (("Orton", "Buyer"), ("Pak", "Buyer")),
    "Fabrikam": (),
}


@pytest.fixture(scope="module")
def firms(sandbox: dict[str, Any]) -> Callable[[str], set[str]]:
    """The names of the firms that match: Adatum with a buyer and an owner, Coho with two buyers, Fabrikam alone."""
    call = Caller(sandbox)
    for name, people in PEOPLE.items():
        firm = call.create("accounts", name=name, tickersymbol="LAMBDA")
        for last, title in people:
            bind = f"/accounts({firm})"
            call.create("contacts", lastname=last, jobtitle=title, parentcustomerid_account_at_bind=bind)
            call.create("accounts", name=f"{name} {last}", parentaccountid_at_bind=bind)

    def found(text: str) -> set[str]:
        return {row["name"] for row in call.rows(f"accounts?$select=name&$filter=tickersymbol eq 'LAMBDA' and {text}")}

    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("contact_customer_accounts/any()", "Adatum Coho"),
        ("not contact_customer_accounts/any()", "Fabrikam"),
        ("contact_customer_accounts/any(c:c/jobtitle eq 'owner')", "Adatum"),
        ("contact_customer_accounts/all(c:c/jobtitle eq 'Buyer')", "Coho Fabrikam"),
        ("contact_customer_accounts/any(c:c/lastname eq 'Hill' or contains(c/lastname,'ort'))", "Adatum Coho"),
        ("contact_customer_accounts/any(c:c/owninguser/fullname eq 'Nobody')", ""),
        ("contact_customer_accounts/any(c:c/lastname eq name)", ""),
        ("account_parent_account/any(a:not a/account_parent_account/any() and contains(a/name,'Pak'))", "Coho"),
        (f"contact_customer_accounts/any(c:c/parentcustomerid_account/{HILLS})", "Adatum"),
        ("owninguser/systemuserroles_association/any(r:r/name ne null)", "Adatum Coho Fabrikam"),
        ("contact_customer_accounts/any(c:c/jobtitle eq 'Owner') or name eq 'Fabrikam'", "Adatum Fabrikam"),
    ],
)  # fmt: skip
def test_a_condition_on_a_collection_finds_the_rows_it_names(
    firms: Callable[[str], set[str]], text: str, names: str
) -> None:
    assert firms(f"({text})") == set(names.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contact_customer_accounts/all()", "Syntax error"),
        ("contact_customer_accounts/any(c/jobtitle eq 'Buyer')", "Syntax error"),
        ("people/any(p:p/name eq 'x')", "Could not find a property named 'people'"),
        ("contact_customer_accounts/any(c:c/colour eq 'x')", "named 'colour' on type 'Microsoft.Dynamics.CRM.contact'"),
        ("contact_customer_accounts/any(c:c/jobtitle eq 'Buyer'", "Syntax error"),
        ("account_parent_account/any(a:a/account_parent_account/any(a:a/name eq 'x'))", "already been declared"),
    ],
)
def test_what_is_no_condition_on_a_collection_is_refused(call: Caller, text: str, says: str) -> None:
    answer = call.http.get(f"{call.root}accounts", params={"$filter": text}, timeout=10)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80060888")
    assert says in answer.json()["error"]["message"]


NOW = dt.datetime(2026, 3, 31, 9, 30, tzinfo=dt.UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("name", "number", "begins", "ends"),
    [
        ("today", "", "2026-03-31T00:00", "2026-04-01T00:00"),
        ("last-seven-days", "", "2026-03-24T00:00", "2026-03-31T09:30"),
        ("this-week", "", "2026-03-29T00:00", "2026-04-05T00:00"),
        ("last-month", "", "2026-02-01T00:00", "2026-03-01T00:00"),
        ("next-year", "", "2027-01-01T00:00", "2028-01-01T00:00"),
        ("last-x-hours", "2", "2026-03-31T07:00", "2026-03-31T09:30"),
        ("next-x-days", "3", "2026-03-31T09:30", "2026-04-04T00:00"),
        ("last-x-months", "1", "2026-02-28T00:00", "2026-03-31T09:30"),
        ("olderthan-x-minutes", "45", None, "2026-03-31T08:45"),
        ("olderthan-x-years", "2", None, "2024-03-31T09:30"),
        ("last-fiscal-period", "", "2025-10-01T00:00", "2026-01-01T00:00"),
        ("this-fiscal-period", "", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("next-fiscal-year", "", "2027-01-01T00:00", "2028-01-01T00:00"),
        ("last-x-fiscal-periods", "3", "2025-04-01T00:00", "2026-01-01T00:00"),
        ("next-x-fiscal-years", "2", "2027-01-01T00:00", "2029-01-01T00:00"),
        ("in-fiscal-year", "2024", "2024-01-01T00:00", "2025-01-01T00:00"),
        ("in-fiscal-period-and-year", "3 2025", "2025-07-01T00:00", "2025-10-01T00:00"),
        ("in-or-before-fiscal-period-and-year", "3 2025", None, "2025-10-01T00:00"),
        ("in-or-after-fiscal-period-and-year", "3 2025", "2025-07-01T00:00", None),
    ],
)  # fmt: skip
def test_a_named_stretch_of_time_has_its_two_ends(name: str, number: str, begins: str | None, ends: str | None) -> None:
    first, last = date_range(name, number.split(), NOW)

    assert (first and f"{first:%Y-%m-%dT%H:%M}", last and f"{last:%Y-%m-%dT%H:%M}") == (begins, ends)


def test_functions_of_time_and_of_the_user_find_rows(organization: Callable[..., Sandbox], clock: Clock) -> None:
    call = Caller(organization(clock=clock).ready)
    call.create("accounts", name="Old", lastonholdtime="2026-02-27T10:00:00Z")
    call.create("accounts", name="New", lastonholdtime="2026-03-02T08:00:00Z")
    where = "PropertyName='lastonholdtime'"

    def found(function: str) -> list[str]:
        return [row["name"] for row in call.rows(f"accounts?$select=name&$orderby=name&$filter={CRM}.{function}")]

    assert found(f"Today({where})") == ["New"]
    assert found(f"LastXDays({where},PropertyValue=3)") == ["New", "Old"]
    assert found(f"OlderThanXDays({where},PropertyValue=2)") == ["Old"]
    assert found(f"On({where},PropertyValue='2026-02-27')") == ["Old"]
    assert found(f"OnOrAfter({where},PropertyValue='2026-02-27')") == ["New", "Old"]
    assert found("EqualUserId(PropertyName='owninguser')") == ["New", "Old"]
    assert found("NotEqualBusinessId(PropertyName='owningbusinessunit')") == []
    assert found(f"InFiscalPeriodAndYear({where},PropertyValue1=1,PropertyValue2=2026)") == ["New", "Old"]
    assert found(f"InFiscalPeriod({where},PropertyValue=4)") == []
    assert call.refusal("GET", f"accounts?$filter={CRM}.InFiscalPeriod({where},PropertyValue=5)")[0] == 400
    assert call.refusal("GET", f"accounts?$filter={CRM}.InFiscalYear({where},PropertyValue=99999)")[0] == 400
    assert call.refusal("GET", f"accounts?$filter={CRM}.InFiscalPeriodAndYear({where},PropertyValue=2)")[0] == 400
    assert call.refusal("GET", f"accounts?$filter={CRM}.LastXDays({where},PropertyValue=0)")[0] == 400
    assert call.refusal("GET", f"accounts?$filter={CRM}.Today(PropertyName='name')")[0] == 400
    assert call.refusal("GET", f"accounts?$filter={CRM}.OlderThanXYears({where},PropertyValue=99999)")[0] == 400
