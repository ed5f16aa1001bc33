"""Pairs that were remembered by the old rules go on by the new ones."""

from __future__ import annotations

import importlib
import json
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from coupling.packing import COLUMNS, partner_of, unpacked
from integration.sync.memory.halves import DECIDED, partnerless, plain, unread
from integration.sync.memory.ledger import InFlight, Outcome, Partner, Result, State
from integration.systems.values import Side

memory = importlib.import_module("coupling.migrations.0004_memory")
JIM = "0a5f1a52-8f6a-4c1f-9d1e-2f6f5d0c0a01"
OLD: dict[str, Any] = {
    "mapping_id": 7, "erp_id": uuid.UUID(int=1), "crm_id": uuid.UUID(int=2), "state": "coupled", "seen_erp": "1",
    "seen_crm": "2", "agreed": "", "adopt": False, "pending": "", "skipped": False, "writing": "",
    "to_crm_result": "", "to_crm_code": "", "to_crm_waiting_for": "",
    "to_erp_result": "", "to_erp_code": "", "to_erp_waiting_for": "",
}  # fmt: skip


def converted(agreed: dict[str, Any] | None = None, **more: Any) -> tuple[SimpleNamespace, list[SimpleNamespace]]:
    row = SimpleNamespace(**{**OLD, **more, "agreed": json.dumps(agreed) if agreed else ""})
    waits = memory.converted(row, SimpleNamespace)
    return row, waits


def halves(before: Any, **more: Any) -> tuple[str, str]:
    return unpacked(converted({"a:b": before}, **more)[0].agreed)["a:b"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rome", ("Rome", "Rome")),
        ("", ("", "")),
        (["Rome", "ROME"], ("Rome", "ROME")),
        (["?", "ROME"], (DECIDED, "ROME")),  # a person decided
        (["Rome", "?"], ("Rome", DECIDED)),
        ([f"?{JIM}", ""], (partnerless(JIM), "")),  # a reference without a partner
        (["?3", "1"], (partnerless("3"), "1")),  # an option without one
        ("?-1", (partnerless("-1"), partnerless("-1"))),
        ("?why", (plain("?why"), plain("?why"))),  # text that only looks like it
        (["=1+1", "!x"], (plain("=1+1"), plain("!x"))),
        (">x", (plain(">x"), plain(">x"))),
        ("~", (plain("~"), plain("~"))),
    ],
)
def test_halves_are_marked_as_they_are_now(before, after):
    assert halves(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rome", ("Rome", unread("Rome"))),
        ("", ("", unread(""))),
        (["Rome", "ROME"], ("Rome", unread("ROME"))),
        ("=x", (plain("=x"), unread("=x"))),
        ([f"?{JIM}", ""], (partnerless(JIM), unread(""))),
        (["Rome", "?"], ("Rome", DECIDED)),
        (["", f"?{JIM}"], ("", partnerless(JIM))),
    ],
)
def test_what_was_to_be_adopted_from_sales_is_unread_there(before, after):
    assert halves(before, adopt=True) == after


@pytest.mark.parametrize(
    ("pending", "owed"),
    [("", (False, False)), ("to_crm", (False, True)), ("to_erp", (True, False)), ("both", (True, True))],
)
def test_what_was_pending_is_owed_to_its_side(pending, owed):
    row, _ = converted(pending=pending)
    assert (row.owed_erp, row.owed_crm) == owed


def test_a_version_that_asked_for_another_look_is_not_seen():
    row, _ = converted(seen_erp="?", seen_crm="2")
    assert (row.seen_erp, row.seen_crm) == ("", "2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("failure", ""), ("skipped", "")),
        (("success", "failure"), ("success", "skipped")),
        (("failure", "failure"), ("skipped", "skipped")),
        (("waiting", "success"), ("skipped", "success")),
        (("success", "success"), ("skipped", "success")),
        (("", ""), ("skipped", "")),
    ],
)
def test_a_pair_that_was_skipped_rests_in_the_direction_in_which_it_failed(before, after):
    row, _ = converted(skipped=True, to_crm_result=before[0], to_erp_result=before[1])
    assert (row.to_crm_result, row.to_erp_result) == after
    rested, _ = converted(to_crm_result=before[0], to_erp_result=before[1])
    assert (rested.to_crm_result, rested.to_erp_result) == before


