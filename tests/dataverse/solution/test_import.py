"""The solution's way into an organization that really reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integration.dataverse import solution
from integration.dataverse.session import Credentials, Session
from integration.dataverse.solution import importing
from integration.sandbox import Options, Sandbox
from integration.sync.engine import synchronize
from integration.sync.rules import FieldRule
from integration.sync.run import Options as RunOptions
from integration.sync.run import Scope
from integration.systems.errors import ConfigurationProblem, TimedOut
from integration.systems.filters import EVERYTHING
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import relay
from tests.makers import customer_rule, field_rule
from tests.sync.world import TO_CRM, MemoryJournal, World

JSON = {"Content-Type": "application/json"}
BEGUN = {
    "AsyncOperationId": "77777777-1111-1111-1111-777777777777",
    "ImportJobKey": "88888888-1111-1111-1111-888888888888",
}


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict]:
    running = Sandbox(Options(str(tmp_path / "organization.sqlite3")))
    running.start()
    yield running.ready
    running.stop()


def signed_in(ready: dict) -> Session:
    """An administrator's line."""
    administrator = ready["clients"]["administrator"]
    credentials = Credentials(
        ready["tenant"], administrator["client_id"], administrator["client_secret"], ready["token_endpoint"]
    )
    return Session(ready["url"], credentials)


@pytest.fixture
def session(ready: dict[str, Any]) -> Iterator[Session]:
    made = signed_in(ready)
    yield made
    made.close()


def rows(session: Session, path: str) -> list[dict]:
    return session.request("GET", path).json()["value"]


def test_an_organization_without_it_gets_it_and_has_its_tables_afterwards(session: Session) -> None:
    assert solution.installed_version(session) is None

    assert solution.import_into(session) == solution.Imported(None, solution.describe().version)

    assert solution.installed_version(session) == solution.describe().version
    made = {"bci_name": "CRONUS UK Ltd.", "bci_webclienturl": "https://bc.cronus.example"}
    assert session.request("POST", "bci_connections", body=made).status == 204
    (row,) = rows(session, "bci_connections?$select=bci_name,bci_webclienturl")
    assert row["bci_webclienturl"] == "https://bc.cronus.example"


def test_the_progress_is_told_and_ends_with_a_hundred(session: Session) -> None:
    told: list[int] = []

    solution.import_into(session, told.append)

    assert told == sorted(told)
    assert told[-1] == 100


def test_a_second_import_changes_nothing_and_a_redeployment_imports_again(session: Session) -> None:
    solution.import_into(session)
    jobs = len(rows(session, "importjobs?$select=name"))

    assert solution.import_into(session).before == solution.describe().version
    assert len(rows(session, "importjobs?$select=name")) == jobs
    solution.import_into(session, redeploy=True)
    assert len(rows(session, "importjobs?$select=name")) == jobs + 1


