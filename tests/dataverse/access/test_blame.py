"""A refusal about somebody else is a problem of one row and never said of us; what is wrong with us ends the run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import (
    ConfigurationProblem,
    NotAMember,
    OwnerUnfit,
    PrivilegeMissing,
    Problem,
    Refused,
    RoleMissing,
    Unreachable,
)
from integration.systems.values import Ref, Row
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay, relay
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.rules.owners import give_role, person

NO_ROLES = "SecLib::CheckPrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, User: "


@pytest.fixture(scope="module")
def coho(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization of its own: users are disabled here."""
    with demo_organization(tmp_path_factory.mktemp("blame")) as running:
        yield running.ready


@pytest.fixture
def line(coho: dict[str, Any]) -> Iterator[Relay]:
    with relay(coho) as running:
        yield running


@pytest.fixture
def organization(line: Relay) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


@pytest.fixture
def boss(coho: dict[str, Any]) -> Caller:
    return Caller(coho, "administrator")


@pytest.fixture
def us(organization: SalesOrganization) -> uuid.UUID:
    found = organization.check().user_id
    assert found is not None
    return found


@pytest.fixture
def anna(boss: Caller) -> uuid.UUID:
    return uuid.UUID(person(boss, "Lidman"))


def firm(owner: uuid.UUID | None = None, label: str = "", **values: Any) -> Row:
    given = {"ownerid": Ref("systemuser", owner, label)} if owner else {}
    return Row(uuid.uuid4(), {"name": f"Coho {uuid.uuid4().hex[:8]}", **given, **values})


def without_role(boss: Caller, user: uuid.UUID) -> None:
    """As she was made."""


def disabled(boss: Caller, user: uuid.UUID) -> None:
    give_role(boss, str(user), "prvReadAccount")
    boss("PATCH", f"systemusers({user})", {"isdisabled": True})


def without_reading(boss: Caller, user: uuid.UUID) -> None:
    give_role(boss, str(user), "prvReadContact")


@pytest.mark.parametrize(("unfit", "why", "way_out"), [
    (without_role, "has no security role", "Assign a security role to this user there"),
    (disabled, "is disabled", "Enable this user there"),
    (without_reading, "lacks the privilege prvReadAccount", "Give this user a security role"),
])  # fmt: skip
def test_one_customer_of_a_salesperson_who_cannot_own_it_fails_and_59_are_made(
    organization: SalesOrganization,
    boss: Caller,
    anna: UUID,
    unfit: Callable[[Caller, uuid.UUID], None],
    why: str,
    way_out: str,
) -> None:
    unfit(boss, anna)
    bad = firm(anna, "AL")
    rows = [firm() for _ in range(30)] + [bad] + [firm() for _ in range(29)]

    written = organization.insert("account", rows)

    failed = [one for one in written if one.error is not None]
    assert [one.id for one in failed] == [bad.id]
    problem = failed[0].error
    assert isinstance(problem, OwnerUnfit)
    assert (problem.user, problem.field) == (anna, "ownerid")
    for part in (str(bad.values["name"]), "salesperson AL", "Anna Lidman", why, way_out, "with another user"):
        assert part in problem.message
    assert "integration user" not in problem.message
    assert len(organization.get("account", [row.id for row in rows], [])) == 59


def test_a_page_of_one_customer_with_an_owner_without_role_does_not_end_the_run(
    organization: SalesOrganization, anna: UUID
) -> None:
    written = organization.insert("account", [firm(anna, "AL")])

    assert isinstance(written[0].error, OwnerUnfit)


def test_customers_who_all_belong_to_a_salesperson_without_role_do_not_end_the_run(
    organization: SalesOrganization, anna: UUID
) -> None:
    written = organization.insert("account", [firm(anna, "AL") for _ in range(3)])

    assert [type(one.error) for one in written] == [OwnerUnfit] * 3


def test_an_account_given_to_an_owner_without_role_stays_with_the_one_it_has(
    organization: SalesOrganization, anna: UUID
) -> None:
    row, other = firm(), firm()
    organization.insert("account", [row, other])

    changes = [Row(row.id, {"ownerid": Ref("systemuser", anna, "AL")}), Row(other.id, {"telephone1": "030 1"})]
    written = organization.update("account", changes)

    assert [type(one.error) for one in written] == [OwnerUnfit, type(None)]


def test_an_integration_user_that_is_disabled_in_the_middle_ends_the_run(
    organization: SalesOrganization, boss: Caller, us: UUID
) -> None:
    rows = [firm() for _ in range(3)]
    organization.insert("account", rows)
    boss("PATCH", f"systemusers({us})", {"isdisabled": True})

    with pytest.raises(NotAMember, match="integration user is disabled"):
        organization.update("account", [Row(row.id, {"telephone1": "030 2"}) for row in rows])
    with pytest.raises(NotAMember, match="integration user is disabled"):
        organization.insert("account", [firm() for _ in range(40)])
    boss("PATCH", f"systemusers({us})", {"isdisabled": False})


# --- the texts of other builds ---------------------------------------------------------------------------------------


