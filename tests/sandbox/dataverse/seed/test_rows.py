"""The rows that organizations are born with: the same each time, whole, and nobody's own work."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.dataverse.seed import large
from integration.sandbox.dataverse.seed.base import CLIENTS
from integration.sandbox.dataverse.seed.demo import DISABLED, OWN_FIRMS, SALESPEOPLE, SHARED_FIRMS, UNLICENSED
from integration.sandbox.dataverse.seed.forms import FORMS
from integration.sandbox.dataverse.seed.names import TOWNS, domain, firms, people, places
from integration.sandbox.dataverse.seed.roles import ROLES
from integration.sandbox.dataverse.seed.seeds import seed_organization
from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.dataverse.writer import organization_in_process


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    made = organization_in_process(tmp_path_factory.mktemp("demo"), "demo")
    yield made
    made.database.close()


def rows(organization: Organization, query: str, *arguments: Any) -> list[dict[str, Any]]:
    cursor = organization.database.connection().execute(query, arguments)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def column(organization: Organization, query: str, *arguments: Any) -> list[Any]:
    return [row[0] for row in organization.database.connection().execute(query, arguments)]


# --- every organization ----------------------------------------------------------------------------------------------


def test_an_organization_has_one_currency_one_unit_and_says_so(in_process: Organization) -> None:
    (found,) = rows(in_process, "SELECT * FROM organization")
    (pound,) = rows(in_process, "SELECT * FROM transactioncurrency")
    (unit,) = rows(in_process, "SELECT * FROM businessunit")

    assert found["basecurrencyid"] == pound["transactioncurrencyid"]
    assert (pound["isocurrencycode"], pound["exchangerate"], pound["currencyprecision"]) == ("GBP", "1", 2)
    assert (unit["name"], unit["parentbusinessunitid"]) == (found["name"], None)
    assert (found["oobpricecalculationenabled"], found["createproductswithoutparentinactivestate"]) == (1, 0)


def test_every_registered_application_but_one_has_its_user(in_process: Organization) -> None:
    clients = {label: in_process.tenant.client(label).id for label in CLIENTS}
    users = {
        row["applicationid"]: row for row in rows(in_process, "SELECT * FROM systemuser WHERE applicationid <> ''")
    }

    assert set(users) == {clients[label] for label in CLIENTS if label != "no_user"}
    assert all((row["accessmode"], row["islicensed"], row["isintegrationuser"]) == (4, 0, 1) for row in users.values())
    connection = in_process.database.connection()
    may = {label: read_rights(connection, users[clients[label]]["systemuserid"]) for label in CLIENTS[:2]}
    assert len(may["integration"].roles) == 2
    assert "prvPublishCustomization" in may["administrator"].depths
    with pytest.raises(Refusal, match="no roles"):
        read_rights(connection, users[clients["no_role"]]["systemuserid"])


def test_every_role_is_there_by_name_and_two_are_known_by_their_template(in_process: Organization) -> None:
    assert sorted(column(in_process, "SELECT name FROM role")) == sorted(ROLES)
    templates = dict(
        in_process.database.connection().execute(
            "SELECT r.name, t.name FROM role r JOIN roletemplate t ON t.roletemplateid = r.roletemplateid"
        )
    )
    assert templates == {name: name for name in ("System Administrator", "System Customizer")}


def test_every_form_is_xml_with_columns_of_its_table(in_process: Organization) -> None:
    forms = {row["objecttypecode"]: row for row in rows(in_process, "SELECT * FROM systemform")}
    assert set(forms) == set(FORMS)
    for table, row in forms.items():
        controls = ElementTree.fromstring(row["formxml"]).iter("control")
        shown = [control.get("datafieldname", "") for control in controls]
        assert tuple(shown) == FORMS[table][1]
        assert all(in_process.model[table].has(name) for name in shown)
        assert (row["type"], row["isdefault"], row["name"]) == (2, 1, FORMS[table][0])


def test_nothing_refers_to_what_is_not_there(demo: Organization) -> None:
    lost = []
    pairs = [(table, each) for table in demo.model for each in table.columns.values()]
    for table, each in pairs:
        for target in set(each.targets) & set(demo.model.tables):
            kind = f" AND {each.type_column} = '{target}'" if each.type_column else ""
            query = (
                f'SELECT COUNT(*) FROM "{table.name}" WHERE "{each.name}" IS NOT NULL{kind} AND '
                f'"{each.name}" NOT IN (SELECT "{demo.model[target].id}" FROM "{target}")'
            )
            if column(demo, query) != [0]:
                lost.append((table.name, each.name))

    assert lost == []


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    made = organization_in_process(tmp_path, "demo", accounts=3, contacts=2)
    before = made.database.version()

    seed_organization(made, "demo")
    seed_organization(made, "large")

    assert made.database.version() == before
    assert column(made, "SELECT COUNT(*) FROM account") == [3]
    made.database.close()


def test_an_organization_of_an_earlier_version_gets_its_roles(tmp_path: Path) -> None:
    made = organization_in_process(tmp_path)
    connection = made.database.connection()
    for table in ("roleprivileges", "systemuserroles", "role", "roletemplate"):
        connection.execute(f"DELETE FROM {table}")

    seed_organization(made, "empty")

    assert sorted(column(made, "SELECT name FROM role")) == sorted(ROLES)
    assert column(made, "SELECT COUNT(*) FROM roleprivileges")[0] > 500
    made.database.close()


# --- the demo --------------------------------------------------------------------------------------------------------


def test_the_demo_is_the_same_each_time(demo: Organization, tmp_path: Path) -> None:
    again = organization_in_process(tmp_path, "demo")
    for query in (
        "SELECT name, address1_line1, address1_city, telephone1, customertypecode FROM account ORDER BY name",
        "SELECT fullname, emailaddress1, jobtitle, telephone1 FROM contact ORDER BY emailaddress1",
        "SELECT fullname, internalemailaddress, isdisabled, islicensed FROM systemuser ORDER BY fullname",
    ):
        assert rows(demo, query) == rows(again, query)
    again.database.close()


def test_the_firms_of_the_demo_are_customers_of_the_team_in_turn(demo: Organization) -> None:
    firms_ = rows(
        demo, "SELECT a.*, u.fullname AS owner FROM account a JOIN systemuser u ON u.systemuserid = a.ownerid"
    )
    names = {row["name"] for row in firms_}

    assert {firm[0] for firm in SHARED_FIRMS} | set(OWN_FIRMS) <= names
    assert {row["owner"] for row in firms_} == set(SALESPEOPLE)
    counts = Counter(row["owner"] for row in firms_)
    assert max(counts.values()) - min(counts.values()) <= 1
    for row in firms_:
        assert row["emailaddress1"] == f"office@{domain(row['name'])}"
        assert row["websiteurl"] == f"https://www.{domain(row['name'])}"
        assert row["address1_composite"].endswith("GB")
    assert {row["customertypecode"] for row in firms_ if row["name"] in {one[0] for one in SHARED_FIRMS}} == {3}


def test_the_contacts_of_the_demo_work_for_a_firm_of_the_same_owner(demo: Organization) -> None:
    found = rows(
        demo,
        "SELECT c.*, a.ownerid AS firms_owner, a.telephone1 AS firms_phone, a.accountid AS firm FROM contact c "
        "JOIN account a ON a.accountid = c.parentcustomerid",
    )

    assert len(found) == 80
    assert set(Counter(row["firm"] for row in found).values()) == {2}
    assert all(row["ownerid"] == row["firms_owner"] and row["telephone1"] == row["firms_phone"] for row in found)
    assert len({row["emailaddress1"] for row in found}) == 80
    primary = (
        "SELECT COUNT(*) FROM account a JOIN contact c "
        "ON c.contactid = a.primarycontactid AND c.accountid = a.accountid"
    )
    assert column(demo, primary) == [20]


def test_who_cannot_sell_owns_nothing(demo: Organization) -> None:
    people_ = {row["fullname"]: row for row in rows(demo, "SELECT * FROM systemuser WHERE title = 'Account Manager'")}

    assert set(people_) == {*SALESPEOPLE, *DISABLED, *UNLICENSED}
    assert all(people_[name]["isdisabled"] for name in DISABLED)
    assert not any(people_[name]["islicensed"] for name in UNLICENSED)
    idle = [people_[name]["systemuserid"] for name in (*DISABLED, *UNLICENSED)]
    assert not set(idle) & set(column(demo, "SELECT ownerid FROM account UNION SELECT ownerid FROM contact"))


@pytest.mark.parametrize(("accounts", "contacts"), [(0, 0), (0, 5), (1, 0), (2, 9), (6, 6)])
def test_any_totals_are_met_as_far_as_there_are_firms(tmp_path: Path, accounts: int, contacts: int) -> None:
    made = organization_in_process(tmp_path, "demo", accounts=accounts, contacts=contacts)

    assert column(made, "SELECT COUNT(*) FROM account") == [accounts]
    assert column(made, "SELECT COUNT(*) FROM contact") == [contacts if accounts else 0]
    made.database.close()


# --- the large one, made small ---------------------------------------------------------------------------------------


def test_a_large_organization_has_products_with_prices_and_open_deals_of_its_firms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, count in (("PRODUCTS", 7), ("OPPORTUNITIES", 11), ("CHUNK", 3)):
        monkeypatch.setattr(large, name, count)
    made = organization_in_process(tmp_path, "large", accounts=4, contacts=5)

    assert column(made, "SELECT productnumber FROM product ORDER BY 1") == [f"L{at:05}" for at in range(1, 8)]
    assert column(made, "SELECT DISTINCT statecode FROM product") == [0]
    assert column(made, "SELECT COUNT(*) FROM productpricelevel WHERE amount BETWEEN 50000 AND 9000000") == [7]
    deals = rows(made, "SELECT customerid, statecode, ownerid, estimatedvalue FROM opportunity")
    assert len(deals) == 11
    assert {row["customerid"] for row in deals} == set(column(made, "SELECT accountid FROM account"))
    assert all(row["statecode"] == 0 and row["estimatedvalue"] > 0 for row in deals)
    made.database.close()


# --- names -----------------------------------------------------------------------------------------------------------


def test_places_and_people_look_like_places_and_people() -> None:
    towns = dict(TOWNS)
    for place in itertools.islice(places(random.Random(7)), 200):
        assert re.fullmatch(r"\d+ [A-Z][A-Za-z ]+", place.street)
        assert place.post_code.startswith(f"{towns[place.town]} ")
        assert re.fullmatch(r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}", place.post_code)
        assert re.fullmatch(r"01632 96\d{4}", place.phone), "numbers that nobody has"
    for first, last in itertools.islice(people(random.Random(7)), 200):
        assert first.isalpha()
        assert last.isalpha()


@pytest.mark.parametrize(
    ("firm", "kept"),
    [("City Tram & Bus", "citytrambus.example"), ("Margie's Walking Tours", "margieswalkingtours.example")],
)
def test_a_firm_has_an_address_on_the_internet_that_nobody_owns(firm: str, kept: str) -> None:
    assert domain(firm) == kept


def test_the_same_chance_gives_the_same_firms() -> None:
    one, other = (list(itertools.islice(firms(random.Random(3)), 500)) for _ in range(2))

    assert one == other
    assert one != list(itertools.islice(firms(random.Random(4)), 500))
