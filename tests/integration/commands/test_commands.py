"""The commands: what they do, what they print, how they end."""

from __future__ import annotations

import json
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.models import ConnectionSetup, FullSynchLine, SyncJob
from integration.systems.errors import Refused, Unreachable
from integration.systems.values import Side
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    world.couple_jim()
    world.add_customer("Adatum", no="C00010")
    world.add_customer("Fabrikam", no="C00020")
    return world


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def answer(*words: str) -> dict:
    return json.loads(run(*words, "--json").splitlines()[-1])


def test_synchronize_makes_both_passes_and_tells_what_they_did(cronus: JobsWorld) -> None:
    said = run("synchronize", "CUSTOMER", "--create")
    assert "customer -> account: Finished, inserted 2" in said
    assert "customer <- account: Finished" in said
    assert cronus.names(Side.CRM, "account") == ["Adatum", "Fabrikam"]


def test_synchronize_takes_one_direction(cronus: JobsWorld) -> None:
    runs = answer("synchronize", "customer", "--direction", "to_crm", "--create")["runs"]
    assert [(one["direction"], one["counters"]["inserted"]) for one in runs] == [("to_crm", 2)]


def test_a_dry_run_shows_every_record_with_its_values_and_writes_nothing(cronus: JobsWorld) -> None:
    said = run("synchronize", "CUSTOMER", "--create", "--dry-run", "--direction", "to_crm")
    assert "insert  C00010 Adatum" in said or "insert  Adatum" in said
    assert "name = Adatum" in said
    plan = answer("synchronize", "CUSTOMER", "--create", "--dry-run", "--direction", "to_crm")["plans"][0]
    assert [one["action"] for one in plan["actions"]] == ["insert", "insert"]
    assert cronus.names(Side.CRM, "account") == []
    assert SyncJob.objects.count() == 0


def test_a_dry_run_shows_what_an_update_would_overwrite(cronus: JobsWorld) -> None:
    coho = cronus.add_customer("Coho Winery", no="C00030")
    run("synchronize", "CUSTOMER", "--create", "--direction", "to_crm")
    cronus.erp.edit("customer", coho, name="Coho Vineyard")
    plan = answer("synchronize", "CUSTOMER", "--dry-run", "--direction", "to_crm")["plans"][0]
    changed = next(one for one in plan["actions"] if one["action"] == "update")
    assert (changed["old"]["name"], changed["values"]["name"]) == ("Coho Winery", "Coho Vineyard")
    said = run("synchronize", "CUSTOMER", "--dry-run", "--direction", "to_crm")
    assert "name = Coho Winery -> Coho Vineyard" in said
    assert "Coho Winery" in cronus.names(Side.CRM, "account")


def test_synchronize_takes_single_records_by_number_or_id(cronus: JobsWorld) -> None:
    runs = answer("synchronize", "CUSTOMER", "--create", "--ids", "C00020")["runs"]
    assert [one["counters"]["inserted"] for one in runs] == [1]
    assert cronus.names(Side.CRM, "account") == ["Fabrikam"]


def test_a_failed_record_is_told_and_ends_with_one(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", Refused("Account names must rhyme."), times=9)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("synchronize", "CUSTOMER", "--create", "--json", stdout=out)
    errors = json.loads(out.getvalue())["runs"][0]["errors"]
    assert ended.value.code == 1
    assert {error["message"] for error in errors} == {"Account names must rhyme."}


def test_a_lost_connection_is_told_in_one_line_without_a_stack(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", Unreachable("Nobody answers at https://contoso.crm.example."))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("synchronize", "CUSTOMER", "--create", "--direction", "to_crm", stdout=out)
    assert out.getvalue() == "customer -> account: Error, Nobody answers at https://contoso.crm.example.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["synchronize", "FIRMS"], "There is no mapping FIRMS. There are: SALESPEOPLE"),
        (["synchronize", "SALESPEOPLE", "--direction", "to_crm"], "not configured to go to_crm"),
        (["synchronize", "CUSTOMER", "--direction", "both", "--ids", "C00010"], "choose --direction"),
    ],
)
def test_wrong_use_is_told_in_one_line_and_ends_with_two(cronus: JobsWorld, words: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told) as error:
        run(*words)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)


def test_a_disabled_connection_is_an_error_in_json_too(cronus: JobsWorld) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    out = StringIO()
    with pytest.raises(CommandError, match="Enable it"):
        call_command("couple", "CUSTOMER", "C00010", str(uuid.uuid4()), "--json", stdout=out)
    assert "Enable it" in json.loads(out.getvalue())["error"]