@pytest.mark.parametrize("result", ["success", "waiting"])
def test_what_a_pair_waited_for_is_a_wait_of_its_direction(result):
    _, [wait] = converted(to_crm_result=result, to_crm_waiting_for=f"salesperson/{JIM}")
    assert (wait.towards, wait.table, wait.record_id) == ("crm", "salesperson", uuid.UUID(JIM))
    _, [back] = converted(to_erp_result=result, to_erp_waiting_for=f"account.paymenttermscode/{JIM}")
    assert (back.towards, back.table) == ("erp", "account.paymenttermscode")
    assert (back.mapping_id, back.erp_id, back.crm_id) == (7, uuid.UUID(int=1), uuid.UUID(int=2))


def test_a_pair_that_waited_for_nobody_has_no_wait():
    assert converted(to_crm_result="success")[1] == []
    assert converted(to_crm_result="failure", to_crm_waiting_for=f"salesperson/{JIM}")[1] == []


def test_an_update_of_sales_under_way_is_kept_under_its_side():
    row, _ = converted(writing=json.dumps({"a:b": "Rome", "c:d": ["x", "?y"]}), adopt=True)
    assert (row.writing[:3], unpacked(row.writing[3:])) == ("crm", {"a:b": ("Rome", "Rome"), "c:d": ("x", plain("?y"))})


# --- for real -----------------------------------------------------------------------------------------------------


@pytest.fixture
def past(django_db_blocker):
    """An empty SQLite database in the place of the usual one, as it was before the new memory."""
    usual = connections["default"]
    settings = {**connection.settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    with django_db_blocker.unblock():
        connections["default"] = DatabaseWrapper(settings, "default")
        try:
            yield migrated("0003_waiting_and_writing")
        finally:
            connections["default"].close()
            connections["default"] = usual


def migrated(name: str) -> Any:
    """The models of this state of the database."""
    target = [("coupling", name)]
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return executor.loader.project_state(target).apps


def test_pairs_of_a_database_of_before_are_there_by_the_new_rules_and_with_their_waits(past):
    mapping = past.get_model("integration", "TableMapping").objects.create(
        name="CUSTOMER", erp_table="customer", crm_table="account", direction="both"
    )
    old = past.get_model("coupling", "Coupling").objects
    shared = {"mapping": mapping, "state": "coupled"}
    old.create(
        **shared, erp_id=uuid.UUID(int=1), crm_id=uuid.UUID(int=2), erp_version="?", crm_version="9", adopt=True,
        pending="to_erp", agreed='{"name:name":"Adatum","owner:ownerid":["?' + JIM + '",""]}',
        to_crm_result="success", to_crm_waiting_for=f"salesperson/{JIM}", writing='{"name:name":["Adatum","ADATUM"]}',
    )  # fmt: skip
    failed = {"to_crm_result": "failure", "to_crm_code": "refused"}
    old.create(**shared, **failed, erp_id=uuid.UUID(int=3), crm_id=uuid.UUID(int=4), skipped=True)
    fabrikams = [(mapping, uuid.uuid4(), uuid.uuid4()) for _ in range(memory.AT_ONCE)]
    old.bulk_create(old.model(mapping=m, erp_id=e, crm_id=c, state="coupled", pending="both") for m, e, c in fabrikams)

    now = migrated("0005_only_the_new_memory")
    rows = now.get_model("coupling", "Coupling").objects
    adatum, litware = (partner_of(rows.values_list(*COLUMNS).get(erp_id=uuid.UUID(int=id))) for id in (1, 3))
    assert adatum == Partner(
        uuid.UUID(int=1), uuid.UUID(int=2), State.COUPLED, "", "9",
        {"name:name": ("Adatum", unread("Adatum")), "owner:ownerid": (partnerless(JIM), unread(""))},
        owed_erp=True, owed_crm=False, to_crm=Outcome(Result.SUCCESS),
        writing=InFlight(Side.CRM, {"name:name": ("Adatum", "ADATUM")}),
    )  # fmt: skip
    assert (litware.to_crm, litware.to_erp) == (Outcome(Result.SKIPPED, "refused"), Outcome())
    [wait] = now.get_model("coupling", "Wait").objects.all()
    assert (wait.erp_id, wait.towards, wait.table, str(wait.record_id)) == (adatum.erp_id, "crm", "salesperson", JIM)
    assert rows.filter(owed_erp=True, owed_crm=True, raised=0).count() == memory.AT_ONCE
