"""A bulk action over a mixed selection has an outcome for each of its records, with numbers and links."""

from __future__ import annotations

import re
import uuid
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.selection import DONE, Kind, Selection, selected
from coupling.views.actions import CHANGED
from integration.models import ConnectionSetup, SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.problems import Conflict
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Side
from tests.coupling.conftest import id_of, press, told
from tests.makers import account, customer

ERP = Side.ERP


class Mixed:
    """One customer of each kind, in a mapping whose rule for deletions decides."""

    def __init__(self, mapping: TableMapping, company: MemorySystem, organization: MemorySystem) -> None:
        self.mapping, self.company, self.organization = mapping, company, organization
        self.rule("restore")
        kinds = [kind for kind in Kind if kind is not Kind.BROKEN]
        self.ids = {kind: self._made(kind, place) for place, kind in enumerate(kinds)}

    def rule(self, deletion: str) -> None:
        self.mapping.deletion = deletion
        self.mapping.save(update_fields=["deletion"])

    def _made(self, kind: Kind, place: int) -> UUID:
        outside = kind in (Kind.OUTSIDE, Kind.FREE_OUTSIDE)
        id = self.company.add("customer", **customer(f"Firm {place}", no=f"F-{place}", blocked=3 if outside else 0))
        if kind in (Kind.FREE, Kind.FREE_OUTSIDE, Kind.GONE):
            if kind is Kind.GONE:
                self.company.remove("customer", id)
            return id
        other = self.organization.add("account", **account(f"Firm {place}"))
        rests = Outcome(Result.SKIPPED) if kind in (Kind.SKIPPED, Kind.CONFLICT) else Outcome()
        self.mapping.couplings.remember([Pair(id, other, State.COUPLED, to_crm=rests)])
        if kind is Kind.CONFLICT:
            job = SyncJob.objects.create(mapping=self.mapping, direction="to_crm", status="finished")
            about = {"mapping": self.mapping, "direction": "to_crm", "erp_id": id, "crm_id": other}
            SyncError.objects.create(job=job, code=Conflict.code, **about)
        if kind in (Kind.HALF, Kind.BOTH_GONE):
            self.organization.remove("account", other)
        if kind in (Kind.LEFT, Kind.BOTH_GONE):
            self.company.remove("customer", id)
        return id

    def selected(self, action: str) -> Selection:
        return selected(ERP, "customer", action, [self.mapping], list(self.ids.values()))


@pytest.fixture
def mixed(mapping: TableMapping, company: MemorySystem, organization: MemorySystem) -> Mixed:
    return Mixed(mapping, company, organization)


def test_every_chosen_record_is_of_one_kind_and_has_words_for_each_action(mixed: Mixed) -> None:
    for action in DONE:
        found = mixed.selected(action)
        assert {row.kind: row.id for row in found.rows} == mixed.ids
        assert sum(len(group.rows) for group in found.groups) == len(mixed.ids)
        assert all(group.is_done is (not group.words.startswith("left out")) for group in found.groups)


def test_without_a_rule_for_deletions_what_has_lost_a_record_is_left_out_of_a_synchronization(mixed: Mixed) -> None:
    mixed.rule("none")
    found = mixed.selected("synchronize")
    assert set(found.broken) == {mixed.ids[Kind.HALF], mixed.ids[Kind.LEFT]}
    assert not set(found.broken) & {row.id for row in found.done}
    assert any("Restore it, delete the other one, too" in group.words for group in found.left_out)


def test_the_question_lists_each_with_its_link_and_its_reason(clerk: Client, mixed: Mixed) -> None:
    shown = press(clerk, "erp", "customer", "synchronize", *mixed.ids.values()).content.decode()

    for kind, id in mixed.ids.items():
        assert f'href="{reverse("erp_card", args=["customer", id])}"' in shown, kind
    assert "blocked is All, must be blank" in shown
    assert "What becomes of the 10 chosen" in shown
    assert "Create for Those Not Coupled" in shown


def test_a_bulk_run_takes_what_it_can_and_says_what_became_of_the_rest(clerk: Client, mixed: Mixed) -> None:
    answer = press(clerk, "erp", "customer", "synchronize", *mixed.ids.values(), way="send")

    taken = {mixed.ids[kind] for kind in DONE["synchronize"]}
    assert set(SyncJob.objects.get(status="queued").run_options.ids) == taken
    [left] = [text for text in told(answer) if text.startswith("Of 10 records chosen:")]
    assert "1 record left out: both records are deleted. Delete the coupling." in left
    assert left.count("record left out") == 5


