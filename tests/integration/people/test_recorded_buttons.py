"""Every button leaves its entries in the audit log: each once, with who pressed it, whatever page it stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin as administration
from django.test.client import RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration import jobs
from integration.models import AuditEntry, CachedText, FullSynchLine, SyncJob, User
from integration.models.stored.audited import Audited
from integration.models.stored.cache import metadata_cache
from integration.sync.rules import Direction
from tests.integration.bookkeeping.tried import TRIED_IN as BOOKS
from tests.integration.jobs_world import JobsWorld, world
from tests.integration.together.stale import OVERWRITES_NOTHING, STALE
from tests.people import ADMINISTRATOR, AVAILABILITY, client_of, made, signed_in

__all__ = ["world"]

RUN, PERSON, COUPLING = ("started", "run"), "user", "coupling"
PASSWORDS = {"password1": "a Long one 4711", "password2": "a Long one 4711"}
NEW_PASSWORDS = {"new_password1": "a Long one 4711", "new_password2": "a Long one 4711"}


@dataclass(frozen=True)
class Button:
    """Where it is sent, with what, and what is recorded then."""

    address: Callable[[JobsWorld], str]
    recorded: list[tuple[str, str]]
    sent: Callable[[JobsWorld], dict[str, Any]] = lambda _: {}


def at(name: str, *args: object) -> Callable[[JobsWorld], str]:
    return lambda _: reverse(name, args=args)


def of_otto(name: str) -> Callable[[JobsWorld], str]:
    return lambda _: reverse(name, args=[User.objects.get(username="otto").pk])


def pair(world: JobsWorld) -> Coupling:
    return Coupling.objects.get(mapping__name="CUSTOMER")


def entry(action: str) -> Callable[[JobsWorld], str]:
    return lambda world: reverse("job_queue_entry", args=[world.mapping().queue_entries.get().pk, action])


def suspended() -> SyncJob:
    """The queued run, waiting for the other side to answer again."""
    job = SyncJob.objects.get(status="queued")
    SyncJob.objects.filter(pk=job.pk).update(next_try_at=timezone.now() + dt.timedelta(minutes=5))
    return job


BUTTONS = {
    "user_new": Button(
        at("user_new"),
        [("created", PERSON), ("changed", PERSON)],
        lambda _: {"username": "susan", "groups": ["Viewer"], **PASSWORDS},
    ),
    "user_password": Button(of_otto("user_password"), [("changed", PERSON)], lambda _: NEW_PASSWORDS),
    "own_settings": Button(
        at("own_settings"),
        [("changed", PERSON)],
        lambda _: {"time_zone": "Europe/Berlin", "day_format": "dots", "number_format": "comma", "theme": "dark"},
    ),
    "own_theme": Button(at("own_theme"), [("changed", PERSON)], lambda _: {"theme": "dark"}),
    "user_unlock": Button(of_otto("user_unlock"), [("unlocked", "sign-in")]),
    "user_key": Button(of_otto("user_key"), [("created", "web service access key")]),
    "connection_disable": Button(
        at("connection_disable"), [("disabled", "connection")], lambda _: {"confirmed": "yes"}
    ),
    "synchronize_modified": Button(at("synchronize_modified"), [RUN] * 6),
    "preflight_run": Button(at("preflight_run"), [("started", "task")]),
    "mapping_new": Button(
        at("mapping_new"),
        [("created", "integration table mapping"), ("created", "job queue entry")],
        lambda _: {
            "name": "FIRMS",
            "erp_table": "customer",
            "crm_table": "account",
            "direction": "to_crm",
            "pair-TOTAL_FORMS": "1",
            "pair-INITIAL_FORMS": "0",
            "pair-0-erp_field": "name",
            "pair-0-crm_field": "name",
            "pair-0-direction": "to_crm",
        },
    ),
    "templates": Button(
        at("templates"),
        [("created", "configuration template")],
        lambda _: {"name": "DOMESTIC", "place": "erp:customer"},
    ),
    "field_add": Button(
        at("field_add", "CUSTOMER"),
        [("created", "integration field mapping")],
        lambda _: {"erp_field": "city", "crm_field": "address1_city", "direction": "both"},
    ),
    "synch_job_cancel": Button(
        lambda _: reverse("synch_job_cancel", args=[SyncJob.objects.get(status="queued").pk]), [("canceled", "run")]
    ),
    "synch_job_try_now": Button(lambda _: reverse("synch_job_try_now", args=[suspended().pk]), [RUN]),
    "plan_start": Button(at("plan_start"), [("started", "dry run")], lambda _: {"mapping": "CUSTOMER"}),
    "full_synch_start": Button(at("full_synch_start"), [("started", "full synchronization")]),
    "full_synch_reset": Button(at("full_synch_reset"), [("reset", "full synchronization")]),
    "full_synch_line": Button(
        at("full_synch_line", "CUSTOMER", "create-unmatched"), [("changed", "full synchronization")]
    ),
    "job_queue_entry": Button(entry("ready"), [("started", "job queue entry")]),
    "job_queue_entry on-hold": Button(entry("on-hold"), [("disabled", "job queue entry")]),
    "record_action": Button(
        at("record_action", "erp", "customer", "synchronize"),
        [RUN],
        lambda world: {"selected": str(pair(world).erp_id), "way": "send"},
    ),
    "mappings_uncouple": Button(at("mappings_uncouple"), [("uncoupled", COUPLING)], lambda _: {"name": "SALESPEOPLE"}),
    "skipped_action": Button(
        at("skipped_action", "retry"), [RUN, RUN], lambda world: {"selected": str(pair(world).pk)}
    ),
    "erase": Button(
        lambda world: reverse("erase", args=["erp", "customer", pair(world).erp_id]),
        [("erased", "what is remembered about a record")],
    ),
    "coupling_set": Button(
        lambda world: reverse("coupling_set", args=["CUSTOMER", world.add_customer("Coho Winery")]),
        [("coupled", COUPLING)],
        lambda world: {"crm_id": str(world.add_account("Coho Winery")), "seen": ""},
    ),
}
"""By the name of the address, and the action where it has several."""

TESTS = Path(__file__).parents[2]
TRIED_IN = {
    "integration/signin/test_signin.py": ["login", "account_login"],
    "integration/signin/test_single_signon.py": ["single_signon_back"],
    "integration/signin/test_second_factor.py": [
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
    ],
    "integration/signin/test_passkeys.py": [
        "mfa_login_webauthn",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_reauthenticate_webauthn",
    ],
    "integration/signin/test_second_factor_rules.py": [
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "user_second_factor",
    ],
    "integration/people/test_users.py": ["own_password"],
    "integration/people/test_keys.py": ["user_key_revoke"],
    "integration/features/test_addresses_in_sales.py": ["connection_reset_addresses"],
    "integration/mapping/test_option_pages.py": ["option_add"],
    "setup_wizard/test_recorded.py": ["guide_use_sandbox"],
    "coupling/errors/test_guarded_runs.py": ["synch_job_approve", "synch_job_reject"],
    "coupling/errors/test_errors_page.py": ["errors_action"],
    "integration/jobs/plans/test_plans.py": ["plan_apply"],
    "coupling/test_conflicts.py": ["conflict"],
    "coupling/editing/test_editing.py": ["record_edit"],
    "coupling/editing/test_new.py": ["record_new"],
    "coupling/editing/test_deleting.py": ["record_delete"],
    "coupling/asking/test_ambiguous.py": ["match_resolve"],
    "integration/jobs/undo/test_undo_jobs.py": ["synch_job_undo"],
    "coupling/errors/test_bulk_conflicts.py": ["conflicts"],
    "coupling/errors/test_error_inbox.py": ["errors_assign", "errors_resolve"],
    "integration/sales/test_sales_buttons.py": ["sales_orders_action", "sales_quotes_action"],
    "integration/open_documents/test_editing.py": ["document_edit"],
    "integration/open_documents/test_notes.py": ["note", "note_add"],
    "integration/open_documents/test_actions_on_documents.py": [
        "document_action",
        "order_new",
        "quote_new",
        "invoice_new",
    ],
    "integration/open_documents/test_shipments_handled.py": ["shipments_invoice", "shipment_undo"],
    **BOOKS,
}
"""What needs a world of its own, and where it has one, below tests/."""
ELSEWHERE = {button: place for place, buttons in TRIED_IN.items() for button in buttons}
CHANGES_NOTHING = {
    "document_amounts", "list_columns", "list_views", "logout", "navigation_folded", "single_signon", "admin_sign_in",
    "connection_test",
    "fields_refresh", "guide_step welcome",
    "guide_step administrator", "guide_step check", "guide_from_setup",
}  # fmt: skip


@pytest.fixture
def furnished(world: JobsWorld, settings: Settings) -> JobsWorld:
    """A pair of customers, a queued run, lines of a full synchronization, Otto."""
    world.couple_jim()
    world.mapping().couplings.couple(world.add_customer("Adatum"), world.add_account("Adatum"))
    made("otto", AVAILABILITY)
    FullSynchLine.objects.create(mapping=world.mapping(), direction="both")
    return world


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_is_recorded_once_with_who_pressed_it(furnished: JobsWorld, name: str) -> None:
    button, client = BUTTONS[name], signed_in("annette", ADMINISTRATOR)
    if name in ("synch_job_cancel", "synch_job_try_now"):
        jobs.start(furnished.mapping(), Direction.TO_CRM)
    address, sent = button.address(furnished), button.sent(furnished)
    before = AuditEntry.objects.count()

    client.post(address, sent)

    entries = AuditEntry.objects.order_by("pk")[before:]
    assert [(one.action, one.kind) for one in entries] == button.recorded
    assert {one.who for one in entries} == {"annette"}


def test_every_address_that_takes_a_form_is_tried_or_said_to_change_nothing() -> None:
    tried = {name.partition(" ")[0] for name in BUTTONS}
    assert set(OVERWRITES_NOTHING) == tried | set(ELSEWHERE) | CHANGES_NOTHING
    assert not set(STALE) & (tried | set(ELSEWHERE) | CHANGES_NOTHING)
    assert all((TESTS / place).exists() for place in ELSEWHERE.values())


def test_a_pair_that_gives_way_because_its_other_record_is_gone_is_recorded(furnished: JobsWorld) -> None:
    gone = pair(furnished)
    furnished.crm.remove("account", gone.crm_id)
    address = reverse("record_action", args=["erp", "customer", "create"])

    signed_in("annette", ADMINISTRATOR).post(
        address, {"mapping": "CUSTOMER", "selected": str(gone.erp_id), "confirmed": "yes"}
    )

    entry = AuditEntry.objects.get(action="uncoupled")
    assert (entry.who, entry.before["Business Central id"]) == ("annette", str(gone.erp_id))


# --- the administration --------------------------------------------------------------------------------------


def test_what_records_itself_is_changed_by_nobody_in_the_administration(rf: RequestFactory, admin_user: User) -> None:
    request = rf.get("/")
    request.user = admin_user
    for model, place in administration.site._registry.items():
        if issubclass(model, Audited | Coupling):
            allowed = [place.has_add_permission(request), place.has_change_permission(request)]
            assert (model, [*allowed, place.has_delete_permission(request)]) == (model, [False] * 3)


def test_what_is_deleted_in_the_administration_is_recorded_once_without_its_values(db: None) -> None:
    chief = made("annette", ADMINISTRATOR, is_staff=True)
    metadata_cache().put("tables of Contoso", "x", 60)
    client = client_of(chief)
    [row] = CachedText.objects.all()

    client.post(reverse("admin:integration_cachedtext_delete", args=[row.pk]), {"post": "yes"})

    entry = AuditEntry.objects.get(kind=CachedText._meta.verbose_name)
    assert (entry.who, entry.action, entry.subject) == ("annette", "deleted", str(row.pk))
    assert not CachedText.objects.exists()


def test_a_customer_changed_in_the_administration_is_recorded_by_its_id(db: None) -> None:
    chief = made("annette", ADMINISTRATOR, is_staff=True)
    client = client_of(chief)

    typed = {"code": "14 DAYS", "description": "Fortnight", "discount_percent": "0"}
    client.post(reverse("admin:business_central_paymentterms_add"), typed)

    entry = AuditEntry.objects.get(action="created", kind="Payment Terms")
    assert (entry.who, "Fortnight" in f"{entry.subject}{entry.after}") == ("annette", False)


def test_who_may_not_enter_the_administration_leaves_no_entry_there(db: None) -> None:
    otto = signed_in("otto")
    before = AuditEntry.objects.count()
    otto.post(reverse("admin:business_central_paymentterms_add"), {"code": "14 DAYS"})
    assert AuditEntry.objects.count() == before
