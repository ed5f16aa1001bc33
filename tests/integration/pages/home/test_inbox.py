"""Home as an inbox: what waits for whom, most urgent first, and what a new installation sees."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from coupling.models import Coupling
from integration.models import ConnectionSetup, JobQueueEntry, Plan, Preflight, SyncError, SyncJob, TableMapping, User
from integration.pages.home import desk
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import waiting_for
from integration.systems.findings import Finding, Severity
from tests.people import ADMINISTRATOR, INTEGRATOR, VIEWER, client_of, made, signed_in

pytestmark = pytest.mark.django_db


def enabled(**more: object) -> ConnectionSetup:
    setup = ConnectionSetup.current()
    ConnectionSetup.objects.filter(pk=setup.pk).update(is_enabled=True, installation_id="i", **more)
    return ConnectionSetup.current()


def trouble() -> TableMapping:
    """One thing of every kind that can wait."""
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
    SyncJob.objects.create(
        mapping=mapping, direction="to_crm", status="approval", message="It would delete 900 of 1,000."
    )
    orders = TableMapping.objects.create(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder")
    options = TableMapping.objects.create(
        name="PAYMENT TERMS", erp_table="payment_terms", crm_table="account.paymenttermscode"
    )
    for one, direction, label, code in (
        (mapping, "to_crm", "10000 Adatum", "conflict"),
        (mapping, "to_crm", "20000 Relecloud", "refused"),
        (orders, "to_erp", "ORD-01 Bicycles", "account-not-coupled"),
        (options, "to_crm", "21 DAYS", "no-match"),
    ):
        ids = {"erp_id": uuid.uuid4(), "crm_id": uuid.uuid4()}
        SyncError.objects.create(
            job=job, mapping=one, direction=direction, label=label, code=code, message="Why.", **ids
        )
    Coupling.objects.create(
        mapping=mapping, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled", to_crm_result="skipped"
    )
    JobQueueEntry.objects.create(name="CUSTOMER", mapping=mapping, status="error", message="No answer.")
    Preflight.keep([Finding("roles", Severity.ERROR, "Roles", "A role is missing.", "Assign it.")])
    return mapping


def titles(person: User) -> list[str]:
    return [one.title for one in waiting_for(desk_of(User.objects.get(pk=person.pk), ConnectionSetup.current()))]


EVERYTHING = [
    "The connection has a problem",
    "CUSTOMER, BC → Sales: waits for approval",
    "10000 Adatum: both records differ in the same field",
    "Sales order ORD-01 Bicycles: the account is not coupled",
    "The recurring job CUSTOMER has stopped",
    "1 record skipped",
    "The preflight found 1 error",
    "PAYMENT TERMS: 1 option without a partner",
    "1 record with errors",
]
NOT_AN_INTEGRATORS = (0, 1, 6, 7)


def test_an_administrator_sees_everything_that_waits_the_most_urgent_first() -> None:
    trouble()
    enabled(last_error="Sales did not answer.")
    assert titles(made("annette", ADMINISTRATOR)) == EVERYTHING


def test_of_an_order_it_is_said_when_a_run_has_found_what_keeps_it_out() -> None:
    trouble()
    SyncError.objects.filter(label="ORD-01 Bicycles").update(created_at="2027-01-12T13:20Z")
    enabled()
    waiting = waiting_for(desk_of(made("ines", INTEGRATOR), ConnectionSetup.current()))
    order = next(one for one in waiting if "ORD-01" in one.title)
    assert order.text == "A run looked at 01-12 13:20: Why."


def test_an_order_that_rests_is_named_once_and_not_counted_as_skipped_as_well() -> None:
    trouble()
    order = SyncError.objects.get(label="ORD-01 Bicycles")
    Coupling.objects.create(
        mapping=order.mapping, erp_id=order.erp_id, crm_id=order.crm_id, state="reserved", to_erp_result="skipped"
    )
    enabled(last_error="Sales did not answer.")
    assert titles(made("annette", ADMINISTRATOR)) == EVERYTHING


def test_an_integrator_sees_what_an_integrator_may_do() -> None:
    trouble()
    enabled(last_error="Sales did not answer.")
    mine = [title for place, title in enumerate(EVERYTHING) if place not in NOT_AN_INTEGRATORS]
    assert titles(made("ines", INTEGRATOR)) == mine


def test_a_viewer_is_asked_for_nothing_but_for_what_is_assigned_to_them() -> None:
    trouble()
    enabled()
    vera = made("vera", VIEWER)
    assert titles(vera) == []
    SyncError.objects.filter(label="20000 Relecloud").update(assigned_to=vera)
    assert titles(vera) == ["1 error assigned to you"]


def test_every_way_on_from_home_opens_or_does_its_thing() -> None:
    trouble()
    setup = enabled()
    annette = made("annette", ADMINISTRATOR)
    client = client_of(annette)
    waiting = waiting_for(desk_of(annette, setup))
    assert [client.get(one.url).status_code for one in waiting if not one.presses and "sales" not in one.url] != []
    for one in waiting:
        looked_at = [one.look] if one.presses else [one.url, *([one.look] if one.look else [])]
        for address in looked_at:
            assert client.get(address, follow=True).status_code in (200, 404), address
    pressed = [one for one in waiting if one.presses]
    assert [client.post(one.url, {"back": "/"}).status_code for one in pressed] == [302] * len(pressed)
    assert JobQueueEntry.objects.get().status == "ready"


def test_more_than_three_conflicts_are_one_line_that_leads_to_all_of_them() -> None:
    mapping = trouble()
    enabled()
    job = SyncJob.objects.first()
    for number in range(4):
        SyncError.objects.create(
            job=job, mapping=mapping, direction="to_crm", erp_id=uuid.uuid4(), code="conflict", label=f"C{number}"
        )
    (line,) = [
        one
        for one in waiting_for(desk_of(made("ines", INTEGRATOR), ConnectionSetup.current()))
        if one.caption == "Decide"
    ]
    assert (line.title, line.url, line.look) == (
        "5 conflicts", reverse("conflicts"), reverse("synch_errors") + "?code=conflict",
    )  # fmt: skip


# --- a new installation, and one that was switched off --------------------------------------------------------------


@pytest.fixture
def chief() -> Client:
    return signed_in("annette", ADMINISTRATOR)


@pytest.mark.parametrize(
    ("group", "number", "title", "caption"),
    [
        (ADMINISTRATOR, 1, "1 submitted Sales order waits in Dynamics 365 Sales", "Switch It On"),
        (INTEGRATOR, 3, "3 submitted Sales orders wait in Dynamics 365 Sales", "See Them"),
    ],
)
def test_orders_wait_while_order_integration_is_off_and_home_says_who_switches_it_on(
    monkeypatch: pytest.MonkeyPatch, group: str, number: int, title: str, caption: str
) -> None:
    monkeypatch.setattr(desk, "submitted_orders", lambda _, **__: number)
    person = User.objects.get(pk=made("susan", group).pk)
    [waits] = waiting_for(desk_of(person, enabled()))
    assert (waits.title, waits.caption) == (title, caption)
    assert "Sales order integration is off" in waits.text
    assert waiting_for(desk_of(person, enabled(order_integration_enabled=True, auto_create_orders=True))) == []


def test_home_asks_once_more_for_submitted_orders_before_it_says_that_nothing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enabled(order_integration_enabled=True)
    answers = {False: None, True: 3}
    monkeypatch.setattr(desk, "submitted_orders", lambda _, *, patient=False: answers[patient])
    susan, otto = signed_in("susan", INTEGRATOR), signed_in("otto", VIEWER)

    first, second = home(susan), susan.get("/", {"wait": "1"}).content.decode()

    assert "Nothing waits for you." not in first
    assert 'hx-get="?wait=1"' in first
    assert "3 submitted Sales orders to create" in second
    assert 'hx-get="?wait=1"' not in second + home(otto)
    answers[True] = None
    assert "does not answer, so submitted orders are not counted" in susan.get("/", {"wait": "1"}).content.decode()


def home(client: Client) -> str:
    return client.get("/").content.decode()


def test_a_new_installation_sees_the_guide_and_a_dry_run_and_nothing_ticked(chief: Client) -> None:
    shown = home(chief)
    assert f'<a href="{reverse("guide")}">Set up the Dynamics 365 Sales connection</a>' in shown
    assert shown.index("Set up the Dynamics") < shown.index("Make a dry run") < shown.index("Start the full synch")
    assert "(done)" not in shown
    assert "Waits for you" not in shown


def test_the_address_that_the_demo_filled_in_counts_as_nothing_that_somebody_did(chief: Client) -> None:
    setup = ConnectionSetup.current()
    setup.url, setup.tenant, setup.client_id, setup.client_secret = "https://contoso.crm4.dynamics.com", "c", "3", "s"
    setup.save()
    assert "(done)" not in home(chief)


def test_an_enabled_connection_is_led_to_a_dry_run_before_the_first_big_write(chief: Client) -> None:
    enabled()
    assert f'action="{reverse("plan_start")}"' in home(chief)
    Plan.objects.create(title="CUSTOMER")
    assert "Make a dry run <span" in home(chief)


def test_who_switched_the_connection_off_on_purpose_is_not_asked_to_set_it_up(chief: Client) -> None:
    enabled()
    ConnectionSetup.objects.update(is_enabled=False)
    shown = home(chief)
    assert "The connection is switched off" in shown
    assert "First steps" not in shown
    assert "Nothing waits for you." in shown


def test_a_connection_that_broke_is_the_first_thing_that_waits(chief: Client) -> None:
    enabled()
    ConnectionSetup.objects.update(is_enabled=False, disable_reason="The secret has expired.")
    shown = home(chief)
    assert "The connection broke and was disabled" in shown
    assert "The secret has expired." in shown
    assert "First steps" not in shown


def test_a_cue_of_nothing_is_a_quiet_0(chief: Client) -> None:
    enabled()
    cues = {cue.label: cue for cue in chief.get("/").context["cues"]}
    assert {(cue.shown, cue.look) for cue in cues.values()} == {("0", "none")}
    trouble()
    cues = {cue.label: cue for cue in chief.get("/").context["cues"]}
    assert (cues["Conflicts"].shown, cues["Conflicts"].look) == ("1", "bad")
    assert (cues["Records skipped"].shown, cues["Records skipped"].look) == ("1", "busy")


def test_home_takes_few_queries_however_much_waits(chief: Client, django_assert_max_num_queries: object) -> None:
    trouble()
    enabled(last_error="Sales did not answer.")
    home(chief)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        home(chief)


def test_the_counters_of_coupled_records_lead_to_exactly_their_rows(chief: Client) -> None:
    enabled()
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    for _ in range(2):
        mapping.couplings.couple(uuid.uuid4(), uuid.uuid4())
    [cue] = [one for one in chief.get("/").context["cues"] if "coupled" in one.label]
    assert (cue.label, cue.shown, cue.url) == ("CUSTOMER: coupled", "2", "/records/erp/customer/?state=coupled")


def test_what_is_kept_on_both_sides_is_counted_before_prices_that_only_follow(chief: Client) -> None:
    enabled()
    tables = {
        "PRICES": ("sales_price", "to_crm", 3),
        "CUSTOMER": ("customer", "both", 1),
        "CONTACT": ("contact", "both", 2),
    }
    for name, (table, direction, number) in tables.items():
        mapping = TableMapping.objects.create(name=name, erp_table=table, crm_table="account", direction=direction)
        for _ in range(number):
            mapping.couplings.couple(uuid.uuid4(), uuid.uuid4())
    found = [one.label for one in chief.get("/").context["cues"] if "coupled" in one.label]
    assert found == ["CONTACT: coupled", "CUSTOMER: coupled", "PRICES: coupled"]
