"""Every address of the application, and who may open it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import URLPattern, get_resolver

from tests.people import ADMINISTRATOR, AVAILABILITY, INTEGRATOR, VIEWER

NOBODY, GROUPLESS = "nobody", "no group"

PEOPLE = (NOBODY, GROUPLESS, AVAILABILITY, VIEWER, INTEGRATOR, ADMINISTRATOR)

ANYBODY = set(PEOPLE)

SIGNED_IN = ANYBODY - {NOBODY}

SEERS, RUNNERS, CHIEFS = {VIEWER, INTEGRATOR, ADMINISTRATOR}, {INTEGRATOR, ADMINISTRATOR}, {ADMINISTRATOR}

ID = str(uuid.UUID(int=7))

NAME, RECORD = {"name": "CUSTOMER"}, {"mapping": "CUSTOMER", "erp_id": ID}


@dataclass(frozen=True)
class Page:
    """Who may look (GET) and who may press (POST), and an address of it."""

    look: set[str]
    press: set[str]
    where: dict[str, object] = field(default_factory=dict)


PAGES = {
    "login": Page(ANYBODY, ANYBODY),
    "components": Page(SEERS, SEERS),
    "list_columns": Page(SEERS, SEERS),
    "list_views": Page(SEERS, SEERS),
    "healthz": Page(ANYBODY, ANYBODY),
    "published": Page(ANYBODY, ANYBODY),  # asks for a key, whoever is signed in (tests/integration/published)
    "admin_sign_in": Page(set(), set()),  # it sends to the one sign-in, or says that this is not allowed
    "single_signon": Page(ANYBODY, ANYBODY),
    "single_signon_back": Page(ANYBODY, ANYBODY),
    "account_login": Page(ANYBODY, ANYBODY),
    "account_reauthenticate": Page(SIGNED_IN, SIGNED_IN),
    "mfa_index": Page(SIGNED_IN, SIGNED_IN),
    "mfa_authenticate": Page(ANYBODY, ANYBODY),
    "mfa_activate_totp": Page(SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": Page(SIGNED_IN, SIGNED_IN),
    "mfa_login_webauthn": Page(ANYBODY, ANYBODY),
    "mfa_add_webauthn": Page(SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": Page(SIGNED_IN, SIGNED_IN, {"pk": 7}),
    "mfa_view_recovery_codes": Page(SIGNED_IN, SIGNED_IN),
    "mfa_generate_recovery_codes": Page(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": Page(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": Page(SIGNED_IN, SIGNED_IN),
    "user_second_factor": Page(CHIEFS, CHIEFS, {"id": 7}),
    "logout": Page(SIGNED_IN, SIGNED_IN),
    "own_password": Page(SIGNED_IN, SIGNED_IN),
    "own_settings": Page(SIGNED_IN, SIGNED_IN),
    "own_time_zone": Page(SIGNED_IN, SIGNED_IN),
    "own_theme": Page(SIGNED_IN, SIGNED_IN),
    "navigation_folded": Page(SIGNED_IN, SIGNED_IN),
    "keyboard_help": Page(SIGNED_IN, SIGNED_IN),
    "search": Page(SEERS, SEERS),
    "search_sales": Page(SEERS, SEERS),
    "running_jobs": Page(SEERS, SEERS),
    "icons": Page(ANYBODY, ANYBODY),
    "favicon": Page(ANYBODY, ANYBODY),
    "users": Page(CHIEFS, CHIEFS),
    "user_new": Page(CHIEFS, CHIEFS),
    "user": Page(CHIEFS, CHIEFS, {"id": 7}),
    "user_password": Page(CHIEFS, CHIEFS, {"id": 7}),
    "user_unlock": Page(CHIEFS, CHIEFS, {"id": 7}),
    "user_key": Page(CHIEFS, CHIEFS, {"id": 7}),
    "user_key_revoke": Page(CHIEFS, CHIEFS, {"id": 7}),
    "home": Page(SEERS, SEERS),
    "audit": Page(CHIEFS, CHIEFS),
    "connection": Page(SEERS, CHIEFS),
    "connection_test": Page(SEERS, CHIEFS),
    "connection_enable": Page(SEERS, CHIEFS),
    "connection_disable": Page(CHIEFS, CHIEFS),
    "connection_reset_addresses": Page(SEERS, CHIEFS),
    "preflight": Page(SEERS, SEERS),
    "preflight_run": Page(SEERS, CHIEFS),
    "synchronize_modified": Page(RUNNERS, RUNNERS),
    "setup": Page(CHIEFS, CHIEFS),
    "guide": Page(CHIEFS, CHIEFS),
    "guide_step": Page(CHIEFS, CHIEFS, {"step": "welcome"}),
    "guide_from_setup": Page(CHIEFS, CHIEFS),
    "guide_use_sandbox": Page(CHIEFS, CHIEFS),
    "guide_administrator": Page(CHIEFS, CHIEFS),
    "guide_sign_in": Page(CHIEFS, CHIEFS),
    "guide_signed_in": Page(CHIEFS, CHIEFS),
    "guide_progress": Page(CHIEFS, CHIEFS),
    "mappings": Page(SEERS, SEERS),
    "mapping_defaults": Page(CHIEFS, CHIEFS),
    "mapping_new": Page(CHIEFS, CHIEFS),
    "mapping": Page(SEERS, CHIEFS, NAME),
    "mapping_count": Page(SEERS, SEERS, NAME),
    "mapping_delete": Page(CHIEFS, CHIEFS, NAME),
    "mapping_templates": Page(SEERS, CHIEFS, NAME),
    "fields": Page(SEERS, CHIEFS, NAME),
    "field_add": Page(SEERS, CHIEFS, NAME),
    "fields_refresh": Page(SEERS, CHIEFS, NAME),
    "options": Page(SEERS, SEERS, NAME),
    "option_add": Page(SEERS, CHIEFS, {**NAME, "side": "erp", "id": ID}),
    "templates": Page(SEERS, CHIEFS),
    "template": Page(SEERS, CHIEFS, {"id": 7}),
    "template_delete": Page(SEERS, CHIEFS, {"id": 7}),
    "steps": Page(SEERS, SEERS, {"field": 7}),
    "step_add": Page(CHIEFS, CHIEFS, {"field": 7}),
    "field_winner": Page(SEERS, CHIEFS, {"field": 7}),
    "step": Page(CHIEFS, CHIEFS, {"id": 7}),
    "step_change": Page(SEERS, CHIEFS, {"id": 7, "action": "up"}),
    "synch_jobs": Page(SEERS, SEERS),
    "record_log": Page(SEERS, SEERS, {"side": "erp", "table": "customer", "id": ID}),
    "synch_job": Page(SEERS, SEERS, {"id": ID}),
    "synch_job_undo": Page(RUNNERS, RUNNERS, {"id": ID}),
    "synch_job_cancel": Page(SEERS, RUNNERS, {"id": ID}),
    "synch_job_try_now": Page(SEERS, RUNNERS, {"id": ID}),
    "synch_job_approve": Page(SEERS, CHIEFS, {"id": ID}),
    "synch_job_reject": Page(SEERS, CHIEFS, {"id": ID}),
    "synch_errors": Page(SEERS, SEERS),
    "errors_assign": Page(SEERS, RUNNERS),
    "errors_resolve": Page(SEERS, RUNNERS),
    "conflicts": Page(RUNNERS, RUNNERS),
    "errors_action": Page(RUNNERS, RUNNERS, {"action": "retry"}),
    "sales_orders": Page(SEERS, SEERS),
    "sales_order": Page(SEERS, SEERS, {"id": ID}),
    "sales_orders_action": Page(RUNNERS, RUNNERS, {"action": "create"}),
    "sales_quotes": Page(SEERS, SEERS),
    "sales_quote": Page(SEERS, SEERS, {"id": ID}),
    "sales_quotes_action": Page(SEERS, RUNNERS, {"action": "create"}),
    "plans": Page(SEERS, SEERS),
    "plan_start": Page(SEERS, RUNNERS),
    "plan": Page(SEERS, SEERS, {"id": ID}),
    "plan_apply": Page(SEERS, RUNNERS, {"id": ID}),
    "full_synch": Page(SEERS, SEERS),
    "full_synch_start": Page(SEERS, RUNNERS),
    "full_synch_reset": Page(RUNNERS, RUNNERS),
    "full_synch_line": Page(SEERS, RUNNERS, {**NAME, "action": "restart"}),
    "job_queue": Page(SEERS, SEERS),
    "job_queue_edit": Page(RUNNERS, RUNNERS, {"id": 7}),
    "job_queue_entry": Page(SEERS, RUNNERS, {"id": 7, "action": "ready"}),
    "orders": Page(SEERS, SEERS),
    "quotes": Page(SEERS, SEERS),
    "invoices": Page(SEERS, SEERS),
    "order_new": Page(CHIEFS, CHIEFS),
    "quote_new": Page(CHIEFS, CHIEFS),
    "invoice_new": Page(CHIEFS, CHIEFS),
    "document_numbers": Page(SEERS, SEERS),
    "note": Page(CHIEFS, CHIEFS, {"id": ID}),
    "note_add": Page(SEERS, CHIEFS, {"id": ID}),
    "shipments": Page(SEERS, SEERS),
    "shipments_invoice": Page(SEERS, CHIEFS),
    "shipment": Page(SEERS, SEERS, {"id": ID}),
    "shipment_undo": Page(CHIEFS, CHIEFS, {"id": ID}),
    "archive": Page(SEERS, SEERS),
    "archived": Page(SEERS, SEERS, {"id": ID}),
    "document": Page(SEERS, SEERS, {"id": ID}),
    "document_edit": Page(CHIEFS, CHIEFS, {"id": ID}),
    "document_amounts": Page(SEERS, CHIEFS, {"id": ID}),
    "document_action": Page(CHIEFS, CHIEFS, {"id": ID, "action": "release"}),
    "erp_list": Page(SEERS, SEERS, {"table": "customer"}),
    "customers_in_sales": Page(SEERS, SEERS),
    "customer_in_sales": Page(SEERS, SEERS, {"id": ID}),
    "erp_card": Page(SEERS, SEERS, {"table": "customer", "id": ID}),
    "record_new": Page(RUNNERS, RUNNERS, {"table": "customer"}),
    "record_edit": Page(RUNNERS, RUNNERS, {"table": "customer", "id": ID}),
    "record_delete": Page(RUNNERS, RUNNERS, {"table": "customer", "id": ID}),
    "record_lookup": Page(RUNNERS, SEERS, {"table": "customer", "field": "salesperson_code"}),
    "crm_list": Page(SEERS, SEERS, {"entity": "account"}),
    "crm_card": Page(SEERS, SEERS, {"entity": "account", "id": ID}),
    "open_in_sales": Page(SEERS, SEERS, {"side": "crm", "table": "account", "id": ID}),
    "open": Page(SEERS, SEERS, {"entity": "account", "id": ID}),
    "record_action": Page(RUNNERS, RUNNERS, {"side": "erp", "table": "customer", "action": "create"}),
    "record_comparison": Page(SEERS, SEERS, {"side": "erp", "table": "customer", "id": ID}),
    "record_history": Page(SEERS, SEERS, {"side": "erp", "table": "customer", "id": ID}),
    "erase": Page(CHIEFS, CHIEFS, {"side": "erp", "table": "customer", "id": ID}),
    "mappings_uncouple": Page(RUNNERS, RUNNERS),
    "coupling": Page(RUNNERS, RUNNERS, RECORD),
    "coupling_set": Page(SEERS, RUNNERS, RECORD),
    "coupling_from": Page(RUNNERS, RUNNERS, {"mapping": "CUSTOMER", "crm_id": ID}),
    "match": Page(RUNNERS, RUNNERS, {"mapping": "CUSTOMER"}),
    "match_start": Page(SEERS, RUNNERS, {"mapping": "CUSTOMER"}),
    "match_resolve": Page(RUNNERS, RUNNERS, {"mapping": "CUSTOMER"}),
    "job_outcome": Page(SEERS, SEERS, {"job": ID}),
    "conflict": Page(RUNNERS, RUNNERS, RECORD),
    "posted_invoices": Page(SEERS, SEERS),
    "posted_invoice": Page(SEERS, SEERS, {"id": ID}),
    "posted_invoice_print": Page(SEERS, SEERS, {"id": ID}),
    "posted_invoice_pay": Page(CHIEFS, CHIEFS, {"id": ID}),
    "posted_invoice_cancel": Page(CHIEFS, CHIEFS, {"id": ID}),
    "posted_invoice_credit": Page(CHIEFS, CHIEFS, {"id": ID}),
    "posted_credit_memos": Page(SEERS, SEERS),
    "posted_credit_memo": Page(SEERS, SEERS, {"id": ID}),
    "posted_credit_memo_print": Page(SEERS, SEERS, {"id": ID}),
    "ledger_entries": Page(SEERS, SEERS),
    "ledger_entry": Page(SEERS, SEERS, {"id": ID}),
    "ledger_apply": Page(CHIEFS, CHIEFS, {"id": ID}),
    "ledger_unapply": Page(CHIEFS, CHIEFS, {"id": ID, "application_no": 1}),
    "payment_on_account": Page(CHIEFS, CHIEFS, {"id": ID}),
    "sales_setup": Page(SEERS, CHIEFS),
    "ledger_setup": Page(SEERS, CHIEFS),
    "vat_setup": Page(SEERS, CHIEFS),
    "synch_skipped": Page(SEERS, SEERS),
    "skipped_action": Page(RUNNERS, RUNNERS, {"action": "retry"}),
}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every named address but those of the administration and of the queues, which are looked at below."""
    waiting = [("", get_resolver())]
    while waiting:
        outer, resolver = waiting.pop()
        for pattern in resolver.url_patterns:
            inner = getattr(pattern, "namespace", None)
            if not isinstance(pattern, URLPattern):
                waiting.append((f"{outer}{inner}:" if inner else outer, pattern))
            elif not outer:
                yield str(pattern.name), pattern
