"""Who may do what: six groups, made anew after every migration from the one table below.

The rights of a group are changed here and nowhere else; what somebody adds to a group by hand is taken away again.
A person may be in several groups and then has the rights of all of them.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.apps import apps as every_app
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission

ADMINISTRATOR, INTEGRATOR, VIEWER, AVAILABILITY = "Administrator", "Integrator", "Viewer", "Availability"
ORDER_PROCESSOR, BOOKKEEPER = "Order Processor", "Bookkeeper"

SEE_PAGES = "integration.see_pages"
READ_AVAILABILITY = "integration.read_availability"
MANAGE_USERS = "integration.change_user"
READ_AUDIT = "integration.view_auditentry"
APPROVE = "integration.approve_syncjob"
EDIT_RECORD = "business_central.edit_record"
UNDO = "integration.undo_syncjob"
CARE_FOR_ERRORS = "integration.change_syncerror"
POST_DOCUMENT = "business_central.post_document"
POST_PAYMENT = "business_central.post_payment"
CHANGE_SALES_SETUP = "business_central.change_salesreceivablessetup"
CHANGE_LEDGER_SETUP = "business_central.change_generalledgersetup"
CHANGE_VAT_SETUP = "business_central.change_vatpostingsetup"

GROUPS: dict[str, tuple[str, ...]] = {
    ADMINISTRATOR: ("integration.*", "coupling.*", "business_central.*", "setup_wizard.*"),
    INTEGRATOR: (
        SEE_PAGES,
        "coupling.change_coupling",
        "integration.change_syncjob",
        UNDO,
        CARE_FOR_ERRORS,
        "integration.change_fullsynchline",
        "integration.change_jobqueueentry",
        EDIT_RECORD,
    ),
    ORDER_PROCESSOR: (SEE_PAGES, POST_DOCUMENT),
    BOOKKEEPER: (SEE_PAGES, POST_PAYMENT),
    VIEWER: (SEE_PAGES,),
    AVAILABILITY: (READ_AVAILABILITY,),
}
"""Group -> its rights as ``app.codename``; a star stands for all of an app."""

MEANING = {
    ADMINISTRATOR: "Everything: setup, mappings, users, approving runs that would change much, administration.",
    INTEGRATOR: "Couples and edits records, starts, retries and undoes runs, keeps the job queue; sees all pages.",
    ORDER_PROCESSOR: "Edits, releases, ships, invoices and archives documents of Business Central; sees all pages.",
    BOOKKEEPER: "Registers and applies payments, cancels and credits invoices, undoes shipments; sees all pages.",
    VIEWER: "Sees all pages and changes nothing.",
    AVAILABILITY: "Reads the published item availability with a web service access key; sees no page.",
}

PERMITS = {
    SEE_PAGES: "look at every page, at dry runs and errors; files for a spreadsheet",
    "coupling.change_coupling": "couple, match, create, decide a conflict, retry, uncouple",
    "integration.change_syncjob": "Synchronize Modified Records; make and apply dry runs; cancel a job",
    CARE_FOR_ERRORS: "give errors to a person; resolve them with a note",
    "integration.change_fullsynchline": "full synchronization: start, restart, reset",
    "integration.change_jobqueueentry": "job queue: start now, hold, minutes",
    "integration.change_connectionsetup": "Assisted Setup, Connection Setup (save, test, enable, disable), preflight",
    "integration.change_tablemapping": "mappings, their fields, steps, templates, options and defaults",
    "integration.add_tablemapping": "make a mapping of one's own",
    "integration.delete_tablemapping": "delete a mapping of one's own",
    APPROVE: "approve or reject a run that would change much",
    UNDO: "undo a run, or what it did with one record; with the right to approve, delete records it made",
    "coupling.delete_coupling": "erase what is remembered about a record",
    MANAGE_USERS: "Users and their web service access keys",
    READ_AUDIT: "Audit Log",
    EDIT_RECORD: "create, edit and delete customers, items and other records of Business Central",
    POST_DOCUMENT: "edit, release, reopen, ship, invoice and archive documents of Business Central",
    POST_PAYMENT: "register, apply and unapply payments; cancel and credit invoices; undo shipments",
    CHANGE_SALES_SETUP: "Sales & Receivables Setup: number series, write-in product, freight account",
    CHANGE_LEDGER_SETUP: "General Ledger Setup: the days that are open for posting",
    CHANGE_VAT_SETUP: "VAT Posting Setup: groups and rates",
    READ_AVAILABILITY: "read the published item availability with an access key; no page",
}
"""Right -> what it permits, for docs/rights.md. Every right that a view or template asks for is here."""

APPS = {right.partition(".")[0] for rights in GROUPS.values() for right in rights}


def refresh_groups(app_config: AppConfig, using: str, apps: Apps = every_app, **_: Any) -> None:
    """Give each group exactly its rights to the models of one app. For ``post_migrate``, after Django has made the
    permissions themselves; ``apps`` are those that are migrated so far, which need not be all."""
    if app_config.label not in APPS or "auth" not in apps.app_configs:
        return
    there = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    codes = {permission.pk: f"{app_config.label}.{permission.codename}" for permission in there}
    groups = {name: Group.objects.using(using).get_or_create(name=name)[0].pk for name in GROUPS}
    wanted = {(groups[name], pk) for name, rights in GROUPS.items() for pk in codes if granted(rights, codes[pk])}
    grants = Group.permissions.through._default_manager.using(using)
    held = grants.filter(group__in=groups.values(), permission__in=codes)
    rows = {(group, permission): pk for pk, group, permission in held.values_list("pk", "group_id", "permission_id")}
    grants.filter(pk__in=[pk for grant, pk in rows.items() if grant not in wanted]).delete()
    missing = [Group.permissions.through(group_id=g, permission_id=p) for g, p in sorted(wanted - rows.keys())]
    grants.bulk_create(missing, ignore_conflicts=True)


def granted(rights: tuple[str, ...], right: str) -> bool:
    """Whether these rights, stars included, contain that one."""
    return any(fnmatchcase(right, pattern) for pattern in rights)
