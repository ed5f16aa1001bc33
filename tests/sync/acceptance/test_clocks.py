"""What each side's clock says changes nothing: versions are compared with what is remembered of the same side."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.sync.rules import Direction
from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus, changed, standard
from tests.sync.world import TO_CRM, TO_ERP

CUSTOMER, CONTACT = standard("CUSTOMER"), standard("CONTACT")
CLOCKS = pytest.mark.parametrize("seconds", [0, -300, 300], ids=["synced", "behind", "ahead"])


class Clocks(Cronus):
    """Adatum with Anna Lidman and Fabrikam with Bo Sand, coupled; the clock of Sales goes wrong by so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.crm.skew = dt.timedelta(seconds=seconds)
        self.adatum, self.fabrikam = self.customer("Adatum", "C10"), self.customer("Fabrikam", "C20")
        self.make("CUSTOMER", self.adatum, self.fabrikam)
        self.anna, self.bo = self.person(self.adatum, "Anna Lidman"), self.person(self.fabrikam, "Bo Sand")
        self.make("CONTACT", self.anna, self.bo)
        for _ in range(2):
            self.jobs()

    def jobs(self) -> list[tuple[Counters, Counters]]:
        """The customer job and the contact job."""
        return [self.both(CUSTOMER), self.both(CONTACT)]

    def name(self, erp_id: uuid.UUID, name: str) -> None:
        """Somebody in Business Central gives a customer or contact another name."""
        if erp_id in self.erp.ids("customer"):
            self.erp.edit("customer", erp_id, name=name)
        else:
            self.erp.edit("contact", erp_id, surname=name)

    def name_in_sales(self, erp_id: uuid.UUID, name: str) -> None:
        rule, column = (CUSTOMER, "name") if erp_id in self.erp.ids("customer") else (CONTACT, "lastname")
        self.crm.edit(rule.crm.name, self.pair(erp_id, rule).crm_id, **{column: name})

    def names(self, erp_id: uuid.UUID) -> tuple[object, object]:
        if erp_id in self.erp.ids("customer"):
            return self.erp.values("customer", erp_id)["name"], self.twin("CUSTOMER", erp_id)["name"]
        return self.erp.values("contact", erp_id)["surname"], self.twin("CONTACT", erp_id)["lastname"]

    def remembers_both_sides_as_they_are(self, erp_id: uuid.UUID) -> bool:
        rule = CUSTOMER if erp_id in self.erp.ids("customer") else CONTACT
        pair = self.pair(erp_id, rule)
        erp = self.erp.get(rule.erp.name, [erp_id], [])[erp_id].version
        crm = self.crm.get(rule.crm.name, [pair.crm_id], [])[pair.crm_id].version
        return (pair.seen_erp, pair.seen_crm) == (erp, crm)

    def memory(self) -> object:
        return {tables: dict(ledger.rows) for tables, ledger in self.ledgers.items()}

    def positions(self) -> list[int]:
        return [int(cursor.split("-")[1]) for _, cursor in sorted(self.cursors.items()) if cursor]


def never_back(before: list[int], after: list[int]) -> bool:
    return all(earlier <= later for earlier, later in zip(before, after, strict=True))


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockSynced",
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockBehind",
    "CRMEntitySynchTest.LastSyncTimeNotUpdatedIfNothingToSyncCRMClockAhead",
)
def test_with_nothing_changed_nothing_is_counted_after_the_echo_and_memory_and_cursors_stay(seconds: int) -> None:
    clocks = Clocks(seconds)
    memory, positions = clocks.memory(), clocks.positions()
    assert clocks.jobs() == [(Counters(), Counters())] * 2
    assert clocks.memory() == memory
    assert clocks.positions() == positions


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyWhenSyncSucceedCRMClockSynced",
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyWhenSyncSucceedCRMClockAhead",
)
def test_one_change_on_each_side_goes_across_with_one_echo_and_both_versions_are_remembered(seconds: int) -> None:
    clocks = Clocks(seconds)
    positions = clocks.positions()
    for erp_id in (clocks.adatum, clocks.anna):
        clocks.name(erp_id, "Berg")
    for erp_id in (clocks.fabrikam, clocks.bo):
        clocks.name_in_sales(erp_id, "Strand")
    assert clocks.jobs() == [(Counters(modified=1), Counters(modified=1, unchanged=1))] * 2
    assert [clocks.names(id) for id in (clocks.adatum, clocks.anna)] == [("Berg", "Berg")] * 2
    assert [clocks.names(id) for id in (clocks.fabrikam, clocks.bo)] == [("Strand", "Strand")] * 2
    everybody = (clocks.adatum, clocks.fabrikam, clocks.anna, clocks.bo)
    assert all(clocks.remembers_both_sides_as_they_are(id) for id in everybody)
    assert never_back(positions, clocks.positions())


