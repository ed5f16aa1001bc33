"""Preflight against a running organization: what somebody changed there is found and named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from integration import checks
from integration.checks import contents
from integration.connection.enabling import enable
from integration.dataverse import solution
from integration.dataverse.access import drift
from integration.dataverse.session import Credentials, Session
from integration.jobs import tasks
from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.systems.errors import PrivilegeMissing
from tests.opened import opened
from tests.organization import fill_in
from tests.people import ADMINISTRATOR, signed_in

pytestmark = pytest.mark.django_db
USER = solution.INTEGRATION_ROLES[1]


@pytest.fixture
def administrator(ready: dict[str, Any]) -> Iterator[Session]:
    one = ready["clients"]["administrator"]
    credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
    made = Session(ready["url"], credentials)
    solution.import_into(made, redeploy=True)
    yield made
    made.close()


@pytest.fixture
def typed_in(ready: dict[str, Any], administrator: Session, settings: Settings) -> ConnectionSetup:
    """Address and credentials are there, and nobody has enabled the connection yet."""
    settings.DEVELOPMENT = True
    return fill_in(ready)


@pytest.fixture
def enabled(typed_in: ConnectionSetup) -> ConnectionSetup:
    enable(typed_in)
    return typed_in


def found() -> dict[str, list[dict]]:
    told: dict[str, list[dict]] = {}
    for one in checks.run().verdicts:
        told.setdefault(one["code"], []).append(one)
    return told


def test_a_fresh_connection_has_nothing_wrong_in_sales(enabled: ConnectionSetup) -> None:
    wrong = {code for code, ones in found().items() if any(one["severity"] == "error" for one in ones)}
    assert wrong <= {"queue-unreachable", "no-worker", "no-scheduler", "local-currency"}


def test_everything_in_sales_is_looked_at_before_the_connection_is_ever_enabled(
    typed_in: ConnectionSetup, administrator: Session
) -> None:
    told = found()
    assert told["disabled"][0]["severity"] == "warning"
    assert {"mappings", "role-drift", "rates", "clock"} <= told.keys()
    assert "owners" not in told, "without mappings nobody owns anything yet"
    typed_in.refresh_from_db()
    assert not typed_in.is_enabled
    taken = take_from_our_role(administrator, "prvReadAccount")
    told = found()
    assert taken in told["privilege-missing"][0]["message"]
    solution.import_into(administrator, redeploy=True)


def test_a_worker_looks_at_a_disabled_connection_when_a_person_asks(typed_in: ConnectionSetup) -> None:
    annette = signed_in("annette", ADMINISTRATOR)
    annette.post("/connection/preflight/run/")
    assert tasks.run(checks.TASK)
    page = annette.get("/connection/preflight/").content.decode()
    assert "The connection is disabled." in page
    assert "Both clocks agree" in page


def take_from_our_role(administrator: Session, privilege: str) -> str:
    """What the organization calls the privilege that the integration user's role has now lost."""
    role = administrator.request("GET", f"roles?$select=name&$filter=name eq '{USER}'").json()["value"][0]
    path = f"privileges?$select=name&$filter=name eq '{privilege}'"
    (found,) = administrator.request("GET", path).json()["value"]
    path = f"roles({role['roleid']})/Microsoft.Dynamics.CRM.RemovePrivilegeRole"
    administrator.request("POST", path, body={"PrivilegeId": found["privilegeid"]})
    return str(found["name"])


@pytest.mark.parametrize("privilege", ["prvReadAccount", "prvActOnBehalfOfAnotherUser"])
def test_a_privilege_taken_from_our_role_is_named_and_a_redeployment_restores_it(
    enabled: ConnectionSetup, administrator: Session, privilege: str
) -> None:
    taken = take_from_our_role(administrator, privilege)
    (one,) = found()["role-drift"]
    assert (one["what"], one["severity"]) == (USER, "error")
    assert one["message"] == f"It lacks {taken}."
    assert "Redeploy Integration Solution" in one["fix"]
    solution.import_into(administrator, redeploy=True)
    assert found()["role-drift"][0]["severity"] == "fine"


def test_privileges_that_the_organization_does_not_know_are_not_missed(enabled: ConnectionSetup) -> None:
    """``prvOverridePriceEngineOrder`` is in our role, and this organization has no such privilege."""
    assert found()["role-drift"][0]["message"] == "Our roles have all privileges they came with."


def test_where_privileges_may_not_be_listed_those_of_tables_are_compared(
    enabled: ConnectionSetup, administrator: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "rows", refuse)
    assert "beside those of tables" in found()["role-drift"][0]["message"]
    taken = take_from_our_role(administrator, "prvReadAccount")
    assert taken in found()["role-drift"][0]["message"]
    solution.import_into(administrator, redeploy=True)


def refuse(*_: object) -> None:
    raise PrivilegeMissing("prvReadPrivilege is missing.")


def test_an_older_solution_than_that_of_this_release_is_a_warning(
    enabled: ConnectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = replace(solution.describe(), version="9.0.0.0")
    monkeypatch.setattr(contents, "describe", lambda: newer)
    (one,) = found()["solution-outdated"]
    assert one["message"].endswith("9.0.0.0 came with this release.")


def test_a_column_and_a_table_that_are_gone_are_told_with_their_mapping(enabled: ConnectionSetup) -> None:
    FieldMapping.objects.filter(mapping__name="CUSTOMER", crm_field="name").update(crm_field="new_shoesize")
    TableMapping.objects.filter(name="CONTACT").update(crm_table="new_contact")
    told = found()
    assert [one["what"] for one in told["column-missing"]] == ["CUSTOMER"]
    assert "new_shoesize" in told["column-missing"][0]["message"]
    assert [one["what"] for one in told["table-missing"]] == ["CONTACT"]
    assert {one["what"] for one in told["mapping-broken"]} >= {"CUSTOMER", "CONTACT"}


def test_clocks_that_are_ten_minutes_apart_are_an_error(enabled: ConnectionSetup) -> None:
    with opened() as connected:
        behind = contents.clocks(enabled, connected, lambda: timezone.now() - dt.timedelta(minutes=10))
        assert "behind" in next(behind).message
        (ahead,) = contents.clocks(enabled, connected, lambda: timezone.now() + dt.timedelta(minutes=10))
    assert (ahead.code, ahead.severity) == ("clock-skew", "error")
    assert "NTP" in ahead.fix
