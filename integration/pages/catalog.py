"""The catalog: what our side remembers of the rows of a table, so that a list finds them without reading all of them.

It is filled from the changes each system tells anyway, and caught up before every look at it. What it says is never
shown as it stands: whoever finds ids here reads those rows, and leaves out what is gone or coupled meanwhile.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from integration.models import TableMapping
from integration.models.stored.catalog import WORDS, CatalogRow, CatalogTable
from integration.models.stored.catalog_words import Part, with_words
from integration.models.stored.rows import insert_rows
from integration.sync.memory.ledger import State
from integration.systems.errors import CursorExpired
from integration.systems.filters import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    both,
    fields_of,
    matches,
    parse,
)
from integration.systems.system import COUNTED_AT_MOST, System
from integration.systems.text import fold
from integration.systems.values import Page, Record, Side, Table
from integration.systems.wording import value_text

Place = tuple[str, uuid.UUID]
"""Where a row stands in the catalog's order."""
PAGES = {False: 4, True: 1}
"""So many pages of changes of a system (here: remote) are read while a person waits; more are left to the task."""
BY_NAME = ("account",)
"""Tables whose rows have a number that few people fill in: their lists are in the order of the names, too."""
NEWS_AT_ONCE = 500
REBUILT_AT_MOST = 5000
"""So many rows are thrown away while a person waits."""


def key_of(table: Table) -> str:
    """The column a catalog is ordered by; blank where the table has none that is text."""
    name = table.name_field if table.name in BY_NAME else table.number_field or table.name_field
    return name if name in table.fields and table.fields[name].type.textual else ""


def caught_up(
    system: System, table: Table, *, whole: bool = False, mappings: Sequence[TableMapping] | None = None
) -> CatalogTable | None:
    """The catalog of a table with all that changed until now; ``None`` where it has none, or it is too far behind for a
    person who waits (``whole``: nobody does). ``mappings``: all those of the table, where they are read already. Raises
    what the side raises."""
    if table.is_option or not key_of(table):
        return None
    pages = None if whole else PAGES[system.remote]
    inside = _inside(system.side, table, mappings)
    columns = list(dict.fromkeys([*_named(table), *sorted(fields_of(inside))]))
    head = CatalogTable.objects.with_news().filter(side=system.side.value, name=table.name).first()
    head = head or _made(system.side, table.name)
    made_by = hashlib.sha256(repr((columns, inside)).encode()).hexdigest()
    if head.made_by != made_by and not _begun_anew(head, made_by, pages):
        return None
    try:
        return _read(head, system, table, columns, inside, pages)
    except CursorExpired:
        return _read(head, system, table, columns, inside, pages) if _begun_anew(head, made_by, pages) else None


def places(rows: QuerySet[CatalogRow], size: int, after: Place | None, *, is_down: bool = False) -> list[Place]:
    """The next of these rows, in the order of their names, behind a place."""
    if after is not None:
        position, id = after
        beyond, seen = ("position__lte", "record_id__gte") if is_down else ("position__gte", "record_id__lte")
        rows = rows.filter(**{beyond: position}).exclude(position=position, **{seen: id})
    rows = rows.order_by(*(("-position", "-record_id") if is_down else ("position", "record_id")))
    return list(rows.values_list("position", "record_id")[:size])


def text_in(table: Table, where: Filter) -> str:
    """What numbers or names have to contain to pass this filter; blank where it does not ask for that."""
    return next((text for part in _parts(where) if (text := _text(table, part))), "")


def says_all(
    side: Side, table: Table, where: Filter, *, inside: bool, mappings: Sequence[TableMapping] | None = None
) -> bool:
    """Does the catalog know everything that this filter asks: a text, and the filters of the mappings (all those of the
    table, where they are read already)?"""
    rest = [part for part in _parts(where) if part != EVERYTHING and not _text(table, part)]
    return not rest or (inside and both(*rest) == _inside(side, table, mappings))


def _parts(where: Filter) -> tuple[Filter, ...]:
    return where.parts if isinstance(where, AllOf) else (where,)


def _text(table: Table, part: Filter) -> str:
    """The text, if this asks for a number or a name that contains it."""
    asked = part.parts if isinstance(part, AnyOf) else (part,)
    found = [one for one in asked if isinstance(one, Comparison) and one.operator == "contains"]
    texts, fields = {one.value for one in found}, {one.field for one in found}
    if len(texts) != 1 or len(found) != len(asked) or not fields <= set(_named(table)):
        return ""
    return str(texts.pop())


def meant(
    head: CatalogTable, part: Part, table: Table, where: Filter, *, narrowed: bool
) -> tuple[QuerySet[CatalogRow], bool]:
    """The rows of this part whose number or name contains what the filter asks for, and whether they are known to be
    more than anybody counts. ``narrowed``: something else is asked of them besides."""
    text = text_in(table, where)
    if not text:
        return head.rows.filter(part.condition), False
    return with_words(head, part, fold(text), COUNTED_AT_MOST, narrowed=narrowed)


def _made(side: Side, name: str) -> CatalogTable:
    """The catalog of a table, from now on with news. Whoever has coupled something before and has not committed it
    leaves no news here, and what they have coupled is not seen yet: they are waited for, once in the life of a
    catalog."""
    with transaction.atomic():
        if connection.features.has_select_for_update:
            couplings = TableMapping._meta.get_field("couplings").related_model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {connection.ops.quote_name(couplings)} IN SHARE MODE")
        return CatalogTable.objects.with_news().get_or_create(side=side.value, name=name)[0]