def test_a_pair_of_which_both_records_are_gone_is_offered_for_deletion_on_its_card(clerk: Client, mixed: Mixed) -> None:
    shown = clerk.get(reverse("erp_card", args=["customer", mixed.ids[Kind.BOTH_GONE]])).content.decode()
    assert "Neither record exists any more" in shown
    assert "Delete This Coupling" in shown

    shown = clerk.get(reverse("erp_card", args=["customer", mixed.ids[Kind.LEFT]])).content.decode()
    assert "Delete This Coupling" not in shown


def test_of_records_that_only_a_filter_keeps_out_nothing_is_created_and_each_reason_is_said(
    clerk: Client, mixed: Mixed
) -> None:
    ids = [mixed.ids[Kind.FREE], mixed.ids[Kind.FREE_OUTSIDE], mixed.ids[Kind.COUPLED]]

    answer = press(clerk, "erp", "customer", "create", *ids, mapping="CUSTOMER", confirmed="yes")

    assert SyncJob.objects.get(status="queued").run_options.ids == (mixed.ids[Kind.FREE],)
    assert "left out: outside the filter" in told(answer)[0]


def test_while_sales_is_silent_nothing_counts_as_deleted(mixed: Mixed) -> None:
    mixed.organization.fail_on("get", Unreachable("The line is dead."), times=99)

    found = mixed.selected("uncouple")

    kinds = {row.kind for row in found.rows}
    assert found.problem == "The line is dead."
    assert kinds & {Kind.HALF, Kind.BOTH_GONE} == set()


def test_couplings_are_deleted_while_the_connection_is_disabled(clerk: Client, mixed: Mixed) -> None:
    ConnectionSetup.objects.update(is_enabled=False)

    press(clerk, "erp", "customer", "uncouple", mixed.ids[Kind.COUPLED], confirmed="yes")

    assert SyncJob.objects.get(status="queued").kind == SyncJob.Kind.UNCOUPLE


@pytest.mark.parametrize(("action", "yes"), [("uncouple", {"confirmed": "yes"}), ("synchronize", {"way": "send"})])
def test_whoever_confirms_about_a_record_that_is_coupled_with_another_one_by_now_is_asked_anew(
    clerk: Client, mixed: Mixed, action: str, yes: dict[str, str]
) -> None:
    one = mixed.ids[Kind.COUPLED]

    def asked() -> str:
        shown = press(clerk, "erp", "customer", action, one).content.decode()
        return str(re.findall(r'name="seen" value="(\w+)"', shown)[0])

    before = asked()
    mixed.mapping.couplings.couple(one, mixed.organization.add("account", **account("Another")))
    answer = press(clerk, "erp", "customer", action, one, seen=before, **yes)

    assert told(answer) == [CHANGED]
    assert not SyncJob.objects.filter(status="queued").exists()
    press(clerk, "erp", "customer", action, one, seen=asked(), **yes)
    assert SyncJob.objects.filter(status="queued").exists()


def test_five_hundred_records_are_looked_at_in_a_few_questions(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem
) -> None:
    ids = [company.add("customer", **customer(f"Firm {n}", no=f"F-{n}")) for n in range(500)]
    accounts = [organization.add("account", **account(f"Firm {n}")) for n in range(400)]
    mapping.couplings.remember(Pair(a, b, State.COUPLED) for a, b in zip(ids[:400], accounts, strict=True))
    ids[-1] = uuid.uuid4()

    shown = press(clerk, "erp", "customer", "synchronize", *ids).content.decode()

    numbers = re.findall(r"<strong>(\d+)</strong>", shown.partition("What becomes of the 500 chosen")[2])
    assert numbers == ["400", "99", "1"]
    assert "Looked at: 50 of 400 records." in shown


def test_two_people_who_delete_the_same_coupling_both_read_what_is_so(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID
) -> None:
    mapping.couplings.couple(adatum, id_of(organization, "Adatum"))
    press(clerk, "erp", "customer", "uncouple", adatum)
    mapping.couplings.uncouple([adatum])

    answer = press(clerk, "erp", "customer", "uncouple", adatum, confirmed="yes")

    assert told(answer) == ["This record is not coupled."]
    assert not SyncJob.objects.exists()