def part(status: int, code: str, message: str) -> bytes:
    body = json.dumps({"error": {"code": code, "message": message}})
    return (
        "--x\r\nContent-Type: application/http\r\n\r\n"
        f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
    ).encode()


def fine() -> bytes:
    return b"--x\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n"


def answered(*parts: bytes) -> Says:
    return Says(200, b"".join(parts) + b"--x--\r\n", {"Content-Type": "multipart/mixed; boundary=x"})


def update(organization: SalesOrganization, count: int, **values: Any) -> list[Problem | None]:
    rows = [Row(uuid.uuid4(), {"telephone1": "030 3", **values}) for _ in range(count)]
    return [one.error for one in organization.update("account", rows)]


US, OTHER = "us", "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize(("code", "text", "kind"), [
    ("0x80041d1f", "The user with SystemUserId={0} in OrganizationContext=org is disabled", NotAMember),
    ("0x80040225", "The specified user(Id = {0}) is disabled. Consider enabling this user. Additional Details: x",
     NotAMember),
    ("0x0", "The specified user(Id = {0}) is disabled. Consider enabling this user. Additional Details: x", NotAMember),
    ("0x80042f09", NO_ROLES + "{0}", RoleMissing),
    ("", NO_ROLES + "{0}", RoleMissing),
])  # fmt: skip
def test_code_text_and_id_decide_whatever_the_status(
    line: Relay, organization: SalesOrganization, us: UUID, status: int, code: str, text: str, kind: type[Any]
) -> None:
    organization.describe("account")
    ours, theirs = text.format(us), text.format(OTHER)
    line.say("$batch", answered(fine(), part(status, code, theirs)))
    assert [type(one) for one in update(organization, 2)] == [type(None), OwnerUnfit]

    line.say("$batch", answered(fine(), part(status, code, ours)))
    with pytest.raises(kind, match="integration user"):
        update(organization, 2)


def test_a_user_whom_the_service_does_not_name_is_not_us_if_it_still_answers_us(
    line: Relay, organization: SalesOrganization
) -> None:
    organization.describe("account")
    line.say("$batch", answered(part(403, "0x80040225", "The specified user(Id = {0}) is disabled."), fine()))

    first, second = update(organization, 2)

    assert second is None
    assert isinstance(first, Refused | OwnerUnfit)


def test_the_same_unnamed_problem_of_every_row_is_a_problem_of_the_configuration(
    line: Relay, organization: SalesOrganization
) -> None:
    organization.describe("account")
    line.say("$batch", answered(*[part(403, "0x80042f09", "The user has not been assigned any roles.")] * 3))

    with pytest.raises(RoleMissing):
        update(organization, 3)


@pytest.mark.parametrize(("code", "text", "kind"), [
    ("0x80040220", "Principal user (Id={0}, type=8) is missing prvAppendToPriceLevel privilege (Id=1)",
     PrivilegeMissing),
    ("0x80041103", "'account' entity doesn't contain attribute 'bci_number'.", ConfigurationProblem),
    ("0x80060890", "The specified key attributes are not a defined key", ConfigurationProblem),
])  # fmt: skip
def test_what_we_lack_for_one_row_fails_that_row_and_what_we_lack_for_all_ends_the_run(
    line: Relay, organization: SalesOrganization, us: UUID, code: str, text: str, kind: type[Any]
) -> None:
    organization.describe("account")
    refused = part(403, code, text.format(us)) if kind is PrivilegeMissing else part(400, code, text)
    line.say("$batch", answered(fine(), refused, fine()))
    assert [type(one) for one in update(organization, 3)] == [type(None), Refused, type(None)]

    organization.describe("account")
    line.say("$batch", answered(refused, refused, refused))
    with pytest.raises(kind):
        update(organization, 3)


def test_a_service_that_stumbles_at_every_row_of_a_page_is_out_of_order(
    line: Relay, organization: SalesOrganization
) -> None:
    organization.describe("account")
    stumbles = part(500, "0x80040216", "An unexpected error occurred.")
    line.say("$batch", answered(stumbles, stumbles), times=9)

    with pytest.raises(Unreachable):
        update(organization, 2)


def test_an_action_refused_because_of_somebody_else_is_a_problem_of_that_record(
    line: Relay, organization: SalesOrganization
) -> None:
    body = {"error": {"code": "0x80042f09", "message": NO_ROLES + OTHER}}
    line.say("WinOpportunity", Says(403, body, {"Content-Type": "application/json"}))

    with pytest.raises(OwnerUnfit, match="has no security role"):
        organization.act("opportunity", uuid.uuid4(), "win_opportunity")


def test_who_acts_for_an_order_user_is_two_users(organization: SalesOrganization, boss: Caller, us: UUID) -> None:
    peter = uuid.UUID(
        boss.rows("systemusers?$filter=fullname eq 'Peter Saddow'&$select=systemuserid")[0]["systemuserid"]
    )

    assert organization.acting_as(peter).session.ours() == {us, peter}
    assert organization.session.ours() == {us}
