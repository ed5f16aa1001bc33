"""What the organizations start with."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.seed.names import firms
from tests.sandbox.conftest import Caller

SHARED = {
    "Adatum Corporation": "B31 2AL",
    "Trey Research": "SE1 0AX",
    "School of Fine Art": "GU3 2SE",
    "Alpine Ski House": "EH16 8JS",
    "Relecloud": "BS3 2FH",
}


def test_the_demo_has_its_firms_and_people(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization(seed="demo").ready)
    accounts = call.rows("accounts?$select=name,address1_postalcode,customertypecode,_parentaccountid_value,"
                         "_primarycontactid_value,telephone1")  # fmt: skip
    contacts = call.rows("contacts?$select=emailaddress1,_parentcustomerid_value")

    assert (len(accounts), len(contacts)) == (40, 80)
    assert {row["name"]: row["address1_postalcode"] for row in accounts}.items() >= SHARED.items()
    assert len({row["name"] for row in accounts}) == 40
    assert {row["customertypecode"] for row in accounts} == {3, 1, None}
    assert sum(row["customertypecode"] == 3 for row in accounts) > 25
    assert any(row["_parentaccountid_value"] for row in accounts)
    assert any(row["_primarycontactid_value"] for row in accounts)
    assert len({row["emailaddress1"] for row in contacts}) == 80
    assert {row["_parentcustomerid_value"] for row in contacts} == {row["accountid"] for row in accounts}


def test_the_sales_team_can_be_told_from_those_who_cannot_sell(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization(seed="demo").ready)
    where = "systemusers?$select=internalemailaddress&$filter="

    team = call.rows(f"{where}isdisabled eq false and islicensed eq true and isintegrationuser eq false")

    assert len(team) == 15
    assert {"psaddow@cronus-demo.example", "swatson@cronus-demo.example"} <= {
        row["internalemailaddress"] for row in team
    }
    assert len(call.rows(f"{where}isdisabled eq true")) == 2
    assert len(call.rows(f"{where}islicensed eq false and accessmode eq 0")) == 2
    owners = {row["_ownerid_value"] for row in call.rows("accounts?$select=_ownerid_value")}
    assert owners <= {row["systemuserid"] for row in team}


def test_nothing_of_the_demo_is_the_integrations_own_work(call: Caller) -> None:
    me = call.get("WhoAmI")["UserId"]

    assert call.rows(f"systemusers?$filter=_modifiedby_value eq {me} and fullname eq 'Peter Saddow'") == []
    adatum = call.rows("accounts?$filter=name eq 'Adatum Corporation' and address1_postalcode eq 'B31 2AL'")[0]
    assert me not in (adatum["_createdby_value"], adatum["_modifiedby_value"])


def test_the_empty_organization_has_currency_roles_and_a_unit_but_no_firms(
    organization: Callable[..., Sandbox],
) -> None:
    call = Caller(organization().ready)

    assert [row["isocurrencycode"] for row in call.rows("transactioncurrencies")] == ["GBP"]
    assert len(call.rows("roles?$filter=startswith(name,'Dynamics 365 Business Central')")) == 3
    (unit,) = call.rows("uoms?$expand=uomscheduleid($select=name)")
    assert (unit["name"], unit["uomscheduleid"]["name"]) == ("Primary Unit", "Default Unit")
    assert call.rows("accounts") == call.rows("contacts") == []
    assert call.rows("organizations")[0]["name"] == "Contoso Sales"


def test_totals_are_totals(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization(seed="demo", accounts=120, contacts=130).ready)

    assert len(call.rows("accounts?$select=name")) == 120
    assert len(call.rows("contacts?$select=lastname")) == 130


def test_the_large_organization_has_everything_by_the_thousand(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization(seed="large", accounts=300, contacts=600).ready)
    rows = "aggregate($count as rows)"

    assert call.rows(f"accounts?$apply={rows}") == [{"rows": 300}]
    assert call.rows(f"contacts?$apply={rows}") == [{"rows": 600}]
    assert call.rows(f"products?$apply=filter(statecode eq 0)/{rows}") == [{"rows": 3_000}]
    assert call.rows(f"opportunities?$apply=filter(statecode eq 0)/{rows}") == [{"rows": 10_000}]
    prices = call.rows("productpricelevels?$top=3&$select=amount&$expand=productid($select=productnumber)")
    assert all(line["amount"] > 0 and line["productid"]["productnumber"].startswith("L") for line in prices)


def test_a_second_start_adds_nothing(organization: Callable[..., Sandbox]) -> None:
    first = organization(seed="demo", accounts=6, contacts=2)
    before = Caller(first.ready).get("WhoAmI")
    first.stop()

    call = Caller(organization(seed="demo", accounts=50).ready)

    assert len(call.rows("accounts")) == 6
    assert call.get("WhoAmI") | {"@odata.context": ""} == before | {"@odata.context": ""}


def test_every_organization_is_another_one(organization: Callable[..., Sandbox]) -> None:
    ids = {Caller(organization(file).ready).get("WhoAmI")["OrganizationId"] for file in ("a.sqlite3", "b.sqlite3")}

    assert len(ids) == 2


def test_made_up_firms_do_not_repeat() -> None:
    names = list(itertools.islice(firms(random.Random(1)), 50_000))

    assert len(set(names)) == 50_000
