"""What a command says in one line: wrong numbers, faults of the place it runs in, counters, planned actions."""

from __future__ import annotations

import argparse
import errno
import logging
import sqlite3
import sys
import uuid
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import DatabaseError, OperationalError

from integration.management.console import WRONG_USE, counted, mapping_named, port, record_id, whole_number
from integration.management.entry import NOT_MIGRATED, sentence_of
from integration.management.log_lines import OneLine
from integration.management.planned import Planned, label_of, planned
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.actions import (
    Change,
    Fail,
    Ignore,
    Insert,
    Restore,
    Skip,
    SourceDeleted,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.memory.ledger import Pair
from integration.systems.errors import Refused
from integration.systems.values import Record, Ref
from integration.systems.wording import NAMELESS
from tests.makers import systems

READ_ONLY = (
    "The database cannot be written: attempt to write a readonly database. Give this user the right to write to it and "
    "its folder."
)
NOT_OPENED = "The database cannot be opened. Look at DATABASE_URL and DATA_DIR, and who may write there."
ID = uuid.UUID(int=7)
RECORD = Record("customer", ID, {"no": "10000", "name": "Adatum"}, "1")
TWIN = Record("account", uuid.UUID(int=8), {"name": "Adatum"}, "1")
PAIR = Pair(ID, uuid.UUID(int=8))


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("8000", 8000), ("65535", 65535), ("00080", 80)])
def test_a_port_is_read(text: str, number: int) -> None:
    assert port(text) == number


@pytest.mark.parametrize("text", ["", "65536", "-1", "80.0", "eighty", "٨٠", "²", "8 0", "9" * 40, "0x50", "\x1b[2J"])
def test_what_is_no_port_is_refused_with_what_one_is(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="a port is a number from 0 to 65535") as caught:
        port(text)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("999999999", 999999999), ("007", 7)])
def test_a_number_of_things_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "0", "000", "-1", "1.5", "1e3", "1000000000", "٣", "many"])
def test_what_is_no_number_of_things_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="a whole number from 1 on is needed"):
        whole_number(text)


@pytest.mark.parametrize(
    ("counters", "words"),
    [
        ({}, "nothing to do"),
        ({"inserted": 0, "failed": 0}, "nothing to do"),
        ({"inserted": 3, "modified": 0, "failed": 1}, "inserted 3, failed 1"),
        ({"unchanged": 12}, "unchanged 12"),
    ],
)
def test_counters_leave_out_what_is_zero(counters: dict[str, Any], words: str) -> None:
    assert counted(counters) == words


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ImproperlyConfigured("SECRET_KEY is missing.\n  Set it."), "SECRET_KEY is missing. Set it."),
        (OperationalError("no such table: integration_syncjob"), NOT_MIGRATED),
        (OperationalError("no such column: x.y"), NOT_MIGRATED),
        (DatabaseError('relation "integration_syncjob" does not exist'), NOT_MIGRATED),
        (OperationalError("attempt to write a readonly database"), READ_ONLY),
        (sqlite3.OperationalError("unable to open database file"), NOT_OPENED),
        (OperationalError("database is locked"), "The database is locked by another process. Try again."),
        (OperationalError('database "cronus" does not exist'),
         'The database refuses or does not answer: database "cronus" does not exist.'),
        (OperationalError('role "cronus" does not exist\nHINT: none'),
         'The database refuses or does not answer: role "cronus" does not exist.'),
        (OperationalError(""), "The database refuses or does not answer: OperationalError."),
        (PermissionError(errno.EACCES, "Permission denied", "/data/db"),
         "This user may not read or write what the command needs (/data/db): Permission denied."),
        (OSError(errno.EROFS, "Read-only file system"),
         "This user may not read or write what the command needs: Read-only file system."),
        (OSError(errno.ENOSPC, "No space left on device", "/data"),
         "The command cannot go on (/data): No space left on device."),
        (OSError("queue is away"), "The command cannot go on: queue is away."),
    ],
)  # fmt: skip
def test_a_fault_of_the_place_is_one_sentence_with_the_way_to_mend_it(error: Any, sentence: str) -> None:
    assert sentence_of(error) == sentence


# --- records ------------------------------------------------------------------------------------------------------


def test_a_record_is_found_by_id_number_or_code_and_else_said_to_be_none() -> None:
    erp, _ = systems()
    adatum = erp.add("customer", no="C-1", name="Adatum")
    erp.add("salesperson", code="JO", name="Jim Olive")
    assert record_id(erp, "customer", "C-1") == adatum
    assert record_id(erp, "customer", str(adatum)) == adatum
    assert record_id(erp, "salesperson", "JO") == erp.ids("salesperson")[0]
    with pytest.raises(CommandError, match="No Customer has the .*C-2"):
        record_id(erp, "customer", "C-2")


def test_a_name_that_two_records_have_is_not_one_of_them() -> None:
    _, crm = systems()
    for _ in range(2):
        crm.add("account", name="Adatum")

    with pytest.raises(CommandError, match="More than one Account has the"):
        record_id(crm, "account", "Adatum")


