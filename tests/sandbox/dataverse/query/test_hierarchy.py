"""Questions along a hierarchy, and questions for one's own people and teams."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller

CRM = "Microsoft.Dynamics.CRM"
FIRMS = {"Adatum": "", "Coho": "Adatum", "Vineyard": "Coho", "Winery": "Coho", "Fabrikam": ""}
"""Each with the firm above it."""
QUESTIONS = [
    ("above", "Above", "Adatum Coho"),
    ("eq-or-above", "AboveOrEqual", "Adatum Coho Winery"),
    ("not-under", "NotUnder", "Adatum Coho Fabrikam Vineyard Winery"),
]
BELOW = [
    ("under", "Under", "Vineyard Winery"),
    ("eq-or-under", "UnderOrEqual", "Coho Vineyard Winery"),
    ("not-under", "NotUnder", "Adatum Coho Fabrikam"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    place = tmp_path_factory.mktemp("lineage")
    made = Sandbox(Options(str(place / "organization.sqlite3")))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def call(running: Sandbox) -> Caller:
    return Caller(running.ready, "administrator")


@pytest.fixture(scope="module")
def firms(call: Caller) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, above in FIRMS.items():
        parent = {"parentaccountid_at_bind": f"/accounts({ids[above]})"} if above else {}
        ids[name] = call.create("accounts", name=name, **parent)
    return ids


def fetched(call: Caller, attribute: str, operator: str, value: str = "", table: str = "account") -> set[str]:
    given = f' value="{value}"' if value else ""
    text = (
        f'<fetch><entity name="{table}"><attribute name="name" /><filter><condition attribute="{attribute}" '
        f'operator="{operator}"{given} /></filter></entity></fetch>'
    )
    return {row["name"] for row in call.rows(f"{table}s?fetchXml={quote(text)}")}


def filtered(call: Caller, function: str) -> set[str]:
    return {row["name"] for row in call.rows(f"accounts?$select=name&$filter={CRM}.{function}")}


@pytest.mark.parametrize(
    ("of", "operator", "function", "names"),
    [*(("Winery", *rest) for rest in QUESTIONS), *(("Coho", *rest) for rest in BELOW)],
)
def test_a_hierarchy_is_followed_up_and_down_by_both_query_languages(
    call: Caller, firms: dict[str, str], of: str, operator: str, function: str, names: str
) -> None:
    asked = f"{function}(PropertyName='accountid',PropertyValue={firms[of]})"
    assert fetched(call, "accountid", operator, firms[of]) == set(names.split())
    assert filtered(call, asked) == set(names.split())


def test_a_lookup_is_asked_for_what_it_leads_to(call: Caller, firms: dict[str, str]) -> None:
    call.create("contacts", lastname="Orton", parentcustomerid_account_at_bind=f"/accounts({firms['Winery']})")
    assert fetched(call, "parentaccountid", "eq-or-under", firms["Coho"]) == {"Vineyard", "Winery"}
    units = call.rows("businessunits?$select=businessunitid,name")
    own = units[0]["businessunitid"]
    assert fetched(call, "owningbusinessunit", "eq-or-under", own) == set(FIRMS)
    assert fetched(call, "owningbusinessunit", "under", own) == set()


def test_firms_in_a_circle_do_not_hold_the_question_up(running: Sandbox, call: Caller) -> None:
    first = call.create("accounts", name="Trey")
    second = call.create("accounts", name="Tailspin", parentaccountid_at_bind=f"/accounts({first})")
    with running.database.transaction() as connection:  # past all rules
        connection.execute("UPDATE account SET parentaccountid = ? WHERE accountid = ?", (second, first))
    assert fetched(call, "accountid", "under", first) == {"Tailspin"}
    assert fetched(call, "accountid", "eq-or-above", first) == {"Trey", "Tailspin"}
    with running.database.transaction() as connection:
        connection.execute("DELETE FROM account WHERE accountid IN (?, ?)", (first, second))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("name", "Adatum"), ("primarycontactid", "3f2a0000-0000-0000-0000-000000000001"), ("accountid", "no id")],
)
def test_what_has_no_hierarchy_is_refused(call: Caller, attribute: str, value: str) -> None:
    text = (
        f'<fetch><entity name="account"><filter><condition attribute="{attribute}" operator="under" value="{value}" />'
        "</filter></entity></fetch>"
    )
    assert call.refusal("GET", f"accounts?fetchXml={quote(text)}") == (400, "0x80040203")


def test_ones_own_people_and_their_teams_are_asked_for(call: Caller) -> None:
    me = call.get("WhoAmI")["UserId"]
    boss = {"parentsystemuserid_at_bind": f"/systemusers({me})"}
    ann = call.create("systemusers", firstname="Ann", lastname="Beebe", internalemailaddress="ann@cronus.com", **boss)
    team = call.create("teams", name="Wine")
    call("POST", f"teams({team})/teammembership_association/$ref", {"@odata.id": f"{call.root}systemusers({ann})"})
    role = call.rows("roles?$select=roleid&$filter=name eq 'System Customizer' or name eq 'Salesperson'")
    for one in role:
        for owner, link in (("systemusers", "systemuserroles_association"), ("teams", "teamroles_association")):
            id = ann if owner == "systemusers" else team
            call("POST", f"{owner}({id})/{link}/$ref", {"@odata.id": f"{call.root}roles({one['roleid']})"})
    call.create("accounts", name="Of Ann", ownerid_at_bind=f"/systemusers({ann})")
    call.create("accounts", name="Of the team", ownerid_at_bind=f"/teams({team})")
    theirs = {"Of Ann", "Of the team"}

    def of(operator: str) -> set[str]:
        return fetched(call, "ownerid", operator) & theirs

    assert of("eq-useroruserhierarchy") == {"Of Ann"}
    assert of("eq-useroruserhierarchyandteams") == theirs
    assert of("eq-useroruserteams") == set()
    assert filtered(call, "EqualUserOrUserHierarchyAndTeams(PropertyName='ownerid')") & theirs == theirs
    assert filtered(call, "EqualUserTeams(PropertyName='ownerid')") & theirs == set()
