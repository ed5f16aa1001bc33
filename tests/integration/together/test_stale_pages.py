"""Two people at one form: whoever comes second is refused, is shown what changed, and may save again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.forms.formsets import BaseFormSet
from django.test.client import Client

import coupling
import integration
import setup_wizard
from integration.forms.versioned import Versioned
from integration.models import TableMapping
from setup_wizard.steps import STEPS
from tests.integration.bookkeeping.tried import LOOKED_AT as BOOKS
from tests.integration.people.addresses import PAGES
from tests.integration.together.stale import OVERWRITES_NOTHING, STALE, furnish
from tests.pages import form_on

pytestmark = pytest.mark.django_db
STEPS_OF_GUIDE = {f"guide_step {step.slug}" for step in STEPS}
MAKING = {
    "NewDocumentForm", "NewNoteForm", "NewFieldForm", "NewMappingForm", "ColumnsForm", "PairForm", "PairFormSet",
    "NewTemplateForm", "NewPersonForm",
}  # fmt: skip
"""Forms of something new."""
PARTS = {"FieldMappingForm", "ValueForm", "UseForm", "LineForm", "RateForm", "BusinessGroupForm", "ProductGroupForm"}
"""Lines of a formset, which is the one that looks."""
STORES_NOTHING = {"OnceForm", "PreviewForm", "RecordFilter", "PostingForm", "SalesDocumentFilter"}
OF_ONESELF = {
    "OwnSettingsForm", "TypedCode", "CodeForm", "ConfirmingCodeForm", "FirstCodeForm", "NewPasskeyForm", "ShownPasskey",
    "PasskeyForm", "ConfirmingPasskeyForm", "PasskeyAloneForm",
}  # fmt: skip
"""What nobody but the person it is about can change."""


@pytest.fixture(autouse=True)
def everything(mapping: TableMapping) -> None:
    TableMapping.objects.filter(pk=mapping.pk).update(only_coupled=not mapping.only_coupled)
    furnish(mapping)


def opened(admin: Client, name: str) -> tuple[str, dict[str, Any]]:
    """The form as it is shown now, and what is typed into it: (address it goes to, values)."""
    case = STALE[name]
    press = (case.press or case.look)()
    return press, {**form_on(admin, case.look(), press), **case.typed()}


@pytest.mark.parametrize("name", STALE)
def test_a_form_on_a_stale_page_stores_nothing_and_shows_what_changed(admin: Client, name: str) -> None:
    case = STALE[name]
    press, sent = opened(admin, name)
    case.other()
    before = case.reads()

    answer = admin.post(press, sent, follow=True).content.decode()

    assert "Somebody else saved this page" in answer
    assert case.says in answer
    assert case.reads() == before


@pytest.mark.parametrize("name", STALE)
def test_the_same_form_on_a_fresh_page_stores_what_was_typed(admin: Client, name: str) -> None:
    case = STALE[name]
    case.other()
    before = case.reads()
    press, sent = opened(admin, name)

    answer = admin.post(press, sent, follow=True)

    assert "Somebody else" not in answer.content.decode()
    assert case.reads() != before


@pytest.mark.parametrize("name", STALE)
def test_a_form_that_does_not_say_what_its_page_showed_stores_nothing(admin: Client, name: str) -> None:
    case = STALE[name]
    press, sent = opened(admin, name)
    before = case.reads()

    answer = admin.post(press, {name: value for name, value in sent.items() if name != "seen"}, follow=True)

    assert "This page is incomplete" in answer.content.decode()
    assert case.reads() == before


STAYS = ["connection", "mapping", "mapping_templates", "fields", "step", "template", "user", "job_queue_edit",
         "guide_step connection", "guide_step data"]  # fmt: skip


@pytest.mark.parametrize("name", STAYS)
def test_what_was_typed_is_still_there_and_saving_again_stores_it(admin: Client, name: str) -> None:
    case = STALE[name]
    press, sent = opened(admin, name)
    case.other()
    before = case.reads()
    refused = admin.post(press, sent)

    form = refused.context.get("formset") or refused.context["form"]
    seen = form.stamp() if isinstance(form, BaseFormSet) else form["seen"].value()
    admin.post(press, {**sent, "seen": seen})

    assert case.reads() != before


# --- no form is forgotten ------------------------------------------------------------------------------------


def all_forms() -> Iterator[type]:
    """Every form and formset of the application."""
    for app in (integration, coupling, setup_wizard):
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if ".forms" in module.name or ".admin" in module.name:
                importlib.import_module(module.name)
    waiting: list[type] = [forms.BaseForm, BaseFormSet]
    while waiting:
        waiting += (found := waiting.pop()).__subclasses__()
        if found.__module__.split(".")[0] in ("integration", "coupling", "setup_wizard"):
            yield found


def test_every_form_looks_at_what_was_seen_or_says_why_it_need_not() -> None:
    strangers = [one.__name__ for one in all_forms() if not issubclass(one, Versioned)]
    assert {*strangers} - MAKING - PARTS - STORES_NOTHING - OF_ONESELF == set()


LOOKED_AT = {
    "archive", "archived", "document", "document_numbers", "invoices", "orders", "quotes", "shipment", "shipments",
    "audit", "components", "coupling", "coupling_from", "crm_card", "crm_list", "erp_card", "erp_list", "full_synch",
    "guide", "customer_in_sales", "customers_in_sales", "published",
    "guide_administrator", "guide_progress", "guide_sign_in", "guide_signed_in", "healthz", "home", "job_queue",
    "job_outcome", "mapping_count", "mappings", "match", "mfa_index", "mfa_view_recovery_codes", "open",
    "open_in_sales", "options", "record_comparison", "record_history", "record_log",
    "plan", "plans", "preflight", "record_lookup", "sales_order", "sales_orders", "sales_quote", "sales_quotes",
    "setup", "steps", "synch_errors",
    "synch_job", "synch_jobs", "synch_skipped", "users",
    "favicon", "icons", "keyboard_help", "own_time_zone", "running_jobs", "search", "search_sales",
}  # fmt: skip
"""Pages without a form of their own."""


def test_every_address_that_takes_a_form_is_tried_here_or_says_why_it_need_not() -> None:
    known = {*STALE, *OVERWRITES_NOTHING, *LOOKED_AT, *BOOKS}
    assert known - set(PAGES) == STEPS_OF_GUIDE
    assert set(PAGES) - known == {"guide_step"}
