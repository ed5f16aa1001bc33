"""Every page that changes something stored, with what one person does there and another one did meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from coupling.models import Coupling
from integration.models import (
    ConnectionSetup,
    FieldMapping,
    FieldTransformation,
    JobQueueEntry,
    RecordTemplate,
    TableMapping,
    TemplateUse,
    User,
)
from setup_wizard.models import Guide
from setup_wizard.steps import STEPS
from tests.integration.bookkeeping.tried import TRIED_IN as BOOKS
from tests.people import INTEGRATOR, made


def customer() -> TableMapping:
    return TableMapping.objects.get(name="CUSTOMER")


def city() -> FieldMapping:
    return customer().fields.get(crm_field="address1_city")


def template() -> RecordTemplate:
    return RecordTemplate.objects.get(name="DOMESTIC")


def otto() -> User:
    return User.objects.get(username="otto")


def furnish(mapping: TableMapping) -> None:
    """One thing of every kind: steps, a template in use, a coupled pair, Otto, a mapping of one's own, a guide that
    has been gone through."""
    for place, kind in enumerate(("uppercase", "trim"), 1):
        FieldTransformation.objects.create(field=city(), kind=kind, position=place * 10)
    FieldMapping.objects.filter(pk=city().pk).update(first_wins="ask")
    domestic = RecordTemplate.objects.create(name="DOMESTIC", side="erp", table="customer")
    domestic.values.create(field="city", value="London")
    TemplateUse.objects.create(mapping=mapping, template=domestic)
    RecordTemplate.objects.create(name="FOREIGN", side="erp", table="customer").values.create(
        field="city", value="Rome"
    )
    Coupling.objects.create(mapping=mapping, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    made("otto", INTEGRATOR)
    own = TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", user_defined=True)
    FieldMapping.objects.create(mapping=own, erp_field="name", crm_field="name")
    FieldTransformation.objects.create(field=own.fields.get(), kind="prefix", parameters={"text": "A"})
    Guide.current()
    Guide.objects.update(done=[step.slug for step in STEPS], import_solution=False, assign_roles=False)


def change(model: Any, **values: object) -> None:
    """What another person saves, on whatever page."""
    row = model.objects.get(pk=values.pop("pk"))
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def setup(**values: object) -> Callable[[], None]:
    return lambda: change(ConnectionSetup, pk=ConnectionSetup.current().pk, **values)


def on_customer(**values: object) -> Callable[[], None]:
    return lambda: change(TableMapping, pk=customer().pk, **values)


def line_of(name: str) -> str:
    """The place of a field of CUSTOMER among the lines of its page."""
    return f"form-{[field.crm_field for field in customer().fields.all()].index(name)}"


def another_step() -> None:
    FieldTransformation.objects.create(field=city(), kind="title")


@dataclass(frozen=True)
class Stale:
    """``look`` shows the form that is sent to ``press`` with these ``typed`` values; ``other`` is what somebody else
    does in between, and ``says`` what the page then says of it. ``reads`` is what the form would change."""

    look: Callable[[], str]
    other: Callable[[], object]
    says: str
    reads: Callable[[], object]
    press: Callable[[], str] | None = None
    typed: Callable[[], dict[str, str]] = field(default=dict)


def at(name: str, *args: object) -> Callable[[], str]:
    return lambda: reverse(name, args=args)


def steps_page() -> str:
    return reverse("steps", args=[city().pk])


STALE = {
    "connection": Stale(
        at("connection"),
        setup(client_id="4711"),
        "client id: “3f2a” → “4711”",
        lambda: ConnectionSetup.current().tenant,
        typed=lambda: {"tenant": "fabrikam.example"},
    ),
    "connection_enable": Stale(
        at("connection"),
        setup(url="https://fabrikam.crm4.dynamics.com", client_secret="the secret of Fabrikam"),
        "“https://contoso.crm4.dynamics.com” → “https://fabrikam.crm4.dynamics.com”",
        lambda: ConnectionSetup.current().is_enabled,
        press=at("connection_enable"),
    ),
    "mapping": Stale(
        at("mapping", "CUSTOMER"),
        on_customer(conflict="send"),
        "“None” → “Send Update to Integration”",
        lambda: customer().deletion,
        typed=lambda: {"deletion": "restore"},
    ),
    "mapping_delete": Stale(
        at("mapping_delete", "FIRMS"),
        lambda: FieldMapping.objects.create(
            mapping=TableMapping.objects.get(name="FIRMS"), erp_field="city", crm_field="name"
        ),
        "fields: “1” → “2”",
        lambda: TableMapping.objects.filter(name="FIRMS").exists(),
    ),
    "mapping_defaults": Stale(
        lambda: reverse("mapping_defaults") + "?name=CUSTOMER",
        on_customer(deletion="restore"),
        "CUSTOMER, resolve deletion conflicts: “not there” → “Restore Records”",
        lambda: customer().only_coupled,
        press=at("mapping_defaults"),
        typed=lambda: {"name": "CUSTOMER"},
    ),
    "mapping_templates": Stale(
        at("mapping_templates", "CUSTOMER"),
        lambda: change(TemplateUse, pk=TemplateUse.objects.get().pk, condition="address1_city = London"),
        "DOMESTIC: “10, every record” → “10, address1_city is London”",
        lambda: TemplateUse.objects.get().priority,
        typed=lambda: {"use-0-priority": "99"},
    ),
    "fields": Stale(
        at("fields", "CUSTOMER"),
        lambda: change(FieldMapping, pk=customer().fields.get(crm_field="name").pk, match_priority=9),
        "match priority",
        lambda: city().match_priority,
        typed=lambda: {f"{line_of('address1_city')}-match_priority": "7"},
    ),
    "field_winner": Stale(
        steps_page,
        another_step,
        "rule 3: “not there” → “Title",
        lambda: city().first_wins,
        press=lambda: reverse("field_winner", args=[city().pk]),
        typed=lambda: {"first_wins": "erp"},
    ),
    "step_add": Stale(
        lambda: reverse("step_add", args=[city().pk]) + "?kind=lowercase",
        another_step,
        "rule 3: “not there” → “Title",
        lambda: city().transformations.filter(kind="lowercase").exists(),
    ),
    "step": Stale(
        lambda: reverse("step", args=[FieldTransformation.objects.get(kind="prefix").pk]),
        lambda: change(FieldTransformation, pk=FieldTransformation.objects.get(kind="prefix").pk, direction="to_crm"),
        "both ways",
        lambda: FieldTransformation.objects.get(kind="prefix").parameters["text"],
        typed=lambda: {"text": "B"},
    ),
    "step_change": Stale(
        steps_page,
        another_step,
        "rule 3: “not there” → “Title",
        lambda: city().transformations.filter(kind="trim").exists(),
        press=lambda: reverse("step_change", args=[city().transformations.get(kind="trim").pk, "remove"]),
    ),
    "template": Stale(
        lambda: reverse("template", args=[template().pk]),
        lambda: template().values.create(field="name", value="Adatum"),
        "name: “not there” → “Adatum”",
        lambda: template().values.get(field="city").value,
        typed=lambda: {"value-0-value": "Leeds"},
    ),
    "template_delete": Stale(
        lambda: reverse("template", args=[RecordTemplate.objects.get(name="FOREIGN").pk]),
        lambda: RecordTemplate.objects.get(name="FOREIGN").values.update(value="Paris"),
        "city: “Rome” → “Paris”",
        lambda: RecordTemplate.objects.filter(name="FOREIGN").exists(),
        press=lambda: reverse("template_delete", args=[RecordTemplate.objects.filter(name="FOREIGN").get().pk]),
    ),
    "user": Stale(
        lambda: reverse("user", args=[otto().pk]),
        lambda: otto().assign([]),
        "groups: “Integrator” → “”",
        lambda: otto().first_name,
        typed=lambda: {"first_name": "Otto"},
    ),
    "job_queue_edit": Stale(
        lambda: reverse("job_queue_edit", args=[customer().queue_entries.get().pk]),
        lambda: JobQueueEntry.objects.filter(mapping=customer()).update(max_attempts=3),
        "maximum attempts: “10” → “3”",
        lambda: customer().queue_entries.get().minutes,
        typed=lambda: {"minutes": "5"},
    ),
    "match_start": Stale(
        at("match", "CUSTOMER"),
        lambda: change(FieldMapping, pk=customer().fields.get(crm_field="name").pk, case_sensitive=True),
        "case-sensitive",
        lambda: city().match_priority,
        press=at("match_start", "CUSTOMER"),
        typed=lambda: {f"priority-{city().pk}": "7", "preview": "yes"},
    ),
    "guide_step connection": Stale(
        at("guide_step", "connection"),
        setup(client_id="4711"),
        "client id: “3f2a” → “4711”",
        lambda: ConnectionSetup.current().tenant,
        typed=lambda: {"tenant": "fabrikam.example", "client_secret": "the secret of Fabrikam"},
    ),
    "guide_step data": Stale(
        at("guide_step", "data"),
        setup(sales_enabled=False),
        "Sales connection enabled: “yes” → “no”",
        lambda: Guide.current().tables,
        typed=lambda: {"direction-CUSTOMER": "to_crm"},
    ),
    "guide_step integration-user": Stale(
        at("guide_step", "integration-user"),
        lambda: change(Guide, pk=Guide.current().pk, assign_roles=True),
        "security roles: “no” → “yes”",
        lambda: Guide.current().assign_roles,
        typed=lambda: {"assign_roles": ""},
    ),
    "guide_step finish": Stale(
        at("guide_step", "finish"),
        setup(sdk_version="9.1"),
        "Dynamics 365 SDK version: “” → “9.1”",
        lambda: ConnectionSetup.current().is_enabled,
    ),
}
"""By the name of the address that the form is sent to, and the step where the address has several."""

MAKES, ASKS, STARTS, NOTHING, OWN, MINE = (
    "It makes something new; what is there already is refused by its name.",
    "It does one thing whatever stood on the page, and says what came of it.",
    "It starts a run or a task, which goes by what is stored then.",
    "It stores nothing that a person could have changed.",
    "What it replaces is never shown.",
    "Nobody but the person it is about can change it.",
)
OVERWRITES_NOTHING = {
    "login": NOTHING, "logout": NOTHING, "single_signon": NOTHING, "single_signon_back": NOTHING,
    "own_settings": MINE, "list_columns": MINE, "list_views": MINE, "own_theme": MINE, "navigation_folded": MINE,
    "admin_sign_in": NOTHING, "guide_from_setup": NOTHING, "account_login": NOTHING,
    "account_reauthenticate": NOTHING, "mfa_authenticate": NOTHING,
    "mfa_activate_totp": MAKES, "mfa_deactivate_totp": ASKS, "mfa_login_webauthn": NOTHING, "mfa_add_webauthn": MAKES,
    "mfa_remove_webauthn": ASKS, "mfa_generate_recovery_codes": ASKS, "mfa_reauthenticate": NOTHING,
    "mfa_reauthenticate_webauthn": NOTHING, "own_password": OWN, "user_password": OWN,
    "user_new": MAKES, "user_unlock": ASKS, "user_key": OWN, "user_key_revoke": ASKS, "user_second_factor": ASKS,
    "connection_test": NOTHING, "connection_disable": ASKS, "connection_reset_addresses": ASKS,
    "synchronize_modified": STARTS, "preflight_run": STARTS, "guide_use_sandbox": ASKS,
    "guide_step welcome": NOTHING, "guide_step administrator": NOTHING, "guide_step check": NOTHING,
    "mapping_new": MAKES, "templates": MAKES, "field_add": MAKES, "fields_refresh": NOTHING, "option_add": MAKES,
    "synch_job_cancel": ASKS, "synch_job_try_now": STARTS, "synch_job_undo": STARTS, "synch_job_approve": ASKS,
    "synch_job_reject": ASKS, "plan_start": STARTS, "plan_apply": STARTS, "full_synch_start": STARTS,
    "full_synch_reset": ASKS, "full_synch_line": ASKS, "job_queue_entry": ASKS,
    "record_action": STARTS, "errors_action": STARTS, "skipped_action": STARTS, "erase": ASKS,
    "mappings_uncouple": ASKS, "sales_orders_action": STARTS, "sales_quotes_action": STARTS,
    "order_new": MAKES, "quote_new": MAKES, "invoice_new": MAKES, "document_amounts": NOTHING, "note_add": MAKES,
    "shipments_invoice": ASKS, "shipment_undo": ASKS,
    "note": "It is tried in tests/integration/open_documents/test_notes.py.",
    "document_edit": "It is tried in tests/integration/open_documents/test_editing.py.",
    "document_action": "It carries the version seen: tests/integration/open_documents/test_actions_on_documents.py.",
    "record_new": MAKES,
    "record_edit": "It is tried in tests/coupling/editing/test_two_people.py.",
    "record_delete": "It carries the version seen: tests/coupling/editing/test_deleting.py.",
    **dict.fromkeys(("coupling_set", "match_resolve"), "They compare with what was seen: tests/coupling/asking/."),
    "conflicts": "It compares the versions of both with what was seen: tests/coupling/errors/test_bulk_conflicts.py.",
    "errors_assign": "It compares whose each error was: tests/coupling/errors/test_error_inbox.py.",
    "errors_resolve": "Of two people one resolves it: tests/coupling/errors/test_error_inbox.py.",
    "conflict": "It compares the versions of both records with what was seen: tests/coupling/test_conflicts.py.",
    **{name: f"It compares with what was seen: tests/{place}" for place, names in BOOKS.items() for name in names},
}  # fmt: skip
"""Addresses that take a form and need no look at what was seen, with the reason."""
