"""Tables and steps of the guide as data: what is offered, what is read back, what a person may open."""

from __future__ import annotations

from typing import Any

import pytest

from integration.defaults import OUTSIDE_FULL_SYNCH, STANDARD
from integration.defaults.shape import MappingDefault
from integration.sync.rules import Direction
from setup_wizard import steps, tables
from setup_wizard.models import AdministratorRun, Guide, in_words
from setup_wizard.steps import ADMINISTRATOR, CHECK, CONNECTION, FINISH, STEPS, USER, WELCOME, Step
from setup_wizard.tables import NOT_NOW, choices, read
from tests.people import ADMINISTRATOR as ADMINISTRATORS
from tests.people import made

SLUGS = [step.slug for step in STEPS]
TWO_WAYS = next(one for one in STANDARD if one.direction is Direction.BOTH and one.name not in OUTSIDE_FULL_SYNCH)
ONE_WAY = next(one for one in STANDARD if one.direction is not Direction.BOTH and one.name not in OUTSIDE_FULL_SYNCH)


# --- tables -------------------------------------------------------------------------------------------------------


def test_every_table_of_a_full_synchronization_is_offered_once_in_its_order() -> None:
    offered = [one.name for one in choices({})]
    positions = {one.name: one.position for one in STANDARD}

    assert set(offered) == {one.name for one in STANDARD} - OUTSIDE_FULL_SYNCH
    assert [positions[name] for name in offered] == sorted(positions[name] for name in offered)


@pytest.mark.parametrize("default", STANDARD, ids=lambda one: one.name)
def test_a_table_is_offered_in_its_standard_direction_and_not_now(default: MappingDefault) -> None:
    if default.name in OUTSIDE_FULL_SYNCH:
        return
    offered = next(one for one in choices({}) if one.name == default.name)
    ways = [value for value, _ in offered.directions]

    assert (offered.direction, offered.create) == (default.direction.value, not default.only_coupled)
    assert ways[0] == default.direction.value
    assert ways[-1] == NOT_NOW
    assert len(ways) == (4 if default.direction is Direction.BOTH else 2)


def test_tables_are_named_as_their_lists_name_them() -> None:
    says = {one.name: one.says for one in choices({})}

    assert says["SALESPEOPLE"] == "Salesperson/Purchaser – User"
    assert says["CUSTPRCGRP-PRICE"] == "Customer Price Group – Price List"
    assert not any(default.crm_table in said.split() for default in STANDARD for said in says.values())


def test_what_was_chosen_is_shown_again() -> None:
    found = choices({TWO_WAYS.name: {"direction": "to_crm", "create": True}})

    assert next((one.direction, one.create) for one in found if one.name == TWO_WAYS.name) == ("to_crm", True)


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        (TWO_WAYS, "to_crm", "to_crm"),
        (TWO_WAYS, "to_erp", "to_erp"),
        (TWO_WAYS, NOT_NOW, NOT_NOW),
        (TWO_WAYS, "both", None),
        (TWO_WAYS, "sideways", None),
        (TWO_WAYS, "", None),
        (ONE_WAY, "both", None),
        (ONE_WAY, NOT_NOW, NOT_NOW),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_only_what_differs_from_the_standard_and_was_offered_is_read(
    name: MappingDefault, sent: str, kept: str | None
) -> None:
    usual = {f"create-{one.name}": "on" for one in choices({}) if one.create}

    found = read({**usual, f"direction-{name.name}": sent})

    expected = {} if kept is None else {name.name: {"direction": kept, "create": not name.only_coupled}}
    assert found == expected


@pytest.mark.parametrize("ticked", [True, False])
def test_a_tick_for_unmatched_records_is_kept_where_it_is_not_the_standard(ticked: bool) -> None:
    usual = {f"create-{one.name}": "on" for one in choices({}) if one.create and one.name != TWO_WAYS.name}
    sent = {**usual, f"create-{TWO_WAYS.name}": "on"} if ticked else usual
    standard = not TWO_WAYS.only_coupled

    found = read(sent)

    assert found == ({} if ticked is standard else {TWO_WAYS.name: {"direction": "both", "create": ticked}})


def test_a_table_nobody_offered_is_not_read() -> None:
    usual = {f"create-{one.name}": "on" for one in choices({}) if one.create}

    assert read({**usual, "direction-VESSEL": "both", "create-VESSEL": "on"}) == {}


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, {}),
        ({"CUSTOMER": {"direction": "both", "create": True}}, {"CUSTOMER": "both ways, create unmatched records"}),
        ({"CUSTOMER": {"direction": NOT_NOW, "create": False}}, {"CUSTOMER": "not now, coupled records only"}),
        ({"CUSTOMER": {"direction": "to_crm", "create": 0}}, {"CUSTOMER": "BC → Sales, coupled records only"}),
    ],
)
def test_choices_are_recorded_in_words(chosen: dict[str, Any], words: dict[str, Any]) -> None:
    assert in_words(chosen) == words


