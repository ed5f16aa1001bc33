"""Every command that changes something leaves its entries in the audit log: each once, from the command line."""

from __future__ import annotations

import io
import pkgutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import axes.management.commands as of_axes
import pytest
from django.contrib.auth.management import commands as of_auth
from django.core.management import get_commands

import coupling.management.commands as of_coupling
import integration.management.commands as ours
from coupling.models import Coupling
from integration.management.entry import main
from integration.management.recorded import RUNS_FOR_LONG
from integration.models import AuditEntry, User
from tests.integration.jobs_world import JobsWorld, world
from tests.integration.signin.factors import with_app
from tests.people import ADMINISTRATOR, made

__all__ = ["world"]


@dataclass(frozen=True)
class Typed:
    """A command line, and what is recorded of it."""

    words: Callable[[JobsWorld], list[str]]
    recorded: list[tuple[str, str]]


def line(*words: str) -> Callable[[JobsWorld], list[str]]:
    return lambda _: list(words)


def new_pair(world: JobsWorld) -> list[str]:
    return [str(world.add_customer("Coho Winery")), str(world.add_account("Coho Winery"))]


def coupled(_: JobsWorld) -> str:
    return str(Coupling.objects.get(mapping__name="CUSTOMER").erp_id)


PERSON, COUPLING, SIGN_IN = "user", "coupling", "sign-in"
TYPED = {
    "couple": Typed(lambda world: ["couple", "CUSTOMER", *new_pair(world)], [("coupled", COUPLING)]),
    "uncouple": Typed(lambda world: ["uncouple", "CUSTOMER", coupled(world)], [("uncoupled", COUPLING)]),
    "erase_person": Typed(
        lambda world: ["erase_person", "CUSTOMER", coupled(world)], [("erased", "what is remembered about a record")]
    ),
    "synchronize": Typed(line("synchronize", "CUSTOMER"), [("started", "run")] * 2),
    "full_synch": Typed(
        line("full_synch", "--inline", "--reset"),
        [("reset", "full synchronization"), ("started", "full synchronization")],
    ),
    "rotate_keys": Typed(line("rotate_keys"), [("rotated", "encryption keys")]),
    "remove_second_factor": Typed(line("remove_second_factor", "otto"), [("deleted", "second factor")]),
    "createsuperuser": Typed(
        line("createsuperuser", "--noinput", "--username", "susan", "--email", "susan@cronus.example"),
        [("created", PERSON)],
    ),
    "changepassword": Typed(line("changepassword", "otto"), [("changed", PERSON)]),
    "axes_reset": Typed(line("axes_reset"), [("unlocked", SIGN_IN)]),
    "axes_reset_ip": Typed(line("axes_reset_ip", "10.0.0.1"), [("unlocked", SIGN_IN)]),
    "axes_reset_username": Typed(line("axes_reset_username", "otto"), [("unlocked", SIGN_IN)]),
    "axes_reset_ip_username": Typed(line("axes_reset_ip_username", "10.0.0.1", "otto"), [("unlocked", SIGN_IN)]),
}
CHANGES_NOTHING = {
    "describe": "It prints, or writes a page of docs/.",
    "integration_solution": "It writes a file.",
    "preflight": "It looks.",
    "axes_list_attempts": "It looks.",
    "axes_reset_logs": "It tidies a log of its own.",
    "axes_reset_failure_logs": "It tidies a log of its own.",
    "demo_setup": "It is the demo's: what it saves records itself.",
    **dict.fromkeys(RUNS_FOR_LONG, "It acts for nobody; its pages and jobs say who asked."),
}
TRIED_IN = {"process_quotes": "tests/integration/flows/quotes/test_command.py"}
"""What needs a world of its own."""


@pytest.fixture
def furnished(world: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> JobsWorld:
    """A pair of customers, and Otto, who has a second factor."""
    world.couple_jim()
    world.mapping().couplings.couple(world.add_customer("Adatum"), world.add_account("Adatum"))
    otto = made("otto", ADMINISTRATOR)
    with_app(otto)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "a Long one 4711")
    return world


@pytest.mark.parametrize("name", TYPED)
def test_a_command_is_recorded_once_as_the_command_line(
    furnished: JobsWorld, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    words = TYPED[name].words(furnished)
    before = AuditEntry.objects.count()
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    typed(words)

    entries = AuditEntry.objects.order_by("pk")[before:]
    assert [(one.action, one.kind) for one in entries] == TYPED[name].recorded
    assert {one.who for one in entries} == {"command line"}


def typed(words: list[str]) -> None:
    """As ``manage.py`` runs it; some end with a code."""
    with suppress(SystemExit):
        main(["manage.py", *words])


def test_the_entry_names_who_was_unlocked(furnished: JobsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["axes_reset"], ["axes_reset_username", "otto", "susan"]):
        main(["manage.py", *words])
    subjects = AuditEntry.objects.filter(action="unlocked").order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == ["everybody", "otto, susan"]


def test_a_command_that_uncouples_what_is_not_coupled_records_nothing(
    furnished: JobsWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = furnished.add_customer("Fabrikam")
    before = AuditEntry.objects.count()
    with pytest.raises(SystemExit):
        main(["manage.py", "uncouple", "CUSTOMER", str(alone)])
    assert AuditEntry.objects.count() == before


def test_no_command_of_this_project_or_about_people_is_forgotten() -> None:
    packages = (ours, of_coupling, of_auth, of_axes)
    there = {module.name for package in packages for module in pkgutil.iter_modules(package.__path__)}
    assert there - set(TYPED) - set(CHANGES_NOTHING) - set(TRIED_IN) == set()
    assert set(TYPED) <= set(get_commands())


def test_what_acts_while_a_page_is_served_is_not_the_command_line(
    furnished: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(*_: object) -> None:
        User.objects.create(username="by the application")

    monkeypatch.setattr("integration.management.commands.schedule.Command.run_from_argv", serve)
    main(["manage.py", "schedule"])
    assert AuditEntry.objects.latest("pk").who == ""
