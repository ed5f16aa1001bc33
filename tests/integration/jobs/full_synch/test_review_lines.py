"""The lines of the Full Synch. Review: which there are, and what they recommend."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.jobs.full_synch import dependencies
from integration.models import ConnectionSetup, FullSynchLine, TableMapping
from integration.models.jobs.full_synch import FullSynchError
from integration.pages.runs.review import review
from tests.integration.jobs.full_synch.review import (
    Line,
    Recommendation,
    lines,
    recommendations,
    refresh,
    statuses,
    work,
    world,
)
from tests.integration.jobs_world import JobsWorld
from tests.opened import opened

__all__ = ["world"]


# --- lines ------------------------------------------------------------------------------------------------


def test_every_mapping_has_a_line_but_those_that_are_never_synchronized_in_full(world: JobsWorld) -> None:
    for name in ("POSTEDSALESLINE-INV", "SALESORDER-ORDER", "POSTEDSALESINV-INV"):
        TableMapping.objects.create(name=name, erp_table="sales_header", crm_table="salesorder")
    assert list(refresh()) == ["SALESPEOPLE", "REGION", "CUSTOMER", "CONTACT"]


@pytest.mark.scenario("CRMFullSynchronization.T100_Wave1TablesHaveBlankDependencyFilter")
def test_lines_depend_on_what_their_mappings_say_and_salespeople_and_regions_on_nothing(world: JobsWorld) -> None:
    refresh()
    TableMapping.objects.filter(name="SALESPEOPLE").update(dependencies=["CONTACT"])
    assert [str(one) for one in dependencies(lines()["SALESPEOPLE"], lines().values())] == ["CONTACT"]
    TableMapping.objects.filter(name="SALESPEOPLE").update(dependencies=[])
    found = {name: [str(one) for one in dependencies(line, lines().values())] for name, line in refresh().items()}
    assert (found["SALESPEOPLE"], found["REGION"]) == ([], [])
    assert set(statuses().values()) == {""}


def test_a_line_does_not_wait_for_mappings_that_have_no_line(world: JobsWorld) -> None:
    refresh()
    assert [str(one) for one in dependencies(lines()["CUSTOMER"], lines().values())] == ["SALESPEOPLE", "REGION"]


@pytest.mark.scenario("CRMFullSynchronization.T105_NotOnHoldStatusBlocksLineUpdate")
def test_refreshing_leaves_a_line_that_was_started_as_it_is(world: JobsWorld) -> None:
    refresh()
    FullSynchLine.objects.filter(mapping__name="SALESPEOPLE").update(status=Line.READY, direction="to_crm")
    world.add_account("Adatum")
    found = refresh()
    assert (found["SALESPEOPLE"].status, found["SALESPEOPLE"].direction) == (Line.READY, "to_crm")
    assert {line.status for name, line in found.items() if name != "SALESPEOPLE"} == {""}


def test_records_on_both_sides_are_matched_on_one_side_copied_on_neither_left(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    assert recommendations() == {"SALESPEOPLE": "couple", "REGION": "none", "CUSTOMER": "full", "CONTACT": "none"}
    world.add_account("Fabrikam")
    assert recommendations()["CUSTOMER"] == Recommendation.COUPLE


def test_records_outside_the_filter_do_not_count(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    world.add_account("Fabrikam", statecode=1)
    assert recommendations()["CUSTOMER"] == Recommendation.FULL


def test_the_base_currency_of_sales_does_not_count_as_a_currency(world: JobsWorld) -> None:
    mapping = TableMapping.objects.create(
        name="CURRENCY", erp_table="currency", crm_table="transactioncurrency", direction="to_crm"
    )
    mapping.fields.create(erp_field="iso_code", crm_field="isocurrencycode", direction="to_crm")
    world.crm.add("transactioncurrency", isocurrencycode="GBP", currencyname="Pound")
    world.erp.add("currency", code="EUR", iso_code="EUR")
    assert recommendations()["CURRENCY"] == Recommendation.FULL
    world.crm.add("transactioncurrency", isocurrencycode="USD", currencyname="Dollar")
    assert recommendations()["CURRENCY"] == Recommendation.COUPLE


def test_a_mapping_that_does_not_fit_its_table_says_so_on_its_line(world: JobsWorld) -> None:
    TableMapping.objects.filter(name="CONTACT").update(crm_table="bci_person")
    assert "bci_person" in refresh()["CONTACT"].message


def test_with_sales_off_only_the_base_mappings_have_lines(world: JobsWorld) -> None:
    TableMapping.objects.filter(name="CONTACT").update(part="sales")
    with opened() as connected:
        jobs.full_synch.refresh(connected, ["dataverse"])
    assert "CONTACT" not in lines()


def test_recommend_full_synchronization_is_kept_and_only_for_lines_that_would_couple(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    world.add_account("Adatum")
    found = refresh()
    found["CUSTOMER"].recommend_full()
    assert recommendations()["CUSTOMER"] == Recommendation.FULL
    with pytest.raises(FullSynchError):
        found["REGION"].recommend_full()


# --- starting twice, resetting -------------------------------------------------------------------------------


@pytest.mark.scenario("CRMFullSynchronization.T165_AnyActiveSessionDisablesStartAction")
def test_nothing_is_started_while_a_line_is_alive(world: JobsWorld) -> None:
    refresh()
    jobs.full_synch.start()
    assert not review().can_start
    with pytest.raises(FullSynchError, match="running"):
        jobs.full_synch.start()
    with pytest.raises(FullSynchError, match="running"):
        FullSynchLine.objects.reset()


@pytest.mark.scenario("CRMFullSynchronization.T167_NoBlankStatusLinesDisableStartAction")
def test_nothing_is_started_where_no_line_is_blank(world: JobsWorld) -> None:
    refresh()
    for line, status in zip(lines().values(), (Line.FINISHED, Line.ERROR, Line.ON_HOLD, Line.FINISHED), strict=True):
        FullSynchLine.objects.filter(pk=line.pk).update(status=status)
    assert not review().can_start
    with pytest.raises(FullSynchError, match="no line left"):
        jobs.full_synch.start()


def test_resetting_makes_all_lines_blank_again(world: JobsWorld) -> None:
    refresh()
    jobs.full_synch.start()
    work()
    FullSynchLine.objects.reset()
    assert {line.status for line in refresh().values()} == {""}
    assert review().can_start


def test_a_disabled_connection_starts_nothing(world: JobsWorld) -> None:
    refresh()
    ConnectionSetup.objects.update(is_enabled=False)
    with pytest.raises(FullSynchError, match="disabled"):
        jobs.full_synch.start()
