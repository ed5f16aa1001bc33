"""The examples of docs/adding/: their imports work, and what they add does what the page says."""

from __future__ import annotations

import ast
import importlib
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages

from coupling.views import actions
from integration.connection.systems import Connected
from integration.mappings import standard
from integration.mappings.build_rule import build_rule
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync import special
from integration.sync.engine import synchronize
from integration.sync.rules import Context, Direction
from integration.sync.run import Options
from integration.systems.memory import MemorySystem
from integration.systems.system import every
from integration.systems.values import Side
from tests.docs.pages import HOUSE, PAGES, blocks, name
from tests.makers import customer, systems, table, text
from tests.people import signed_in
from tests.sync.world import MemoryJournal

ADDING = HOUSE / "docs" / "adding"
BLOCKS = [(page, number, code) for page in PAGES for number, code in enumerate(blocks(page), 1)]


def imported(code: str) -> Iterator[tuple[str, str]]:
    """(module, name) of all that a block imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def made(page: str, names: str) -> Any:
    """What the block of a page that makes this name makes of it."""
    defines = re.compile(rf"^(class |def )?{names}\b", re.MULTILINE)
    [code] = [code for code in blocks(ADDING / f"{page}.md") if defines.search(code)]
    room: dict[str, Any] = {"__name__": f"docs.{page}"}
    exec(compile(code, f"docs/adding/{page}.md", "exec"), room)
    return room[names]


@pytest.mark.parametrize(("page", "number", "code"), BLOCKS, ids=[f"{name(page)}-{n}" for page, n, _ in BLOCKS])
def test_what_an_example_imports_is_there(page: Path, number: int, code: str) -> None:
    there = [hasattr(importlib.import_module(module), one) for module, one in imported(code) if module != "__future__"]

    assert there
    assert all(there)


@pytest.fixture
def territories() -> tuple[MemorySystem, MemorySystem]:
    """Both systems with the table of the example, and two territories in Business Central."""
    erp = MemorySystem(Side.ERP, [table("territory", "Territory", [text("code"), text("name")])])
    crm = MemorySystem(Side.CRM, [table("territory", "Territory", [text("name")])])
    for one in ("North", "Unassigned"):
        erp.add("territory", name=one)
    return erp, crm


@pytest.mark.django_db
@pytest.mark.parametrize(("with_rule", "arrived"), [(False, ["North", "Unassigned"]), (True, ["North"])])
def test_a_table_that_is_added_as_described_is_carried(
    monkeypatch: pytest.MonkeyPatch, territories: tuple[MemorySystem, ...], with_rule: bool, arrived: list[str]
) -> None:
    default = made("table", "TERRITORY")
    monkeypatch.setattr(standard, "STANDARD", (default,))
    if with_rule:
        monkeypatch.setitem(special.SPECIALS, ("territory", "territory"), made("table", "TerritoryRules"))
    standard.create_missing()
    mapping, (erp, crm) = TableMapping.objects.get(name="TERRITORY"), territories
    context = Context(local_currency="GBP", company="CRONUS", user_id=crm.user_id, filters={})

    rule = build_rule(mapping, erp, crm)
    synchronize(rule, Direction.TO_CRM, erp, crm, mapping.couplings, MemoryJournal(), Options(create=True), context)

    assert mapping.queue_entries.get().inactivity_minutes == 1440
    assert sorted(str(row.values["name"]) for row in every(crm, "territory", fields=["name"])) == arrived


def test_a_field_of_the_example_goes_both_ways() -> None:
    field = made("field", "JOB_TITLE")

    assert (field.erp_field, field.crm_field, field.direction, field.enabled) == (
        "job_title", "jobtitle", Direction.BOTH, True,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("names", "code"), [(("Adatum", "Litware"), "salesperson-missing"), ((), "salesperson")])
def test_a_check_of_the_example_counts_what_is_wrong(names: tuple[Any, ...], code: str) -> None:
    erp, crm = systems()
    for one in names:
        erp.add("customer", **customer(one))
    context = Context(local_currency="GBP", company="CRONUS", user_id=crm.user_id, filters={})

    [found] = made("check", "without_salesperson")(ConnectionSetup.current(), Connected(erp, crm, context))

    assert found.code == code
    assert not names or "2 customers" in found.message


def test_the_contract_of_the_example_is_the_one_that_systems_keep() -> None:
    suite = made("system", "TestOtherErp")

    assert len([test for test in dir(suite) if test.startswith("test_")]) > 40


@pytest.mark.django_db
def test_a_button_of_the_example_closes_the_errors_of_the_chosen_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    act = made("button", "_resolve")
    act.__globals__["resolve_errors"] = made("button", "resolve_errors")
    monkeypatch.setitem(actions.ACTS, "resolve", act)
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account", direction="both")
    adatum, litware, job = uuid.uuid4(), uuid.uuid4(), SyncJob.objects.create(mapping=mapping, direction="to_crm")
    for one in (adatum, litware):
        mapping.couplings.couple(one, uuid.uuid4())
        SyncError.objects.create(job=job, mapping=mapping, direction="to_crm", erp_id=one, code="refused")
    susan = signed_in("susan", rights=("change_coupling",))

    answers = [susan.post("/records/erp/customer/do/resolve/", {"selected": adatum}) for _ in range(2)]

    said = [str(message) for answer in answers for message in get_messages(answer.wsgi_request)]
    assert said[0] == "1 error is resolved."
    assert said[-1] == "There is no open error of this record."
    assert [one.erp_id for one in SyncError.objects.open()] == [litware]


def test_an_entry_of_the_example_stands_among_those_of_its_group() -> None:
    entry = made("page", "READ_SO_FAR")

    assert (entry.group, entry.name) == ("Synchronization", "cursors")
