"""What this app adds to the navigation and to the pages of integration: records, couplings, what is skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coupling.pages.tables import Place, editing_of, every
from integration.models import SyncError, TableMapping
from integration.models.jobs.full_synch import FullSynchLine
from integration.models.people.rights import EDIT_RECORD
from integration.pages.parts import Entry, PagePart
from integration.pages.standings import Standing
from integration.sync.problems import Conflict, TwinGone
from integration.systems.values import Side

COUPLE = "coupling.change_coupling"
GROUPS = {
    "Sales & Marketing": 300,
    "Purchasing": 360,
    "Inventory & Resources": 370,
    "Finance": 380,
    "Dynamics 365 Sales": 400,
}
"""The groups of tables in the navigation, in their order; each leaves room for what other apps add."""
MASTER_GONE = "twin-merged"


def _entry(side: Side, table: str, place: Place) -> Entry:
    return Entry(place.group, GROUPS[place.group] + place.position, place.label, f"{side.value}_list", (table,))


ENTRIES = (
    Entry("Synchronization", 240, "Skipped Records", "synch_skipped"),
    *(_entry(page.side, page.name, page.place) for page in every() if page.place is not None),
)


def _record(subject: tuple[str, str, object]) -> tuple[object, ...]:
    """A record is (side, table, id)."""
    return subject[1:]


def _on_erp(subject: tuple[str, str, object]) -> bool:
    return subject[0] == "erp"


def _on_crm(subject: tuple[str, str, object]) -> bool:
    return subject[0] == "crm"


def _couples(error: SyncError) -> bool:
    return bool(error.couples_erp) and not error.closed_at


def _other_is_named(error: SyncError) -> bool:
    return _couples(error) and bool(error.couple_with) and error.code != MASTER_GONE


def _master_is_named(error: SyncError) -> bool:
    return _couples(error) and bool(error.couple_with) and error.code == MASTER_GONE


def _of_error(error: SyncError) -> tuple[object, ...]:
    return error.mapping.name, error.couples_erp


def _with_it(error: SyncError) -> dict[str, str]:
    return {"crm_id": error.couple_with}


def _in_conflict(error: SyncError) -> bool:
    """Also where it is closed: the pass back meets the same conflict and replaces the error. Not where it is decided
    and a run is carrying it."""
    return error.code == Conflict.code and error.erp_id is not None and not getattr(error, "is_carried", False)


def _may_be_retried(error: SyncError) -> bool:
    """A conflict that is tried again stays one: it has to be decided."""
    return error.code != Conflict.code


def _has_lost_a_record(error: SyncError) -> bool:
    """Was one of both records deleted, and nobody has decided what then?"""
    return error.code == TwinGone.code and not error.closed_at and not error.mapping.internal


def _error_query(error: SyncError | None) -> dict[str, str]:
    """One conflict, or all."""
    return {"error": str(error.pk)} if error else {}


def _of_conflict(error: SyncError) -> tuple[object, ...]:
    return error.mapping.name, error.erp_id


def _in_sales(mapping: Any) -> bool:
    """Where several mappings share the table of Business Central, the list of the other side has only this one's."""
    return bool(mapping.shares_table)


def _list_of(side: Side) -> Callable[[TableMapping], tuple[object, ...]]:
    return lambda mapping: (mapping.table(side),)


def _coupled(mapping: TableMapping) -> dict[str, str]:
    return {"state": Standing.COUPLED.value}


def _of_mapping(mapping: TableMapping) -> dict[str, str]:
    return {"mapping": mapping.name}


def _erp_record(error: SyncError) -> tuple[object, ...]:
    return error.mapping.erp_table, error.erp_id


def _is_edited(error: SyncError) -> bool:
    """Is it about a record of Business Central that people edit here?"""
    return error.erp_id is not None and not error.closed_at and editing_of(error.mapping.erp_table) is not None


def _is_enabled(setup: Any) -> bool:
    return bool(setup.is_enabled)


def _is_not_started(line: FullSynchLine) -> bool:
    return not line.status and line.recommendation == FullSynchLine.Recommendation.COUPLE


def _of_line(line: FullSynchLine) -> tuple[object, ...]:
    return (line.mapping.name,)


def _preview(line: FullSynchLine) -> dict[str, str]:
    return {"preview": "yes"}


