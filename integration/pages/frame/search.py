"""What the search of the top bar finds: pages, actions, jobs and the records of both systems, by number and name.

Business Central is asked at once. Dynamics 365 Sales is asked by itself, so that a silent one holds up nothing.
Who may not open a thing does not find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from integration.connection import systems
from integration.connection.opening import open_for_page
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.pages.home.desk import DOCUMENTS_OF_SALES
from integration.pages.parts import Person, acts, entries, first_url, visible
from integration.pages.runs.nouns import DOCUMENTS
from integration.pages.states import of_job
from integration.systems.errors import Problem, TableMissing
from integration.systems.filters import AnyOf, Comparison
from integration.systems.system import System, Wanted, find_each
from integration.systems.text import storable
from integration.systems.values import Record, Side, Table, is_option_table
from integration.systems.wording import record_name, shorten

SHORTEST, LONGEST = 2, 100
"""Characters: one finds pages and actions only, and nobody's name is longer."""
OF_EACH, AT_MOST = 5, 8
LATEST = 500
"""So many jobs are looked through."""
COMPANY = (
    "customer", "contact", "vendor", "item", "resource", "sales_header", "sales_invoice_header", "sales_cr_memo_header",
    "sales_shipment_header", "sales_header_archive", "opportunity", "salesperson", "customer_price_group", "currency",
    "unit_of_measure", "payment_terms", "shipment_method", "shipping_agent",
)  # fmt: skip
"""Tables of Business Central, those first that people look for most."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: where it leads, and what it is."""

    label: str
    url: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """The results of one kind. ``problem``: why there may be more."""

    label: str
    found: Sequence[Hit]
    problem: str = ""


def typed(text: str) -> str:
    """What is searched for, of what somebody has typed."""
    return " ".join(storable(text).split())[:LONGEST]


def search(text: str, person: Person) -> list[Hits]:
    """Everything but the records of Sales; kinds without a result are left out."""
    found = [Hits("Pages", pages(text, person)), Hits("Actions", actions(text, person))]
    if len(text) >= SHORTEST:
        found += [_asked(systems.open_erp(), "Business Central", text), Hits("Jobs", jobs(text))]
    return [one for one in found if one.found or one.problem]


def pages(text: str, person: Person) -> list[Hit]:
    """Pages of the navigation: their name, or the group they stand in."""
    if not text:
        return []
    places = [place for group in entries().values() for place in visible(group, person)]
    named = [(place, f"{place.label} {place.group}") for place in places]
    hits = [Hit(one.label, reverse(one.name, args=one.args), one.group) for one, words in named if _is_in(text, words)]
    return sorted(hits, key=lambda hit: not hit.label.lower().startswith(text.lower()))[:AT_MOST]


def actions(text: str, person: Person) -> list[Hit]:
    """What can be done, by its caption and what people call it besides."""
    if not text:
        return []
    may = [act for act in visible(acts(), person) if _is_in(text, f"{act.label} {act.words}")]
    return [Hit(act.label, reverse(act.name, args=act.args)) for act in may[:AT_MOST]]


def jobs(text: str) -> list[Hit]:
    """The latest jobs of the mappings that are called so; nobody looks through a million for one."""
    latest = SyncJob.objects.order_by("-queued_at", "-id").values_list("pk", "mapping__name", "kind")[:LATEST]
    named = [pk for pk, mapping, kind in latest if _is_in(text, f"{mapping} {kind}")][:OF_EACH]
    found = SyncJob.objects.filter(pk__in=named).select_related("mapping") if named else ()
    return [Hit(str(job), reverse("synch_job", args=[job.pk]), of_job(job).label) for job in found]


def records_of_sales(text: str) -> Hits:
    """The records of Sales, with the patience of a page."""
    label = "Dynamics 365 Sales"
    try:
        with open_for_page(ConnectionSetup.current()) as connected:
            return _asked(connected.crm, label, text)
    except Problem as problem:
        return Hits(label, [], problem.message)


def _asked(system: System, label: str, text: str) -> Hits:
    """The records of one system. What was found until it stops answering stands, with what is wrong."""
    found: list[Hit] = []
    try:
        for hit in records_of(system, text):
            found.append(hit)
    except Problem as problem:
        return Hits(label, found, problem.message)
    return Hits(label, found)


def records_of(system: System, text: str) -> Iterator[Hit]:
    """The records of one system whose number or name contains this, a few of each table, by number."""
    asked = [(table, names) for table in _described(system) if (names := _names(table))]
    wanted = [
        Wanted(table.name, AnyOf(tuple(Comparison(one, "contains", text) for one in names)), names)
        for table, names in asked
    ]
    for (table, _), found in zip(asked, find_each(system, wanted, OF_EACH), strict=True):
        yield from (_hit(system.side, table, record) for record in found)


def _described(system: System) -> Iterator[Table]:
    """The tables that are looked into, as far as they are there."""
    for name in _tables(system.side):
        try:
            yield system.describe(name)
        except TableMissing:
            continue


def _names(table: Table) -> tuple[str, ...]:
    """The columns that a record is found by."""
    named = dict.fromkeys(name for name in (table.number_field, table.name_field) if name)
    return tuple(name for name in named if table.fields[name].type.textual)


def _tables(side: Side) -> Sequence[str]:
    """Of Business Central those people look for; of Sales those that mappings and documents are about."""
    if side is Side.ERP:
        return COMPANY
    mapped = TableMapping.objects.order_by().values_list("crm_table", flat=True).distinct()
    return [name for name in dict.fromkeys((*sorted(mapped), *DOCUMENTS_OF_SALES)) if not is_option_table(name)]


def _hit(side: Side, table: Table, record: Record) -> Hit:
    name = shorten(record_name(table, record), LONGEST)
    return Hit(name, first_url("record", (side.value, table.name, record.id)), DOCUMENTS.get(table.name, table.label))


def _is_in(text: str, words: str) -> bool:
    """Does every word stand somewhere in there?"""
    return all(word in words.lower() for word in text.lower().split())