@pytest.mark.django_db
def test_a_mapping_that_is_none_is_wrong_use_with_those_that_there_are(mapping: TableMapping) -> None:
    assert mapping_named("customer") == mapping
    with pytest.raises(CommandError, match="There is no mapping VESSEL. There are: .*CUSTOMER") as caught:
        mapping_named("VESSEL")
    assert caught.value.returncode == WRONG_USE


@pytest.mark.django_db
def test_without_any_mapping_it_says_where_they_come_from() -> None:
    with pytest.raises(CommandError, match="There is no mapping CUSTOMER. Enable the connection first."):
        mapping_named("CUSTOMER")


# --- planned actions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Insert(RECORD, PAIR, {"name": "Adatum"}), "insert  10000 Adatum  name = Adatum"),
        (Update(RECORD, TWIN, PAIR, [Change("name", "Ada", "Adatum")]), "update  10000 Adatum  name = Ada -> Adatum"),
        (Update(RECORD, TWIN, PAIR, [Change("name", None, "Adatum")]), "update  10000 Adatum  name = blank -> Adatum"),
        (Update(RECORD, TWIN, PAIR, coupled=True), "update  10000 Adatum  couples"),
        (Unchanged(RECORD), "unchanged  10000 Adatum"),
        (Skip(RECORD, "The item is retired."), "skip  10000 Adatum  The item is retired."),
        (Fail(RECORD, Refused("No.")), "fail  10000 Adatum  No."),
        (Fail(Record("customer", ID, {}, "1"), Refused("No.")), f"fail  {NAMELESS}  No."),
        (Uncouple(PAIR, record=RECORD), "uncouple  10000 Adatum"),
    ],
)
def test_a_planned_action_is_one_line_with_the_record_and_why(action: Any, text: str) -> None:
    assert planned(action).text == text


def test_a_record_that_is_not_the_runs_business_has_no_line() -> None:
    assert planned(Ignore(RECORD)) is None


def test_a_broken_pair_has_the_reason_though_there_is_no_record() -> None:
    found = planned(SourceDeleted(PAIR, Refused("It was deleted."), "Adatum"))

    assert found.text == "source deleted  Adatum  It was deleted."
    assert (found.action, found.id) == ("source-deleted", str(PAIR.erp_id))


def test_a_pair_alone_is_called_by_its_record_and_a_value_by_its_caption_and_no_id_is_shown() -> None:
    names = {PAIR.erp_id: "10000 Adatum"}
    owner = Insert(RECORD, PAIR, {"ownerid": Ref("systemuser", ID)})

    assert planned(Restore(PAIR, PAIR), names=names).text == "restore  10000 Adatum"
    assert planned(owner, {"ownerid": "Owner"}.__getitem__).text == f"insert  10000 Adatum  Owner = {NAMELESS}"


def test_a_program_reads_old_and_new_values_by_the_same_names() -> None:
    found = planned(
        Update(RECORD, TWIN, PAIR, [Change("name", "Ada", "Adatum"), Change("city", "", "Berlin")])
    ).as_dict()

    assert found["values"].keys() == found["old"].keys() == {"name", "city"}
    assert (found["id"], found["action"], found["record"]) == (str(ID), "update", "10000 Adatum")


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({}, ""),
        ({"name": "Adatum"}, "Adatum"),
        ({"code": "JO", "name": "Jim Olive"}, "JO Jim Olive"),
        ({"firstname": "Helen", "lastname": "Ray"}, "Helen Ray"),
        ({"no": None, "name": "", "description": "Bicycle"}, "Bicycle"),
    ],
)
def test_a_record_is_called_by_what_was_read_of_it(values: dict[str, Any], label: str) -> None:
    assert label_of(Record("customer", ID, values, "1")) == label


def test_a_line_without_a_name_shows_no_id_either() -> None:
    assert Planned("fail", "4711", "", "No.", {}).text == f"fail  {NAMELESS}  No."


# --- the log ------------------------------------------------------------------------------------------------------


def record(message: str, *args: object, **more: Any) -> logging.LogRecord:
    return logging.LogRecord("sync", logging.INFO, __file__, 1, message, args, more.get("exc_info"))


@pytest.mark.parametrize("sent", ["Adatum\n2026 INFO forged", "a\r\nb", "\x1b[2Ja", "a\u2028b", "a\x00b"])
def test_what_somebody_sent_makes_no_second_line_of_the_log(sent: str) -> None:
    line = OneLine("%(levelname)s %(message)s").format(record("Written: %s", sent))

    assert len(line.splitlines()) == 1
    assert (
        line.startswith("INFO Written: a" if not sent.startswith("A") else "INFO Written: Adatum") or "\x1b" not in line
    )


def test_a_stack_trace_follows_its_line_indented() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        line = OneLine("%(message)s").format(record("It failed.", exc_info=sys.exc_info()))

    first, *rest = line.split("\n")
    assert first == "It failed."
    assert rest
    assert all(one.startswith("    ") for one in rest)