def test_every_direction_of_a_table_has_words_for_a_person() -> None:
    assert {one.value for one in tables.SAID} == {one.value for one in Direction}


# --- steps --------------------------------------------------------------------------------------------------------


def test_steps_have_one_address_and_one_title_each() -> None:
    assert len(set(SLUGS)) == len(SLUGS) == len({step.title for step in STEPS})
    assert list(steps.BY_SLUG.values()) == list(STEPS)
    assert all(step.says.endswith(".") for step in STEPS)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([], WELCOME),
        (["welcome"], CONNECTION),
        (["welcome", "connection", "data"], USER),
        (["connection", "data"], WELCOME),
        (["welcome", "connection", "data", "integration-user", "administrator", "finish"], CHECK),
        (SLUGS[:-1], FINISH),
        (SLUGS, WELCOME),
        (["a step of an older version"], WELCOME),
    ],
)
def test_a_person_goes_on_at_the_first_step_that_is_open(done: list[Any], expected: Step) -> None:
    assert steps.first_open(done) is expected


@pytest.mark.parametrize(
    ("step", "done", "can"),
    [
        (WELCOME, [], True),
        (CONNECTION, [], False),
        (CONNECTION, ["welcome"], True),
        (ADMINISTRATOR, ["welcome", "connection", "data"], False),
        (ADMINISTRATOR, SLUGS[:4], True),
        (CONNECTION, SLUGS, True),
        (FINISH, SLUGS[:5], False),
        (FINISH, SLUGS[:6], True),
    ],
    ids=lambda one: getattr(one, "slug", None),
)
def test_a_step_is_opened_when_all_before_it_are_done(step: Step, done: list[Any], can: bool) -> None:
    assert steps.reachable(step, done) is can


def test_next_and_back_lead_through_all_steps_and_end() -> None:
    step, there = WELCOME, [WELCOME]
    while (step := steps.after(step)) is not None:
        there.append(step)
    assert there == list(STEPS)
    step, back = FINISH, [FINISH]
    while (step := steps.before(step)) is not None:
        back.append(step)
    assert back == list(reversed(STEPS))


def test_the_progress_numbers_each_step_and_says_where_one_is() -> None:
    found = steps.marks(CONNECTION, ["welcome"])

    assert [mark.number for mark in found] == list(range(1, len(STEPS) + 1))
    assert [mark.step.slug for mark in found if mark.here] == ["connection"]
    assert [mark.step.slug for mark in found if mark.done] == ["welcome"]
    assert [mark.step.slug for mark in found if mark.reachable] == ["welcome", "connection"]


@pytest.mark.parametrize("step", STEPS, ids=lambda one: one.slug)
def test_every_step_has_its_page(step: Step) -> None:
    assert step.template == f"setup_wizard/{step.slug.replace('-', '_')}.html"


# --- the guide and its runs ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_step_is_passed_once_and_open_again_when_somebody_returns_to_it() -> None:
    guide = Guide.current()
    for slug in ("welcome", "connection", "welcome"):
        guide.pass_step(slug)
    assert Guide.current().done == ["welcome", "connection"]

    guide.return_to("welcome")
    guide.return_to("welcome")

    assert Guide.current().done == ["connection"]


@pytest.mark.django_db
def test_one_administrator_works_at_a_time_and_a_run_that_ended_makes_room() -> None:
    annette = made("annette", ADMINISTRATORS)
    run = AdministratorRun.begin(annette)
    assert run is not None
    assert AdministratorRun.begin(annette) is None

    run.take_up("Import the solution")
    run.grow(40)
    run.note("Version 1.0 is installed.")
    assert run.finish()

    latest = AdministratorRun.latest()
    assert (latest.percent, latest.is_running, latest.by) == (100, False, annette)
    assert latest.lines == [{"ok": True, "what": "Import the solution", "message": "Version 1.0 is installed."}]
    assert AdministratorRun.begin(annette) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["fail", "stop"])
def test_a_task_that_fails_ends_the_run_with_its_line(end: str) -> None:
    run = AdministratorRun.begin(made("annette", ADMINISTRATORS))
    run.take_up("Assign the roles")

    getattr(run, end)("The role is missing.")

    latest = AdministratorRun.latest()
    assert (latest.is_running, latest.status) == (False, AdministratorRun.Status.FAILED)
    assert latest.lines == [{"ok": False, "what": "Assign the roles", "message": "The role is missing."}]