@CLOCKS
@pytest.mark.scenario("CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyWhenSyncFailedCRMClockBehind")
def test_the_same_field_changed_on_both_sides_fails_in_both_directions_and_remembers_nothing(seconds: int) -> None:
    clocks = Clocks(seconds)
    positions = clocks.positions()
    for erp_id in (clocks.adatum, clocks.anna):
        clocks.name(erp_id, "Berg")
        clocks.name_in_sales(erp_id, "Strand")
    before = [(p.seen_erp, p.seen_crm) for p in (clocks.pair(clocks.adatum, CUSTOMER),)]
    assert clocks.jobs() == [(Counters(failed=1), Counters(failed=1))] * 2
    assert [clocks.names(id) for id in (clocks.adatum, clocks.anna)] == [("Berg", "Strand")] * 2
    assert [(p.seen_erp, p.seen_crm) for p in (clocks.pair(clocks.adatum, CUSTOMER),)] == before
    assert never_back(positions, clocks.positions())


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeToCrmTwoTimesWhenCrmClockBehind",
    "CRMEntitySynchTest.SyncChangeToCrmTwoTimesCrmClockAhead",
)
def test_two_changes_here_one_after_the_other_both_arrive_there_with_one_echo_each(seconds: int) -> None:
    clocks = Clocks(seconds)
    for name in ("Berg", "Strand"):
        clocks.name(clocks.adatum, name)
        assert clocks.both(CUSTOMER) == (Counters(modified=1), Counters(unchanged=1))
        assert clocks.names(clocks.adatum) == (name, name)


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeFromCrmTwoTimesWhenCrmClockBehind",
    "CRMEntitySynchTest.SyncChangeFromCrmTwoTimesWhenCrmClockAhead",
)
def test_two_changes_there_one_after_the_other_both_arrive_here_with_one_echo_each(seconds: int) -> None:
    clocks = Clocks(seconds)
    for name, echo in (("Berg", Counters()), ("Strand", Counters(unchanged=1))):
        clocks.name_in_sales(clocks.adatum, name)
        assert clocks.both(CUSTOMER) == (echo, Counters(modified=1))
        assert clocks.names(clocks.adatum) == (name, name)


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.SyncChangeToCrmThenSyncChangeFromCrmWhenCrmClockAhead",
    "CRMEntitySynchTest.SyncChangeFromCrmThenSyncChangeToCrmWhenCrmClockAhead",
)
@pytest.mark.parametrize("first", [TO_CRM, TO_ERP])
def test_a_change_on_one_side_and_then_on_the_other_is_no_conflict_and_the_last_one_stays(
    seconds: int, first: Direction
) -> None:
    clocks = Clocks(seconds)
    for direction, name in ((first, "Berg"), (first.back, "Strand")):
        change = clocks.name if direction is TO_CRM else clocks.name_in_sales
        change(clocks.adatum, name)
        assert sum(counters.failed for counters in clocks.both(CUSTOMER)) == 0
        assert clocks.names(clocks.adatum) == (name, name)


# --- a row of another mapping is written besides ------------------------------------------------------------------

ALL_CONTACTS = changed("CONTACT", only_coupled=False)


def customer_positions(clocks: Clocks) -> list[str | None]:
    return [clocks.cursors.get(("CUSTOMER", direction)) for direction in Direction.BOTH.passes]


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyAfterFixingCustomerPrimaryContactNoCRMClockBehind"
)
def test_the_primary_contact_set_on_a_customer_besides_is_remembered_with_its_pair(seconds: int) -> None:
    clocks = Clocks(seconds)
    coho = clocks.customer("Coho Winery", "C30")
    [account] = clocks.make("CUSTOMER", coho)
    clocks.both(CUSTOMER)
    clocks.crm.add("contact", firstname="Cleo", lastname="Nyberg", parentcustomerid=Ref("account", account))
    before, positions = clocks.pair(coho, CUSTOMER), customer_positions(clocks)
    assert clocks.both(ALL_CONTACTS)[1] == Counters(inserted=1)
    assert clocks.erp.values("customer", coho)["primary_contact_no"] is not None
    assert (before.owed_crm, clocks.pair(coho, CUSTOMER).owed_crm) == (False, True)
    assert customer_positions(clocks) == positions
    clocks.both(CUSTOMER)
    clocks.both(CUSTOMER)
    assert clocks.remembers_both_sides_as_they_are(coho)


@CLOCKS
@pytest.mark.scenario(
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyAfterFixingAccountPrimaryContactIdCRMClockBehind",
    "CRMEntitySynchTest.LastSyncTimeUpdatedCorrectlyAfterFixingAccountPrimaryContactIdCRMClockAhead",
)
def test_the_primary_contact_set_on_an_account_besides_is_remembered_with_its_pair(seconds: int) -> None:
    clocks = Clocks(seconds)
    coho = clocks.customer("Coho Winery", "C30")
    clocks.make("CUSTOMER", coho)
    clocks.both(CUSTOMER)
    clocks.person(coho, "Cleo Nyberg")
    before, positions = clocks.pair(coho, CUSTOMER), customer_positions(clocks)
    assert clocks.both(ALL_CONTACTS) == (Counters(inserted=1), Counters(unchanged=1))
    assert clocks.twin("CUSTOMER", coho)["primarycontactid"] is not None
    assert (before.owed_erp, clocks.pair(coho, CUSTOMER).owed_erp) == (False, True)
    assert customer_positions(clocks) == positions
    clocks.both(CUSTOMER)
    clocks.both(CUSTOMER)
    assert clocks.remembers_both_sides_as_they_are(coho)
