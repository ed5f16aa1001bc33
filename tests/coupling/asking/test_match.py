"""Select Coupling Criteria: the criteria, the preview, and the jobs behind it."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse
from django.utils.html import strip_tags

from integration import jobs
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import State
from tests.coupling.asking.matching import run_all, start
from tests.coupling.conftest import page, press, read, told
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def by_phone(world: JobsWorld) -> None:
    """The telephone number is all that pairs are found by, and Business Central wins."""
    fields = world.mapping().fields
    fields.update(match_priority=0)
    fields.filter(erp_field="phone_no").update(match_priority=1)
    TableMapping.objects.filter(name="CUSTOMER").update(conflict="send")
    world.couple_jim()


def pair(world: JobsWorld, name: str, phone: str) -> tuple:
    """A customer, and an account of another name with the same telephone number."""
    return world.add_customer(name, phone_no=phone), world.add_account(f"{name} (Sales)", telephone1=phone)


def pairs(world: JobsWorld, *names: str) -> list[tuple]:
    return [pair(world, name, f"030 {number}") for number, name in enumerate(names, 1)]


def account_name(world: JobsWorld, id: uuid.UUID) -> str:
    return world.crm.values("account", id)["name"]


# --- the preview ---------------------------------------------------------------------------------------------


def test_the_preview_tells_pairs_ambiguous_and_unmatched_records_and_couples_nothing(
    world: JobsWorld, clerk: Client
) -> None:
    for name in ("Adatum", "Fabrikam", "Coho Winery"):
        world.add_customer(name)
    world.add_account("Adatum")
    for phone in ("030 1", "030 2"):
        world.add_account("Fabrikam", telephone1=phone)
    shown = page(clerk, "match", "CUSTOMER", preview="yes")
    assert "1 to be coupled" in shown
    assert "1 match several others" in shown
    assert "1 without a match" in shown
    assert shown.count('Fabrikam with Fabrikam"') == 2
    assert "phone_no" in shown.partition("match several others")[2]
    assert not world.mapping().couplings.exists()
    assert not SyncJob.objects.exists()


def test_the_preview_of_chosen_customers_leaves_the_others_alone(world: JobsWorld, clerk: Client) -> None:
    (adatum, _), _ = pairs(world, "Adatum", "Fabrikam")
    by_phone(world)
    answer = press(clerk, "erp", "customer", "match", adatum, mapping="CUSTOMER")
    shown = clerk.get(answer.url + "&preview=yes").content.decode()
    assert "1 chosen record" in shown
    assert "1 to be coupled" in shown
    assert "Fabrikam" not in shown


def test_nonsense_in_the_address_is_told_without_a_stack_trace(clerk: Client, mapping: TableMapping) -> None:
    assert "This page is incomplete" in page(clerk, "match", "CUSTOMER", selected="everything")


@pytest.mark.scenario("CDSMatchBasedCoupling.MasterDataListNoCouplingRunsIfUserCancels")
def test_the_button_of_the_list_only_opens_the_criteria_and_whoever_leaves_them_has_changed_nothing(
    world: JobsWorld, clerk: Client
) -> None:
    by_phone(world)
    (adatum, _), *_ = pairs(world, "Adatum", "Fabrikam", "Coho Winery")
    answer = press(clerk, "erp", "customer", "match", adatum, mapping="CUSTOMER")
    assert "Cancel" in clerk.get(answer.url).content.decode()
    assert not SyncJob.objects.exists()
    assert not world.mapping().couplings.exists()


# --- coupling ------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CDSMatchBasedCoupling.IntegarionTableMappingListCoupleMultipleInBackground")
def test_what_matches_is_coupled_by_a_job_and_synchronized_by_the_ones_behind_it(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    made = {world.add_customer(name): world.add_account(name, telephone1="") for name in ("Adatum", "Fabrikam")}
    start(clerk, synchronize="yes")
    first, *behind = run_all()
    assert (first.kind, first.coupled) == (SyncJob.Kind.COUPLE, 2)
    assert {job.status for job in behind} == {SyncJob.Status.FINISHED}
    for ours, theirs in made.items():
        phone = world.erp.values("customer", ours)["phone_no"]
        assert world.crm.values("account", theirs)["telephone1"] == phone != ""


@pytest.mark.scenario("CDSMatchBasedCoupling.IntegarionTableMappingListCoupleSingleInBackground")
def test_the_one_pair_that_is_left_is_coupled_and_takes_the_name_of_business_central(
    world: JobsWorld, clerk: Client
) -> None:
    by_phone(world)
    old = pairs(world, "Adatum", "Fabrikam", "Litware")
    for ours, theirs in old:
        world.mapping().couplings.couple(ours, theirs)
    for way in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    SyncJob.objects.all().delete()
    coho, account = pair(world, "Coho Winery", "030 9")
    start(clerk, synchronize="yes")
    first, *behind = run_all()
    assert (first.kind, first.coupled) == (SyncJob.Kind.COUPLE, 1)
    assert sum(job.modified for job in behind) == 1
    coupled = world.mapping().couplings
    assert {(one.erp_id, one.crm_id) for one in coupled.all()} == {*old, (coho, account)}
    assert account_name(world, account) == "Coho Winery"


@pytest.mark.scenario("CDSMatchBasedCoupling.MasterDataListCoupleSingleInBackground")
def test_only_the_chosen_customer_of_five_is_coupled_and_synchronized(world: JobsWorld, clerk: Client) -> None:
    by_phone(world)
    made = pairs(world, "Adatum", "Fabrikam", "Litware", "Proseware", "Coho Winery")
    start(clerk, made[1][0], synchronize="yes")
    first, *_ = run_all()
    assert first.coupled == 1
    assert world.mapping().couplings.get().erp_id == made[1][0]
    renamed = [account_name(world, theirs) for _, theirs in made]
    assert renamed == ["Adatum (Sales)", "Fabrikam", "Litware (Sales)", "Proseware (Sales)", "Coho Winery (Sales)"]


@pytest.mark.scenario("CDSMatchBasedCoupling.MasterDataListCoupleMultipleErrorNoMatch")
def test_of_five_chosen_customers_the_two_that_match_are_coupled_and_three_fail_with_the_reason(
    world: JobsWorld, clerk: Client
) -> None:
    by_phone(world)
    made = pairs(world, "Adatum", "Fabrikam")
    alone = [world.add_customer(name, phone_no=f"040 {name}") for name in ("Litware", "Proseware", "Coho Winery")]
    start(clerk, *(ours for ours, _ in made), *alone, synchronize="yes")
    first, *_ = run_all()
    assert (first.coupled, first.failed) == (2, 3)
    assert {error.code for error in SyncError.objects.filter(job=first)} == {"no-match"}
    assert [account_name(world, theirs) for _, theirs in made] == ["Adatum", "Fabrikam"]
    assert len(world.crm.ids("account")) == 2


@pytest.mark.scenario("CDSMatchBasedCoupling.MasterDataListCoupleMultipleErrorInconclusiveMatch")
def test_where_five_accounts_have_the_same_number_nobody_is_coupled_and_nothing_is_written(
    world: JobsWorld, clerk: Client
) -> None:
    by_phone(world)
    names = ("Adatum", "Fabrikam", "Litware", "Proseware", "Coho Winery")
    customers = [world.add_customer(name, phone_no=f"030 {number}") for number, name in enumerate(names, 1)]
    accounts = [world.add_account(f"{name} (Sales)", telephone1="030 1") for name in names]
    start(clerk, *customers, synchronize="yes")
    first, *behind = run_all()
    assert (first.coupled, first.failed) == (0, 5)
    assert {job.modified + job.inserted for job in behind} == {0}
    assert [account_name(world, id) for id in accounts] == [f"{name} (Sales)" for name in names]


@pytest.mark.scenario("CDSMatchBasedCoupling.MasterDataListCouplingRunsButNoSynchByUserChoice")
def test_what_matches_is_only_coupled_where_a_person_wants_no_synchronization(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    theirs = world.add_account("Adatum", telephone1="030 1")
    start(clerk)
    jobs.run(SyncJob.objects.get().pk)
    assert world.mapping().couplings.filter(state="coupled").count() == 1
    assert world.crm.values("account", theirs)["telephone1"] == "030 1"


def test_what_has_no_match_is_created_where_a_person_wants_it(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    world.add_customer("Coho Winery")
    start(clerk, create="yes")
    run_all()
    assert len(world.crm.ids("account")) == 1
    assert world.mapping().couplings.get().state == State.COUPLED


def test_creating_for_a_chosen_customer_creates_nothing_for_the_others(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    coho, _ = world.add_customer("Coho Winery"), world.add_customer("Litware")
    start(clerk, coho, create="yes")
    run_all()
    assert [account_name(world, id) for id in world.crm.ids("account")] == ["Coho Winery"]


def test_a_second_click_starts_no_second_run(world: JobsWorld, clerk: Client) -> None:
    by_phone(world)
    pairs(world, "Adatum")
    for _ in range(2):
        start(clerk, synchronize="yes")
    assert SyncJob.objects.count() == 3


def test_starting_reads_no_record_of_either_system(world: JobsWorld, clerk: Client) -> None:
    by_phone(world)
    pairs(world, "Adatum", "Fabrikam")
    world.erp.calls.clear()
    world.crm.calls.clear()
    start(clerk, synchronize="yes")
    assert set(world.erp.calls) <= {"describe"}
    assert set(world.crm.calls) <= {"describe"}


def test_ticked_accounts_alone_are_matched_and_compared_with_all_others(world: JobsWorld, clerk: Client) -> None:
    by_phone(world)
    pairs(world, "Adatum", "Contoso", "Fabrikam", "Litware")
    adatum, contoso, fabrikam, _ = world.crm.ids("account")
    world.add_account("Contoso again", telephone1="030 2")
    world.crm.edit("account", fabrikam, telephone1="")

    chosen = [adatum, contoso, fabrikam]
    asked = press(clerk, "crm", "account", "match", *chosen, mapping="CUSTOMER")
    shown = clerk.get(f"{asked['Location']}&preview=yes").content.decode()
    start(clerk, *chosen, of="crm")
    [job] = run_all()

    assert "3 chosen records of Dynamics 365 Sales" in shown
    for words in ("1 to be coupled", "1 match several others", "1 without a match"):
        assert words in shown
    assert reverse("coupling_from", args=["CUSTOMER", fabrikam]) in shown
    coupled = world.mapping().couplings.filter(state=State.COUPLED.value)
    assert list(coupled.values_list("crm_id", flat=True)) == [adatum]
    assert (job.coupled, job.failed) == (1, 2)
    assert SyncError.objects.get(code="no-match").record_name == "Fabrikam (Sales)"


# --- coupled already -----------------------------------------------------------------------------------------


def with_four_coupled(world: JobsWorld) -> tuple[list[tuple], uuid.UUID]:
    """Four pairs are coupled, Coho Winery is not and has its account."""
    by_phone(world)
    *coupled, (coho, _) = pairs(world, "Adatum", "Fabrikam", "Litware", "Proseware", "Coho Winery")
    for ours, theirs in coupled:
        world.mapping().couplings.couple(ours, theirs)
    return coupled, coho


ALREADY = (
    "4 of the chosen records are coupled already: Adatum with Adatum (Sales), Fabrikam with Fabrikam (Sales), "
    "Litware with Litware (Sales) and 1 more."
)


@pytest.mark.parametrize("asked", [{}, {"dry_run": "yes"}])
def test_chosen_records_that_are_coupled_already_are_counted_and_the_first_named_with_links(
    world: JobsWorld, clerk: Client, asked: dict[str, str]
) -> None:
    coupled, coho = with_four_coupled(world)
    answer = start(clerk, *(ours for ours, _ in coupled), coho, **asked)

    assert read(answer)[0] == ALREADY
    (adatum, account), *_ = coupled
    for address in (reverse("erp_card", args=["customer", adatum]), reverse("crm_card", args=["account", account])):
        assert f'href="{address}"' in told(answer)[0]
    assert SyncJob.objects.get(after=None).run_options.ids == (coho,)


def test_the_preview_names_the_chosen_records_that_are_coupled_already(world: JobsWorld, clerk: Client) -> None:
    coupled, coho = with_four_coupled(world)
    adatum, account = coupled[0]
    shown = page(clerk, "match", "CUSTOMER", selected=[*(ours for ours, _ in coupled), coho], preview="yes")

    assert "1 to be coupled" in shown
    assert ALREADY in strip_tags(shown)
    for address in (reverse("erp_card", args=["customer", adatum]), reverse("crm_card", args=["account", account])):
        assert f'href="{address}"' in shown
    alone = page(clerk, "match", "CUSTOMER", selected=[account], of="crm", preview="yes")
    assert "1 of the chosen records is coupled already: Adatum with Adatum (Sales)." in strip_tags(alone)
    assert "coupled already" not in page(clerk, "match", "CUSTOMER", selected=[coho], preview="yes")