def test_couple_and_uncouple_take_the_number_people_know(cronus: JobsWorld) -> None:
    adatum = cronus.add_account("Adatum")
    assert answer("couple", "CUSTOMER", "C00010", str(adatum))["crm_id"] == str(adatum)
    assert cronus.mapping().couplings.get().crm_id == adatum
    assert answer("uncouple", "CUSTOMER", "C00010")["uncoupled"] == 1
    assert not cronus.mapping().couplings.exists()


def test_couple_refuses_a_record_that_is_not_there_or_not_free(cronus: JobsWorld) -> None:
    adatum = cronus.add_account("Adatum")
    with pytest.raises(CommandError, match="No Customer has the no C99999"):
        run("couple", "CUSTOMER", "C99999", str(adatum))
    with pytest.raises(CommandError, match="There is no Account"):
        run("couple", "CUSTOMER", "C00010", str(uuid.uuid4()))
    run("couple", "CUSTOMER", "C00010", str(adatum))
    with pytest.raises(CommandError, match="Coupled already: C00010 Adatum with Adatum"):
        run("couple", "CUSTOMER", "C00020", str(adatum))
    with pytest.raises(CommandError, match="not coupled"):
        run("uncouple", "CUSTOMER", "C00020")


def test_full_synch_runs_every_line_and_prints_table_and_json(cronus: JobsWorld) -> None:
    out = run("full_synch", "--inline", "--json")
    assert out.splitlines()[0].split() == ["Mapping", "Status", "To", "Sales", "From", "Sales"]
    told = json.loads(out.splitlines()[-1])
    assert [(line["name"], line["status"]) for line in told["lines"]] == [
        ("SALESPEOPLE", "Finished"),
        ("REGION", "Finished"),
        ("CUSTOMER", "Finished"),
        ("CONTACT", "Finished"),
    ]
    assert told["lines"][2]["to_crm"]["inserted"] == 2
    assert told["records"] >= 4
    assert set(told) == {"lines", "records", "requests", "seconds"}


def test_full_synch_twice_with_reset_doubles_nothing_and_without_says_there_is_nothing_left(cronus: JobsWorld) -> None:
    run("full_synch", "--inline", "--create-unmatched")
    run("full_synch", "--inline", "--create-unmatched", "--reset")
    assert cronus.names(Side.CRM, "account") == ["Adatum", "Fabrikam"]
    with pytest.raises(CommandError, match="no line left"):
        run("full_synch", "--inline")


def test_a_dry_run_of_what_is_all_done_says_that_nothing_is_left(cronus: JobsWorld) -> None:
    run("full_synch", "--inline", "--create-unmatched")
    with pytest.raises(CommandError, match="no line left"):
        run("full_synch", "--inline", "--dry-run")


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_reset_throws_no_line_away_where_nothing_can_be_started(cronus: JobsWorld, words: tuple[Any, ...]) -> None:
    run("full_synch", "--inline", "--create-unmatched")
    lines = FullSynchLine.objects.count()
    ConnectionSetup.objects.update(is_enabled=False)
    with pytest.raises(CommandError, match="disabled"):
        run("full_synch", "--inline", "--reset", *words)
    assert FullSynchLine.objects.filter(status=FullSynchLine.Status.FINISHED).count() == lines > 0


def test_reset_throws_no_line_away_where_sales_does_not_answer(
    cronus: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("full_synch", "--inline", "--create-unmatched")
    lines = FullSynchLine.objects.count()
    cronus.crm.fail_on("check", Unreachable("Nobody answers."), times=9)
    with pytest.raises(CommandError, match="Nobody answers"):
        run("full_synch", "--inline", "--reset")
    assert FullSynchLine.objects.count() == lines


def test_names_of_records_move_nothing_on_the_screen(cronus: JobsWorld) -> None:
    cronus.add_customer("Evil\x1b[2J\nfail  C00010", no="C00066")
    said = run("synchronize", "CUSTOMER", "--create", "--dry-run", "--direction", "to_crm")
    assert all(line.isprintable() for line in said.splitlines())
    assert not any(line.startswith("fail") for line in said.splitlines())
    assert "Evil" in said


def test_full_synch_ends_with_one_where_a_record_failed(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", Refused("No."), times=9)
    with pytest.raises(SystemExit):
        run("full_synch", "--inline")


def test_a_worker_without_a_queue_says_what_is_missing(settings: Settings, db: None) -> None:
    settings.REDIS_URL = ""
    with pytest.raises(CommandError, match="REDIS_URL is not set"):
        run("work")


def test_healthz_names_what_does_not_live(client: Client, world: JobsWorld) -> None:
    told = client.get("/healthz")
    assert told.status_code == 503
    assert told.json() == {"database": "ok", "queue": "down", "workers": "down", "scheduler": "down"}
