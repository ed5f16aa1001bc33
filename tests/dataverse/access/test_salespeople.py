"""Salespeople of Sales and the role by which they open records in Business Central, in a running organization."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from integration.checks.salespeople import salespeople_role
from integration.connection.systems import Connected
from integration.dataverse.access.salespeople import SEES_BUSINESS_CENTRAL, let_see, salespeople
from integration.dataverse.connecting import connect
from integration.dataverse.session import Session
from integration.dataverse.store import SalesOrganization
from integration.dataverse.writing.links import Address, associate, disassociate
from integration.models import ConnectionSetup
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.organization import demo_organization

HELD = "systemuserroles_association"


@pytest.fixture(scope="module")
def boss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The administrator's line to a demo organization."""
    with demo_organization(tmp_path_factory.mktemp("people")) as running:
        ready, given = running.ready, running.ready["clients"]["administrator"]
        tenant, token = ready["tenant"], ready["token_endpoint"]
        line = connect(ready["url"], tenant, given["client_id"], given["client_secret"], token)
        yield line.session
        line.close()


def rows(session: Session, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = session.request("GET", path).json()["value"]
    return found


def user(session: Session, name: str) -> Address:
    [found] = rows(session, f"systemusers?$select=fullname&$filter=fullname eq '{name}'")
    return Address("systemusers", uuid.UUID(found["systemuserid"]))


def role(session: Session) -> Address:
    [found] = rows(session, f"roles?$select=name&$filter=name eq '{SEES_BUSINESS_CENTRAL}'")
    return Address("roles", uuid.UUID(found["roleid"]))


@pytest.fixture
def without(boss: Session) -> Iterator[list[str]]:
    """Linda and Peter, from whom the role is taken for the test."""
    names = ["Linda Martin", "Peter Saddow"]
    for name in names:
        disassociate(boss, user(boss, name), HELD, role(boss))
    yield names
    for name in names:
        associate(boss, user(boss, name), HELD, role(boss))


def test_every_salesperson_of_the_demo_has_the_role(boss: Session) -> None:
    found = salespeople(boss)
    assert found.is_there
    assert list(found.lacking) == []
    assert found.total >= 15


def test_who_lacks_the_role_is_found_and_given_it_once(boss: Session, without: list[str]) -> None:
    found = salespeople(boss)
    assert [one.name for one in found.lacking] == without
    assert let_see(boss, found.lacking) == without
    assert let_see(boss, found.lacking) == without
    assert list(salespeople(boss).lacking) == []


def test_who_has_the_role_by_a_team_lacks_nothing(boss: Session, without: list[str]) -> None:
    unit = rows(boss, "businessunits?$select=name")[0]["businessunitid"]
    team = uuid.uuid4()
    body = {"teamid": str(team), "name": "Field Sales", "businessunitid@odata.bind": f"/businessunits({unit})"}
    boss.request("POST", "teams", body={**body, "teamtype": 0})
    held = Address("teams", team)
    associate(boss, held, "teamroles_association", role(boss))
    associate(boss, held, "teammembership_association", user(boss, "Peter Saddow"))
    assert [one.name for one in salespeople(boss).lacking] == ["Linda Martin"]
    disassociate(boss, held, "teamroles_association", role(boss))


def test_disabled_and_unlicensed_people_and_applications_are_no_salespeople(boss: Session) -> None:
    for name in ("Kevin Wright", "Tina Makovec"):
        disassociate(boss, user(boss, name), HELD, role(boss))
    assert list(salespeople(boss).lacking) == []


@pytest.mark.parametrize(("solution", "codes"), [("", []), ("1.0.0.0", [("salespeople-role", "warning")])])
def test_the_preflight_names_who_lacks_the_role(
    boss: Session, without: list[str], solution: str, codes: list[tuple[str, str]]
) -> None:
    setup = ConnectionSetup(solution_version=solution)
    connected = Connected(MemorySystem(Side.ERP, []), SalesOrganization(boss), None)  # type: ignore[arg-type]
    found = list(salespeople_role(setup, connected))
    assert [(one.code, one.severity.value) for one in found] == codes
    for one in found:
        assert one.message.startswith("Linda Martin, Peter Saddow cannot open records in Business Central")
        assert "Assign Security Roles" in one.fix
