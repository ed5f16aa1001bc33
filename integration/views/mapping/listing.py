"""Integration Table Mappings: the list, with how many fields, couplings and open errors each of them has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from integration.forms.filters import MappingFilter
from integration.models import FieldMapping, SyncError, TableMapping
from integration.pages.lists.cells import LONGEST_CELL, LONGEST_TITLE, Cell, Column, Width
from integration.pages.lists.described import described
from integration.pages.mapping_words import MappingsInWords
from integration.pages.parts import first_url
from integration.pages.runs.nouns import noun
from integration.pages.runs.titles import noun_of
from integration.pages.states import Shown, Style
from integration.sync.rules import ConflictPolicy, DeletionPolicy
from integration.systems.formats import whole
from integration.systems.values import Side
from integration.systems.wording import shorten
from integration.views.stored_lists import Own, StoredList, stored_list

CHANGE = "integration.change_tablemapping"
WINNERS = {ConflictPolicy.SEND.value: "Send Update", ConflictPolicy.GET.value: "Get Update"}
FULL, OWN = Shown("Full run needed", Style.AMBIGUOUS), Shown("Made by people", Style.SUBDUED)
TABLE = described(
    TableMapping,
    {
        "position": "Order", "name": "Name", "erp_table": "Table in Business Central", "crm_table": "Table in Sales",
        "erp_filter": "Filter in Business Central", "crm_filter": "Filter in Sales", "only_coupled": "Only Coupled",
        "full_run_needed": "Full Run Needed", "user_defined": "Made by People", "changed_at": "Changed",
    },
)  # fmt: skip


def with_numbers(rows: QuerySet[TableMapping]) -> QuerySet[TableMapping]:
    """With what the list shows besides: jobs, how many couplings and open errors there are, and whether another mapping
    has the same table of Business Central."""
    same_table = TableMapping.objects.filter(erp_table=OuterRef("erp_table")).exclude(pk=OuterRef("pk"))
    listed = rows.prefetch_related("queue_entries").annotate(
        coupled=Coalesce("tally__coupled", 0),
        open_errors=_number_of(SyncError.objects.open()),
        shares_table=Exists(same_table),
        pairs=_number_of(FieldMapping.objects.filter(is_enabled=True)),
    )
    return listed.order_by("position", "name")


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many of these a mapping has."""
    counted = rows.filter(mapping=OuterRef("pk")).order_by().values("mapping").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _table(name: str, label: str, called: Callable[[str], str]) -> Own:
    """One side: what its records are called; the title has the table and the filter."""

    def cell(row: Any) -> Cell:
        side = name.partition("_")[0]
        table, where = getattr(row, name), getattr(row, f"{side}_filter")
        kind = f" ({row.key_type})" if side == Side.CRM else ""
        title = f"{table}{kind}{f', filter: {where}' if where else ''}"
        return Cell(called(table), title=title)

    return Own(Column(name, label, Width.TEXT, name), cell, lambda row: getattr(row, name))


def _filter(name: str, label: str, side: Side) -> Own:
    """The filter of one side in words; the title has its text too, and a spreadsheet that alone."""

    def cell(row: Any) -> Cell:
        words, text = row.in_words.filter(row, side), row.filter(side)
        title = f"{words}. As text: {text}" if text else ""
        return Cell(shorten(words, LONGEST_CELL), title=shorten(title, LONGEST_TITLE))

    return Own(Column(name, label, Width.TEXT, name), cell, lambda row: row.filter(side))


def _prepared(found: Sequence[Any]) -> None:
    """Each mapping gets who words its filters."""
    words = MappingsInWords(found)
    for row in found:
        row.in_words = words


def _count(name: str, label: str, url: Callable[[Any], str]) -> Own:
    """A number that leads to its rows; a spreadsheet has 0, a page is blank there."""

    def cell(row: Any) -> Cell:
        number = getattr(row, name)
        bad = Shown(whole(number), Style.UNFAVORABLE) if number and name == "open_errors" else None
        return Cell(whole(number) if number else "", url(row) if number else "", state=bad, number=True)

    return Own(Column(name, label, Width.COUNT, number=True), cell, lambda row: str(getattr(row, name)))


def _said(name: str, label: str, width: Width, said: Callable[[Any], str]) -> Own:
    def cell(row: Any) -> Cell:
        return Cell(said(row), title=said(row))

    return Own(Column(name, label, width), cell)


def _job(row: Any) -> Cell:
    text = ", ".join(entry.get_status_display() for entry in row.queue_entries.all())
    return Cell(text, _of(row, "job_queue") if text else "", text)


def _state(row: Any) -> Cell:
    shown = FULL if row.full_run_needed else OWN if row.user_defined else None
    return Cell(shown.label, state=shown, title=shown.label) if shown else Cell()


def _of(row: Any, page: str) -> str:
    """A page about this mapping."""
    return f"{reverse(page)}?{urlencode({'mapping': row.name})}"


def _deletion(row: Any) -> str:
    return "" if row.deletion == DeletionPolicy.NONE.value else str(row.get_deletion_display())


def _own() -> list[Own]:
    return [
        Own(Column("name", "Name", Width.TEXT, "name"), lambda row: Cell(row.name, title=row.name)),
        _table("erp_table", "Business Central", lambda table: noun_of(table) or noun(table)),
        _said("direction", "Direction", Width.CHOICE, lambda row: row.get_direction_display()),
        _table("crm_table", "Sales", noun),
        _filter("erp_filter", "Filter in Business Central", Side.ERP),
        _filter("crm_filter", "Filter in Sales", Side.CRM),
        Own(Column("only_coupled", "Only Coupled", Width.COUNT, "only_coupled"),
            lambda row: Cell("Yes" if row.only_coupled else "")),
        _said("conflict", "Update Conflicts", Width.CODE, lambda row: WINNERS.get(row.conflict, "")),
        _said("deletion", "Deletion Conflicts", Width.CODE, _deletion),
        Own(Column("job", "Job", Width.CODE), _job),
        _count("pairs", "Fields", lambda row: reverse("fields", args=[row.name])),
        _count("coupled", "Coupled", lambda row: first_url("coupled.of_mapping", row)),
        _count("open_errors", "Errors", lambda row: _of(row, "synch_errors")),
        Own(Column("state", "State", Width.STATE), _state),
    ]  # fmt: skip


LIST = StoredList(
    "mappings", "Integration Table Mappings", ("mapping", "mappings"), TABLE, _own, ("position", "name"),
    ("name", "erp_table", "crm_table", "erp_filter", "crm_filter", "only_coupled", "full_run_needed", "user_defined"),
    ("name", "erp_table", "direction", "crm_table", "only_coupled", "job", "pairs", "coupled", "open_errors", "state"),
    template="integration/mappings.html", prepared=_prepared, url=lambda row: reverse("mapping", args=[row.name]),
    id=lambda row: row.name,
    nothing="There are no mappings yet: they are created when the connection is enabled",
)  # fmt: skip


@require_GET
def mappings(request: HttpRequest) -> HttpResponseBase:
    """``/mappings/``: which tables of Business Central and Dynamics 365 Sales are kept alike."""
    chosen = MappingFilter(request.GET, with_numbers(TableMapping.objects.all()))
    may_change = request.user.has_perm(CHANGE)
    return stored_list(request, LIST, chosen, selectable=True, may_change=may_change)