def test_an_older_version_is_upgraded_and_its_rows_stay(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    solution.import_into(session)
    session.request("POST", "bci_companies", body={"bci_name": "CRONUS", "bci_externalid": "cronus"})
    newer = replace(importing.describe(), version="1.0.10.0")
    monkeypatch.setattr(importing, "describe", lambda: newer)

    assert solution.import_into(session) == solution.Imported("1.0.0.0", "1.0.10.0")
    assert [row["bci_name"] for row in rows(session, "bci_companies?$select=bci_name")] == ["CRONUS"]


def test_a_newer_version_in_the_organization_is_left_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = replace(importing.describe(), version="9.0.0.0")
    with monkeypatch.context() as later:
        later.setattr(importing, "describe", lambda: newer)
        solution.import_into(session)

    with pytest.raises(ConfigurationProblem, match=r"has version 9\.0\.0\.0 .* brings 1\.0\.0\.0"):
        solution.import_into(session)
    assert solution.installed_version(session) == "9.0.0.0"


def test_the_statistics_are_put_on_the_account_form_once(session: Session) -> None:
    solution.import_into(session)
    solution.import_into(session, redeploy=True)

    (form,) = rows(session, "systemforms?$select=formxml&$filter=objecttypecode eq 'account' and type eq 2")
    assert form["formxml"].count('datafieldname="bci_accountstatisticsid"') == 1
    (line,) = rows(session, "systemforms?$select=formxml&$filter=objecttypecode eq 'salesorderdetail' and type eq 2")
    assert "bci_/itemavailability.html" in line["formxml"]


def test_the_number_of_the_erp_finds_an_account_and_is_given_once(session: Session) -> None:
    solution.import_into(session)
    named = {"name": "Adatum", "bci_table": "Customer", "bci_number": "10000"}
    session.request("POST", "accounts", body=named)

    found = session.request("GET", "accounts(bci_table='Customer',bci_number='10000')?$select=name").json()
    assert found["name"] == "Adatum"
    again = session.exchange("POST", "accounts", body={**named, "name": "Adatum again"})
    assert again.status == 412
    session.request("POST", "accounts", body={**named, "bci_table": "Vendor"})


def test_a_customer_whose_number_an_account_has_is_not_made_twice_and_the_account_is_named(
    session: Session, ready: dict[str, Any]
) -> None:
    solution.import_into(session)
    session.request("POST", "accounts", body={"name": "Adatum", "bci_table": "Customer", "bci_number": "10000"})
    with relay(ready) as line:
        organization, world, journal = line.organization(), World(), MemoryJournal()
        fields = [field_rule("name", "name"), field_rule("no", "bci_number", TO_CRM)]
        fields.append(FieldRule(TO_CRM, crm_field="bci_table", constant="Customer"))
        rule = replace(customer_rule(fields), crm=organization.describe("account"), crm_filter=EVERYTHING)
        for number in ("10000", "20000"):
            world.add_customer(f"Firm {number}", no=number)
        ledger, options = world.ledger(rule), RunOptions(scope=Scope.EVERYTHING, create=True)
        told = synchronize(rule, TO_CRM, world.erp, organization, ledger, journal, options, world.context)
    assert (told.inserted, told.failed) == (1, 1)
    (failure,) = journal.failures
    (adatum,) = rows(session, "accounts?$select=accountid&$filter=name eq 'Adatum'")
    assert (failure.code, failure.waiting_for) == ("number-taken", f"account/{adatum['accountid']}")


def test_what_the_organization_says_against_it_is_told(ready: dict[str, Any]) -> None:
    with relay(ready) as line:
        line.say("ImportSolutionAsync", Says(200, BEGUN, JSON))
        line.say("asyncoperations", Says(200, {"statecode": 3, "statuscode": 31, "message": "a long trace"}, JSON))
        report = '<r><result result="failure" errorcode="1" errortext="The publisher is another one." /></r>'
        line.say("importjobs", Says(200, {"data": report}, JSON))
        session = line.organization().session

        with pytest.raises(ConfigurationProblem, match=r"refused the solution: The publisher is another one\."):
            solution.import_into(session)
        session.close()


def test_an_import_that_takes_for_ever_is_not_waited_for(ready: dict[str, Any]) -> None:
    with relay(ready) as line:
        line.say("ImportSolutionAsync", Says(200, BEGUN, JSON))
        line.say("asyncoperations", Says(200, {"statecode": 2, "statuscode": 20}, JSON), 9)
        line.say("importjobs", Says(200, {"progress": 40.0}, JSON), 9)
        session = line.organization().session

        with pytest.raises(TimedOut, match="goes on by itself"):
            solution.import_into(session, patience=0)
        session.close()


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ("1.0.0.9", "1.0.0.10", True),
        ("1.0.0.10", "1.0.0.9", False),
        ("1.0.0.0", "1.0.0.0", False),
        ("2.0.0.0", "10.0.0.0", True),
    ],
)
def test_versions_are_compared_part_by_part(one: str, other: str, older: bool) -> None:
    assert solution.is_older(one, other) is older