def _bulk(order: int, label: str, action: str) -> PagePart:
    """One thing that is done with all chosen errors."""
    return PagePart(
        "errors.selection",
        order,
        label,
        "errors_action",
        args=lambda _: (action,),
        right=COUPLE,
        form="selection",
        primary=order == 0,
    )


MENDING = (
    (1, "Restore", lambda _: ("restore",)),
    (2, "Delete the Other Record", lambda _: ("delete",)),
    (3, "Delete Coupling", lambda _: ("uncouple",)),
)
"""What is done about a pair that has lost a record: the verbs of Skipped Records."""

PARTS = (
    PagePart("record", 0, "Business Central", "erp_card", args=_record, when=_on_erp),
    PagePart("record", 1, "Dynamics 365 Sales", "crm_card", args=_record, when=_on_crm),
    PagePart(
        "posted_invoice.create",
        0,
        "Create Invoice in Dynamics 365 Sales",
        "record_action",
        lambda _: ("erp", "sales_invoice_header", "create"),
        right=COUPLE,
        form="record",
    ),
    PagePart("posted_invoice", 0, "Synchronization", "erp_card", lambda key: ("sales_invoice_header", key)),
    PagePart("document.links", 0, "Synchronization", "erp_card", lambda order: ("sales_header", order)),
    PagePart("coupled.of_mapping", 0, "Coupled Records", "crm_list", _list_of(Side.CRM), _coupled, _in_sales),
    PagePart("coupled.of_mapping", 1, "Coupled Records", "erp_list", _list_of(Side.ERP), _coupled),
    PagePart("skipped", 0, "Skipped Records", "synch_skipped"),
    PagePart("skipped.of_mapping", 0, "Skipped Records", "synch_skipped", query=_of_mapping),
    PagePart(
        "connection.actions",
        50,
        "Couple Salespeople",
        "match",
        lambda _: ("SALESPEOPLE",),
        when=_is_enabled,
        right=COUPLE,
    ),
    PagePart("connection.related", 50, "Skipped Records", "synch_skipped"),
    PagePart("errors.actions", 0, "Skipped Records", "synch_skipped"),
    PagePart("mappings.selection", 0, "Delete Couplings", "mappings_uncouple", right=COUPLE, form="selection"),
    PagePart(
        "full_synch.line", 0, "Count what would change", "match", _of_line, _preview, when=_is_not_started, right=COUPLE
    ),
    PagePart("error.links", 0, "Set Up Coupling", "coupling", _of_error, when=_couples, right=COUPLE),
    PagePart("error.links", 1, "Couple with It", "coupling", _of_error, _with_it, _other_is_named, COUPLE),
    PagePart("error.links", 2, "Couple with the Master", "coupling", _of_error, _with_it, _master_is_named, COUPLE),
    PagePart(
        "error.links", 4, "Edit in Business Central", "record_edit", _erp_record, when=_is_edited, right=EDIT_RECORD
    ),
    PagePart("error.links", 3, "Compare and Decide", "conflict", _of_conflict, when=_in_conflict, right=COUPLE),
    PagePart("error.buttons", 0, "Retry", "errors_action", lambda _: ("retry",), when=_may_be_retried, right=COUPLE),
    *(
        PagePart(place, order, label, "errors_action", act, when=_has_lost_a_record, right=COUPLE)
        for place in ("error.buttons", "error.mending")
        for order, label, act in MENDING
    ),
    PagePart("home.conflicts", 0, "Decide", "conflicts", query=_error_query, right=COUPLE),
    PagePart("home.retry_skipped", 0, "Retry All", "skipped_action", lambda _: ("retry-all",), right=COUPLE),
    PagePart("home.retry_posts", 0, "Retry Posts", "skipped_action", lambda _: ("retry-posts",), right=COUPLE),
    _bulk(0, "Retry", "retry"),
    _bulk(1, "Decide Conflicts", "decide"),
    _bulk(2, "Send: Business Central Wins", "send"),
    _bulk(3, "Get: Sales Wins", "get"),
    _bulk(4, "Merge", "merge"),
    _bulk(5, "Restore Records", "restore"),
    _bulk(6, "Delete the Other Records", "delete"),
    _bulk(7, "Delete Couplings", "uncouple"),
)
