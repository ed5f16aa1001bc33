"""Preflight against a running organization: what somebody changed there is found and named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from django.utils import timezone

from integration import preflight
from integration.dataverse import solution
from integration.dataverse.sandbox import Options, Sandbox
from integration.dataverse.session import Credentials, Session
from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.preflight import contents

pytestmark = pytest.mark.django_db
USER = solution.INTEGRATION_ROLES[1]


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    running = Sandbox(Options(str(tmp_path_factory.mktemp("preflight") / "organization.sqlite3"), seed="demo"))
    running.start()
    yield running.ready
    running.stop()


@pytest.fixture
def administrator(ready) -> Iterator[Session]:
    one = ready["clients"]["administrator"]
    credentials = Credentials(ready["tenant"], one["client_id"], one["client_secret"], ready["token_endpoint"])
    made = Session(ready["url"], credentials)
    solution.import_into(made, redeploy=True)
    yield made
    made.close()


@pytest.fixture
def enabled(ready, administrator, settings) -> ConnectionSetup:
    settings.DEVELOPMENT = True
    setup = ConnectionSetup.current()
    for name in ("url", "token_endpoint", "tenant", "client_id", "client_secret"):
        setattr(setup, name, ready[name])
    setup.save()
    setup.enable()
    return setup


def found() -> dict[str, list[dict]]:
    told: dict[str, list[dict]] = {}
    for one in preflight.run().verdicts:
        told.setdefault(one["code"], []).append(one)
    return told


def test_a_fresh_connection_has_nothing_wrong_in_sales(enabled):
    wrong = {code for code, ones in found().items() if any(one["severity"] == "error" for one in ones)}
    assert wrong <= {"queue-unreachable", "no-worker", "no-scheduler", "local-currency"}


def test_a_privilege_taken_from_our_role_is_named_and_a_redeployment_restores_it(enabled, administrator):
    role = administrator.request("GET", f"roles?$select=name&$filter=name eq '{USER}'").json()["value"][0]
    path = "privileges?$select=name&$filter=name eq 'prvReadAccount'"
    privilege = administrator.request("GET", path).json()["value"][0]
    administrator.request(
        "POST",
        f"roles({role['roleid']})/Microsoft.Dynamics.CRM.RemovePrivilegeRole",
        body={"PrivilegeId": privilege["privilegeid"]},
    )
    (one,) = found()["role-drift"]
    assert (one["what"], one["severity"]) == (USER, "error")
    assert privilege["name"].lower() in one["message"].lower()
    assert "Redeploy Integration Solution" in one["fix"]
    solution.import_into(administrator, redeploy=True)
    assert found()["role-drift"][0]["severity"] == "fine"


def test_an_older_solution_than_that_of_this_release_is_a_warning(enabled, monkeypatch):
    newer = replace(solution.describe(), version="9.0.0.0")
    monkeypatch.setattr(contents, "describe", lambda: newer)
    (one,) = found()["solution-outdated"]
    assert one["message"].endswith("9.0.0.0 came with this release.")


def test_a_column_and_a_table_that_are_gone_are_told_with_their_mapping(enabled):
    FieldMapping.objects.filter(mapping__name="CUSTOMER", crm_field="name").update(crm_field="new_shoesize")
    TableMapping.objects.filter(name="CONTACT").update(crm_table="new_contact")
    told = found()
    assert [one["what"] for one in told["column-missing"]] == ["CUSTOMER"]
    assert "new_shoesize" in told["column-missing"][0]["message"]
    assert [one["what"] for one in told["table-missing"]] == ["CONTACT"]
    assert {one["what"] for one in told["mapping-broken"]} >= {"CUSTOMER", "CONTACT"}


def test_clocks_that_are_ten_minutes_apart_are_an_error(enabled):
    with closing(enabled.open()) as connected:
        behind = contents.clocks(enabled, connected, lambda: timezone.now() - dt.timedelta(minutes=10))
        assert "behind" in next(behind).message
        (ahead,) = contents.clocks(enabled, connected, lambda: timezone.now() + dt.timedelta(minutes=10))
    assert (ahead.code, ahead.severity) == ("clock-skew", "error")
    assert "NTP" in ahead.fix
