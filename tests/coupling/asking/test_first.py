"""What has to be coupled first is offered as one step, in the right order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupling.commands import with_needs
from coupling.pages.asking.outcome import outcome
from integration import jobs
from integration.models import SyncJob
from integration.systems.errors import TimedOut
from integration.systems.values import Ref
from tests.coupling.conftest import press, told
from tests.coupling.standard_world import StandardWorld, standard_world
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import customer

__all__ = ["standard_world", "world"]


def run_all() -> list[SyncJob]:
    for job in SyncJob.objects.order_by("queued_at"):
        jobs.run(job.pk)
    return list(SyncJob.objects.order_by("queued_at"))


def create(clerk: Client, *ids: object, **more: object) -> str:
    return press(clerk, "erp", "customer", "create", *ids, mapping="CUSTOMER", **more).content.decode()


def test_the_salesperson_who_is_one_user_beyond_doubt_is_coupled_along(world: JobsWorld, clerk: Client) -> None:
    adatum = world.add_customer("Adatum")

    shown = create(clerk, adatum)
    assert "coupled with Jim Olive" in shown
    assert "Do These First, Then Create" in shown
    assert not world.mapping("SALESPEOPLE").couplings.exists()

    create(clerk, adatum, confirmed="yes", first="yes")
    run_all()
    assert world.mapping("SALESPEOPLE").couplings.get().crm_id == world.jim_user
    assert world.names(world.crm.side, "account") == ["Adatum"]


def test_a_salesperson_whom_only_a_person_can_couple_is_linked_and_nothing_is_offered(
    world: JobsWorld, clerk: Client
) -> None:
    world.crm.edit("systemuser", world.jim_user, fullname="James", internalemailaddress="james@cronus.example")
    adatum = world.add_customer("Adatum")

    shown = create(clerk, adatum)
    assert "to be coupled by a person" in shown
    assert reverse("coupling", args=["SALESPEOPLE", world.jim]) in shown
    assert "confirmed" not in shown

    answer = press(
        clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes", first="yes",
    )  # fmt: skip
    assert "has to be coupled by a person first" in told(answer)[0]
    assert not SyncJob.objects.exists()


def test_what_can_be_made_is_made_before_one_job_behind_the_other(standard_world: StandardWorld, clerk: Client) -> None:
    cronus = standard_world
    codes = {"EUR": cronus.currency("EUR", "1.2"), "USD": cronus.currency("USD", "1.3")}
    ids = [
        cronus.customer(f"Firm {code}", f"F-{code}", currency_code=Ref("currency", id)) for code, id in codes.items()
    ]

    shown = create(clerk, *ids)
    assert shown.count("created in Dynamics 365 Sales as Transaction Currency") == 2
    create(clerk, *ids, confirmed="yes", first="yes")

    first, second = cronus.run_all()
    assert [first.mapping.name, second.mapping.name] == ["CURRENCY", "CUSTOMER"]
    assert second.after == first
    assert (first.inserted, second.inserted) == (2, 2)


def test_synchronizing_couples_the_salesperson_first_too(world: JobsWorld, clerk: Client) -> None:
    adatum, theirs = world.add_customer("Adatum"), world.add_account("Adatum Ltd.")
    world.mapping().couplings.couple(adatum, theirs)

    shown = press(clerk, "erp", "customer", "synchronize", adatum, way="send", preview="yes").content.decode()
    assert "coupled with Jim Olive" in shown
    press(clerk, "erp", "customer", "synchronize", adatum, way="send", first="yes")
    run_all()

    assert world.crm.values("account", theirs)["name"] == "Adatum"
    assert world.mapping("SALESPEOPLE").couplings.exists()


def test_the_notice_is_about_the_firms_that_were_chosen_and_says_what_was_made_before_them(
    standard_world: StandardWorld, clerk: Client
) -> None:
    cronus = standard_world
    dollar = Ref("currency", cronus.currency("USD", "1.3"))
    firms = [cronus.customer(name, name, currency_code=dollar) for name in ("Adatum", "Fabrikam", "Contoso")]

    answer = press(clerk, "erp", "customer", "create", *firms, mapping="CUSTOMER", confirmed="yes", first="yes")
    assert "3 Customers:</strong> What is needed first: Synchronization waits for its turn." in told(answer)[0]
    cronus.run_all()

    asked = SyncJob.objects.get(mapping__name="CUSTOMER")
    assert outcome(asked).words == "3 created. What is needed first: 1 created."


def test_without_the_first_step_the_refusal_names_it_with_its_link(world: JobsWorld, clerk: Client) -> None:
    adatum = world.add_customer("Adatum")

    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")

    assert reverse("coupling", args=["SALESPEOPLE", world.jim]) in told(answer)[0]


def test_what_comes_before_many_records_takes_no_more_questions_than_before_a_few(
    world: JobsWorld, clerk: Client
) -> None:
    def asked(number: int) -> tuple[int, int]:
        customers = []
        for place in range(number):
            name = f"Seller {number}-{place}"
            world.crm.add("systemuser", fullname=name, isdisabled=False)
            seller = Ref("salesperson", world.erp.add("salesperson", code=name[-4:], name=name))
            customers.append(world.erp.add("customer", **customer(f"Firm {number}-{place}", salesperson_code=seller)))
        calls = world.crm.calls.total()
        with CaptureQueriesContext(connection) as queries:
            create(clerk, *customers, confirmed="yes", first="yes")
        return len([one for one in queries if "audit" not in one["sql"]]), world.crm.calls.total() - calls

    few, many = asked(3), asked(15)

    assert many == few
    assert world.mapping("SALESPEOPLE").couplings.count() == 18


def test_two_salespeople_who_are_the_same_user_are_left_to_a_person(world: JobsWorld, clerk: Client) -> None:
    world.crm.edit("systemuser", world.jim_user, internalemailaddress="")
    twin = Ref("salesperson", world.erp.add("salesperson", code="JO2", name="Jim Olive"))
    customers = [world.add_customer("Adatum"), world.erp.add("customer", **customer("Fabrikam", salesperson_code=twin))]

    shown = create(clerk, *customers)

    assert shown.count("to be coupled by a person") == 2
    assert "confirmed" not in shown


def test_a_request_that_dies_on_the_way_leaves_nothing_half_done(
    standard_world: StandardWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cronus = standard_world
    cronus.crm.add("transactioncurrency", isocurrencycode="EUR", currencyname="EUR", exchangerate=Decimal(1))
    codes = {"EUR": cronus.currency("EUR", "1.2"), "USD": cronus.currency("USD", "1.3")}
    firms = [cronus.customer(f"Firm {code}", code, currency_code=Ref("currency", id)) for code, id in codes.items()]

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(with_needs, "create", dies)
        with pytest.raises(KeyboardInterrupt):
            create(clerk, *firms, confirmed="yes", first="yes")
    assert not SyncJob.objects.exists()
    assert not cronus.stored("CURRENCY").couplings.exists()

    for _ in range(2):
        create(clerk, *firms, confirmed="yes", first="yes")
    assert [job.inserted for job in cronus.run_all()] == [1, 2]


@pytest.mark.parametrize(("firms", "says"), [(["Adatum", "Fabrikam"], True), (["Adatum"], False)])
def test_where_many_need_more_than_a_page_can_look_up_nothing_is_done_and_the_ways_are_said(
    world: JobsWorld, clerk: Client, monkeypatch: pytest.MonkeyPatch, firms: list[str], says: bool
) -> None:
    def too_late(*_: object) -> None:
        raise TimedOut("Dynamics 365 Sales did not answer within 10 seconds.")

    monkeypatch.setattr(with_needs, "needs", too_late)
    ids = [world.add_customer(firm) for firm in firms]

    answer = press(clerk, "erp", "customer", "create", *ids, mapping="CUSTOMER", confirmed="yes", first="yes")

    [said] = told(answer)
    assert said.startswith("Dynamics 365 Sales did not answer within 10 seconds.")
    assert ("Choose fewer of them at once, or start a full synchronization" in said) is says
    assert not SyncJob.objects.exists()
