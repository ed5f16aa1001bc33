"""Every form that changes something leaves its entries in the audit log: each once, with who did it."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.models import AuditEntry, TableMapping
from tests.integration.together.stale import STALE, furnish
from tests.pages import form_on

pytestmark = pytest.mark.django_db
SETUP = "Microsoft Dynamics 365 Connection Setup"
MAPPING, FIELD = "integration table mapping", "integration field mapping"
STEP, TEMPLATE, GUIDE = "transformation rule", "configuration template", "assisted setup of the connection"
RECORDED = {
    "connection": [("changed", SETUP)],
    "connection_enable": [("enabled", "connection")],
    "mapping": [("changed", MAPPING)],
    "mapping_delete": [("deleted", MAPPING)],
    "mapping_defaults": [("changed", MAPPING), ("reset", MAPPING)],
    "mapping_templates": [("changed", "template of a mapping")],
    "fields": [("changed", FIELD)],
    "field_winner": [("changed", FIELD)],
    "step_add": [("created", STEP)],
    "step": [("changed", STEP)],
    "step_change": [("deleted", STEP)],
    "template": [("changed", TEMPLATE)],
    "template_delete": [("deleted", TEMPLATE)],
    "user": [("changed", "user")],
    "job_queue_edit": [("changed", "job queue entry")],
    "match_start": [("changed", FIELD)],
    "guide_step connection": [("changed", SETUP)],
    "guide_step data": [("changed", GUIDE)],
    "guide_step integration-user": [("changed", GUIDE)],
    "guide_step finish": [("enabled", "connection"), ("changed", GUIDE)],
}


@pytest.fixture(autouse=True)
def everything(mapping: TableMapping) -> None:
    TableMapping.objects.filter(pk=mapping.pk).update(only_coupled=not mapping.only_coupled)
    furnish(mapping)


@pytest.mark.parametrize("name", STALE)
def test_a_form_is_recorded_once_with_who_sent_it(admin: Client, name: str) -> None:
    case = STALE[name]
    press = (case.press or case.look)()
    sent = {**form_on(admin, case.look(), press), **case.typed()}
    if name == "guide_step finish":
        sent.pop("run_full")
    if name == "guide_step integration-user":
        sent["assign_roles"] = ["on"]
    before = AuditEntry.objects.count()

    admin.post(press, sent)

    entries = AuditEntry.objects.order_by("pk")[before:]
    about = [(one.action, one.kind) for one in entries]
    wanted = RECORDED[name]
    # What has to be there for the first time (mappings, jobs) is created besides.
    assert [one for one in about if one in wanted or one[0] != "created"] == wanted
    assert {one.who for one in entries} == {"annette"}
    assert len({(one.action, one.kind, one.subject) for one in entries}) == len(entries)


def test_saving_a_form_without_a_change_leaves_no_entry(admin: Client) -> None:
    for name in ("connection", "mapping", "mapping_templates", "fields", "template", "user", "job_queue_edit", "step"):
        case = STALE[name]
        sent = form_on(admin, case.look(), case.look())
        before = AuditEntry.objects.count()
        admin.post(case.look(), sent)
        assert (name, AuditEntry.objects.count()) == (name, before)
