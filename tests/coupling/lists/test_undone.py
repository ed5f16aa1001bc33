"""A list says of what an undone run left apart that it differs."""

from __future__ import annotations

from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from integration.sync.memory.halves import is_apart
from tests.coupling.conftest import page
from tests.coupling.pages.shown import names
from tests.integration.jobs.undo.phones import both, carried, coupled
from tests.integration.jobs.undo.undoing import undone
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def differing(clerk: Client) -> list[str]:
    return names(page(clerk, "erp_list", "customer", state="differing"))


def test_a_pair_that_differs_since_a_run_was_undone_is_listed_until_both_agree_again(
    world: JobsWorld, clerk: Client
) -> None:
    [adatum, _] = coupled(world, "Adatum", "Fabrikam")
    undone(carried(world, [adatum]))
    both(world)
    with CaptureQueriesContext(connection) as queries:
        assert differing(clerk) == ["Adatum"]
    assert len([one for one in queries if "integration_recordchange" in one["sql"]]) == 1

    world.erp.edit("customer", adatum, phone_no="030 3")
    both(world)
    assert differing(clerk) == []


def test_a_default_that_both_sides_hold_is_not_apart() -> None:
    assert is_apart("~=030 2", "030 1")
    assert not is_apart("~=030 1", "030 1")
    assert not is_apart("030 2", "030 1")
    assert not is_apart("?x", "")
