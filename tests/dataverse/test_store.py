"""The organization as a system: who answers, what it costs, and the verbs beyond reading and writing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.http import Limits
from integration.systems.errors import (
    AddressRefused,
    BadAnswer,
    NotAMember,
    NotFound,
    Refused,
    RoleMissing,
    SignInRefused,
    Unreachable,
)
from integration.systems.filters import Comparison
from integration.systems.system import System
from integration.systems.values import Ref, Row, Side
from tests.dataverse.counterpart import Says
from tests.dataverse.joined import joined
from tests.dataverse.relay import relay

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = joined(sandbox)
    yield found
    found.close()


def refused(sandbox: dict[str, Any], **changed: Any) -> Exception:
    found = joined(sandbox, **changed)
    try:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - each test looks at it
            found.check()
    finally:
        found.close()
    return caught.value


# --- connecting ----------------------------------------------------------------------------------------------


def test_it_says_who_it_is_in_two_requests(organization: SalesOrganization) -> None:
    identity = organization.check()

    assert identity.name
    assert identity.version.startswith("9.")
    assert isinstance(identity.user_id, uuid.UUID)
    assert organization.requests == 2
    assert isinstance(organization, System)
    assert (organization.side, organization.remote) == (Side.CRM, True)


def test_nothing_is_sent_before_the_first_verb() -> None:
    connect("https://contoso.crm4.dynamics.com", "adatum.example", "client", "secret").close()


def test_a_wrong_secret_is_named(sandbox: dict[str, Any]) -> None:
    problem = refused(sandbox, client_secret="typo")

    assert isinstance(problem, SignInRefused)
    assert problem.part == "secret"


def test_a_wrong_client_is_named(sandbox: dict[str, Any]) -> None:
    problem = refused(sandbox, client_id=str(uuid.uuid4()))

    assert isinstance(problem, SignInRefused)
    assert problem.part == "client"


def test_a_wrong_tenant_is_named(sandbox: dict[str, Any]) -> None:
    other = sandbox["token_endpoint"].replace(sandbox["tenant"], str(uuid.uuid4()))
    problem = refused(sandbox, token_endpoint=other)

    assert isinstance(problem, SignInRefused)
    assert problem.part == "tenant"


def test_a_client_without_a_user_in_the_organization_is_told_so(sandbox: dict[str, Any]) -> None:
    assert isinstance(refused(sandbox, **sandbox["clients"]["no_user"]), NotAMember)


def test_a_user_without_a_role_is_told_so(sandbox: dict[str, Any]) -> None:
    assert isinstance(refused(sandbox, **sandbox["clients"]["no_role"]), RoleMissing)


def test_an_organization_that_is_switched_off_is_told_so_at_once(sandbox: dict[str, Any]) -> None:
    with relay(sandbox) as line:
        found = line.organization()
        line.say("WhoAmI", Says(drop=True))

        with pytest.raises(Unreachable):
            found.check()
        found.close()

    assert line.slept == []


@pytest.mark.parametrize("url", ["http://contoso.crm4.dynamics.com", "https://169.254.169.254", "contoso"])
def test_an_address_that_is_never_called_is_told_so(sandbox: dict[str, Any], url: str) -> None:
    assert isinstance(refused(sandbox, url=url, token_endpoint=""), AddressRefused)


@pytest.mark.parametrize("told", [{}, [], {"OrganizationId": "x", "UserId": "y"}, {"OrganizationId": None}])
def test_a_server_that_is_no_organization_is_told_so(sandbox: dict[str, Any], told: dict[str, Any] | list[Any]) -> None:
    with relay(sandbox) as line:
        found = line.organization()
        line.say("WhoAmI", Says(200, told, JSON))

        with pytest.raises(BadAnswer):
            found.check()
        found.close()


def test_a_web_page_instead_of_an_organization_is_told_so(sandbox: dict[str, Any]) -> None:
    with relay(sandbox) as line:
        found = line.organization()
        line.say("WhoAmI", Says(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}))

        with pytest.raises(BadAnswer):
            found.check()
        found.close()


def test_an_organization_whose_name_may_not_be_read_still_answers(sandbox: dict[str, Any]) -> None:
    part = (
        b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n\r\n"
        b'{"error":{"code":"0x80040220","message":"missing prvReadOrganization privilege"}}\r\n'
        b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        b'{"Version":"9.2.1.2"}\r\n--b--\r\n'
    )
    with relay(sandbox) as line:
        found = line.organization()
        line.say("$batch", Says(200, part, {"Content-Type": "multipart/mixed; boundary=b"}))

        identity = found.check()
        found.close()

    assert (identity.name, identity.version) == ("", "9.2.1.2")


def test_a_server_that_never_answers_is_given_up_in_time(sandbox: dict[str, Any]) -> None:
    with relay(sandbox) as line:
        found = line.organization(patience=0.3)
        line.answer_late("WhoAmI")

        with pytest.raises(Exception, match="in time"):
            found.check()
        found.close()


def test_limits_are_handed_on(sandbox: dict[str, Any]) -> None:
    found = joined(sandbox, limits=Limits(body=10))
    with pytest.raises(BadAnswer):
        found.check()
    found.close()


# --- reading and writing -------------------------------------------------------------------------------------


def test_pages_follow_each_other_to_the_end(organization: SalesOrganization) -> None:
    organization.insert("account", [Row(uuid.uuid4(), {"name": f"Proseware {n}"}) for n in range(5)])
    seen, after = [], None
    while True:
        page = organization.find("account", size=2, after=after)
        seen += [record.id for record in page.records]
        after = page.cursor
        if after is None:
            break

    assert len(seen) == len(set(seen)) == organization.count("account")


def test_counts_of_several_tables_are_one_request(organization: SalesOrganization) -> None:
    asked = [("account", Comparison("name", "<>", "")), ("opportunity", Comparison("statecode", "=", 0))]
    wanted = [organization.count(table, where) for table, where in asked]
    before = organization.requests
    assert organization.count_each(asked) == wanted
    assert organization.requests - before == 1
    assert organization.count_each([]) == []


def test_a_row_that_cannot_be_read_is_a_bad_answer(sandbox: dict[str, Any]) -> None:
    with relay(sandbox) as line:
        found = line.organization()
        found.describe("account")
        line.say("/accounts", Says(200, {"value": [{"accountid": "not an id"}]}, JSON))

        with pytest.raises(BadAnswer, match="Account"):
            found.find("account")
        found.close()


def test_writing_nothing_costs_nothing(organization: SalesOrganization) -> None:
    before = organization.session.requests + organization.session.metadata_requests

    assert organization.insert("account", []) == organization.update("account", []) == []
    assert organization.get("account", [], ["name"]) == {}
    assert organization.session.requests == before


# --- more verbs ----------------------------------------------------------------------------------------------


def test_an_account_is_deactivated_and_activated(organization: SalesOrganization) -> None:
    id = uuid.uuid4()
    organization.insert("account", [Row(id, {"name": "Trey Research"})])

    organization.act("account", id, "deactivate")
    off = organization.get("account", [id], ["statecode", "statuscode"])[id].values
    organization.act("account", id, "activate")
    on = organization.get("account", [id], ["statecode", "statuscode"])[id].values

    assert (off, on) == ({"statecode": 1, "statuscode": 2}, {"statecode": 0, "statuscode": 1})


def test_a_draft_product_is_published_and_publishing_again_does_no_harm(organization: SalesOrganization) -> None:
    group, product = uuid.uuid4(), uuid.uuid4()
    organization.insert("uomschedule", [Row(group, {"name": f"Group {group}", "baseuomname": "PCS"})])
    unit = (
        organization.find("uom", fields=["uomscheduleid"], where=Comparison("uomscheduleid", "=", group)).records[0].id
    )
    written = organization.insert("product", [Row(product, {
        "name": "Chair", "productnumber": str(product)[:20], "defaultuomscheduleid": Ref("uomschedule", group),
        "defaultuomid": Ref("uom", unit), "quantitydecimal": 2,
    })])  # fmt: skip
    assert written[0].error is None

    organization.act("product", product, "publish")
    organization.act("product", product, "publish")

    assert organization.get("product", [product], ["statecode"])[product].values == {"statecode": 0}


def test_acting_on_a_row_that_is_gone_says_so(organization: SalesOrganization) -> None:
    with pytest.raises(NotFound):
        organization.act("account", uuid.uuid4(), "deactivate")


def test_an_unknown_action_is_refused(organization: SalesOrganization) -> None:
    with pytest.raises(Refused, match="fly"):
        organization.act("account", uuid.uuid4(), "fly")


# --- on somebody's behalf ------------------------------------------------------------------------------------


def test_acting_for_a_user_who_does_not_exist_is_refused(organization: SalesOrganization) -> None:
    with pytest.raises(NotAMember, match="does not exist"):
        organization.acting_as(uuid.uuid4())


def test_one_who_acts_for_somebody_reads_and_leaves_the_line_open(organization: SalesOrganization) -> None:
    user_id = organization.check().user_id
    other = organization.acting_as(user_id)

    assert user_id in other.get("systemuser", [user_id], ["fullname"])
    other.close()
    assert organization.check().user_id == user_id
