"""Bulk actions over a mixed selection: every part is done, or it is said what was left out and why."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling import commands
from coupling.models import CouplingError
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import State
from tests.coupling.conftest import told
from tests.coupling.errors.errors import left, log, pairs, press, run_all
from tests.integration.jobs_world import JobsWorld, world
from tests.people import ADMINISTRATOR, signed_in

__all__ = ["world"]


def one_way() -> tuple[TableMapping, list[uuid.UUID], SyncJob]:
    return pairs("ITEM-PRODUCT", ("item", "product"))


def other_way() -> tuple[TableMapping, list[uuid.UUID], SyncJob]:
    found = pairs("CURRENCY", ("currency", "transactioncurrency"))
    TableMapping.objects.filter(name="CURRENCY").update(direction="to_erp")
    return found


def test_sending_errors_of_two_mappings_sends_those_that_go_this_way_and_names_the_others(
    world: JobsWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _items, item_ids, item_job = one_way()
    _, currency_ids, currency_job = other_way()
    monkeypatch.setattr("coupling.commands.synchronize_now.check_first", lambda *_: None)

    answer = press(
        clerk,
        "send",
        log(item_job, item_ids[0], label="1000 Bicycle"),
        log(currency_job, None, currency_ids[0], label="DKK"),
        log(currency_job, currency_ids[1], label="EUR"),
    )

    assert [job.mapping.name for job in SyncJob.objects.active()] == ["ITEM-PRODUCT"]
    assert told(answer) == [
        "Not known here any more and left out: 1 record (DKK).",
        "CURRENCY, 1 record left out (EUR): CURRENCY does not synchronize this way.",
    ]


def test_what_stands_in_the_way_of_one_mapping_keeps_no_other_from_being_uncoupled(
    world: JobsWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, item_ids, item_job = one_way()
    people, people_ids, people_job = pairs("SALESPEOPLE", ("salesperson", "systemuser"))
    real = commands.uncouple

    def refusing(mapping: TableMapping, ids: Sequence[uuid.UUID], user: str) -> SyncJob | int:
        if mapping.name == "ITEM-PRODUCT":
            raise CouplingError("An item is locked.")
        return real(mapping, ids, user)

    monkeypatch.setattr(commands, "uncouple", refusing)
    answer = press(
        clerk,
        "uncouple",
        log(item_job, item_ids[0], label="1000 Bicycle"),
        log(people_job, people_ids[0]),
        confirmed="yes",
    )

    assert (left(items), left(people)) == (set(item_ids), set(people_ids[1:]))
    assert told(answer) == [
        "1 coupling deleted; the records stay.",
        "ITEM-PRODUCT, 1 record left out (1000 Bicycle): An item is locked.",
    ]


def test_records_that_are_not_coupled_yet_are_left_out_of_uncoupling_and_named(world: JobsWorld, clerk: Client) -> None:
    people, ids, job = pairs("SALESPEOPLE", ("salesperson", "systemuser"))
    people.couplings.filter(erp_id=ids[0]).update(state=State.RESERVED.value)

    answer = press(clerk, "uncouple", log(job, ids[0], label="JO"), log(job, ids[1]), confirmed="yes")

    assert left(people) == {ids[0], ids[2]}
    assert told(answer) == [
        "1 coupling deleted; the records stay.",
        "Not coupled yet and left out, SALESPEOPLE: 1 record (JO). Retry makes or finds the other record.",
    ]


def test_deleting_the_couplings_of_several_mappings_says_which_had_none(world: JobsWorld, clerk: Client) -> None:
    people, *_ = pairs("SALESPEOPLE", ("salesperson", "systemuser"))
    items, *_ = one_way()
    TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", user_defined=True)

    answer = clerk.post(reverse("mappings_uncouple"), {"name": ["SALESPEOPLE", "ITEM-PRODUCT", "FIRMS"]})

    assert told(answer) == [
        "3 couplings deleted; the records stay.",
        "FIRMS: nothing is coupled, so nothing is deleted.",
    ]
    run_all()
    assert (left(people), left(items)) == (set(), set())


def test_a_mapping_of_ones_own_among_those_that_go_back_to_the_default_is_named(world: JobsWorld) -> None:
    TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", user_defined=True)
    page = signed_in("annette", ADMINISTRATOR).get(reverse("mapping_defaults"), {"name": ["CUSTOMER", "FIRMS"]})
    assert "Left out, since people made them and there is no default: FIRMS." in page.content.decode()


@pytest.mark.parametrize("action", ["send", "uncouple"])
def test_a_selection_of_which_nothing_can_be_done_says_why_and_does_nothing(
    world: JobsWorld, clerk: Client, action: str
) -> None:
    mapping, ids, job = other_way()
    mapping.couplings.update(state=State.RESERVED.value)
    assert told(press(clerk, action, log(job, ids[0]), confirmed="yes")) == ["None of these is coupled."]
    assert not SyncJob.objects.active().exists()