def _begun_anew(head: CatalogTable, made_by: str, pages: int | None) -> bool:
    """Throw the rows away, unless that takes too long for a person who waits."""
    if pages is not None and head.rows.order_by()[:REBUILT_AT_MOST].count() == REBUILT_AT_MOST:
        return False
    with transaction.atomic():
        head.rows.all().delete()
        head.made_by, head.cursor, head.complete = made_by, "", False
        head.save()
    return True


def _read(
    head: CatalogTable, system: System, table: Table, columns: Sequence[str], inside: Filter, pages: int | None
) -> CatalogTable | None:
    changes = system.changes(table.name, columns, head.cursor or None)
    try:
        for page in islice(changes, pages):
            if pages is None or page.records or page.deleted or not head.complete:
                _take(head, table, page, inside)
        complete = pages is None or next(changes, None) is None
        if head.complete is not complete:
            head.complete = complete
            head.save(update_fields=["complete"])
        _read_news(head)
    except _Overtaken:
        head.refresh_from_db()
    return head if head.complete else None


class _Overtaken(Exception):
    """Somebody else has read these changes meanwhile."""


def _lock(head: CatalogTable) -> None:
    """One reader at a time, who goes on where the one before ended; no run that has news waits for it (``no_key``: the
    catalog that they name stays). Raises ``_Overtaken``."""
    heads = CatalogTable.objects.select_for_update(no_key=True)
    same = heads.filter(pk=head.pk, made_by=head.made_by, cursor=head.cursor)
    if not same:
        raise _Overtaken


def _take(head: CatalogTable, table: Table, page: Page, inside: Filter) -> None:
    """One page of changes; the cursor goes with its rows."""
    if not page.records and not page.deleted and page.cursor == head.cursor:
        return
    with transaction.atomic():
        _lock(head)
        column = f"{head.side}_id"
        held = _pairs(head).filter(**{f"{column}__in": [record.id for record in page.records]})
        coupled = set(held.values_list(column, flat=True))
        insert_rows(
            CatalogRow,
            ("table", "record_id", "position", "words", "inside", "coupled"),
            [(*_row(head, table, record, inside), record.id in coupled) for record in page.records],
            key=("table", "record_id"),
        )
        head.rows.filter(record_id__in=list(page.deleted)).delete()
        head.cursor = page.cursor or ""
        head.save(update_fields=["cursor"])


def _read_news(head: CatalogTable) -> None:
    """What was coupled or uncoupled since the last look. Only what was read is struck off: news get their numbers when
    they are written, and are seen when their transaction is committed, so later ones may have lower numbers::

        a run writes 5                                            not committed
        a person writes 6, commits
        a reader reads 6, marks its row
        the run commits 5
        the reader strikes off 6; all up to 6 would take 5 along, and nobody would look at its row
    """
    if head.newest is None:
        return
    with transaction.atomic():
        _lock(head)
        news = list(head.news.order_by("pk").values_list("pk", "record_id"))
        for start in range(0, len(news), NEWS_AT_ONCE):
            some = news[start : start + NEWS_AT_ONCE]
            _mark(head.rows.filter(record_id__in={id for _, id in some}), head)
            head.news.filter(pk__in=[number for number, _ in some]).delete()


def repair(head: CatalogTable) -> int:
    """Look at the couplings of all rows. Answers how many were marked wrong."""
    with transaction.atomic():
        return _mark(head.rows.all(), head)


def _mark(rows: QuerySet[CatalogRow], head: CatalogTable) -> int:
    """Which of these rows are coupled; answers for how many that is new."""
    held = _pairs(head).filter(**{f"{head.side}_id": OuterRef("record_id")})
    taken = rows.filter(Exists(held), coupled=False).update(coupled=True)
    return taken + rows.filter(~Exists(held), coupled=True).update(coupled=False)


def _pairs(head: CatalogTable) -> QuerySet[Any, Any]:
    """The couplings of all rows, in mappings that people work with."""
    pairs = TableMapping._meta.get_field("couplings").related_model._default_manager
    mappings = TableMapping.objects.filter(internal=False, **{f"{head.side}_table": head.name}).order_by()
    return pairs.filter(mapping__in=mappings).exclude(state=State.RESERVED.value)


def _row(head: CatalogTable, table: Table, record: Record, inside: Filter) -> tuple[object, ...]:
    words = [value_text(record.values.get(name), table.fields[name]) for name in _named(table)]
    position = fold(value_text(record.values.get(key_of(table))))[:WORDS]
    return head.pk, record.id, position, fold(" ".join(words)), matches(inside, record)


def _named(table: Table) -> list[str]:
    """The columns a row is called and found by."""
    return [
        name for name in dict.fromkeys((key_of(table), table.number_field, table.name_field)) if name in table.fields
    ]


def _inside(side: Side, table: Table, mappings: Sequence[TableMapping] | None) -> Filter:
    """What the filter of at least one mapping lets through; a filter that does not fit the table hides nothing."""
    known = TableMapping.objects.of_table(side, table.name) if mappings is None else mappings
    try:
        filters = tuple(parse(mapping.filter(side), table) for mapping in known)
    except FilterError:
        return EVERYTHING
    return EVERYTHING if EVERYTHING in filters or not filters else AnyOf(filters)
