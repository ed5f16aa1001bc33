"""Lists whose rows are in this database: documents and ledgers of the embedded company, runs, errors, mappings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from integration.business_central.reading import search
from integration.business_central.reading.filter_sql import condition
from integration.business_central.tables import TableColumns, columns_of
from integration.forms.filters import ListFilter
from integration.pages import rows
from integration.pages.lists import cells
from integration.pages.lists.address import ORDER, SEARCH, Address
from integration.pages.lists.cells import Cell, Column
from integration.pages.lists.every import MOST
from integration.pages.lists.layout import chosen_columns, views_of
from integration.pages.lists.pane import Select, pane, selected
from integration.pages.lists.shown import NOTHING, Line, Look, ShownList, columns_named
from integration.pages.lists.trail import lead_back
from integration.pages.parts import first_url
from integration.systems.errors import CursorExpired
from integration.systems.system import COUNTED_AT_MOST
from integration.systems.values import Record, Ref
from integration.views.spreadsheet import as_csv

EXPORTED_AT_ONCE = 500
WAYS = "state"
"""The choice of a filter form that is shown as ways to look at the list."""


@dataclass(frozen=True, slots=True)
class Own:
    """A column that says more than a field of the table: an amount in its currency, a state. ``text`` is what a
    spreadsheet gets instead of the cell."""

    column: Column
    cell: Callable[[Any], Cell]
    text: Callable[[Any], str] | None = None

    def exported(self, row: Any) -> str:
        return self.text(row) if self.text else self.cell(row).text


@dataclass(frozen=True, slots=True)
class StoredList:
    """A kind of list. ``key``: what it is remembered by; ``table``: the table of its rows (of the company by its name);
    ``own``: its columns beside the fields, made once a page; ``usual``: those shown, ``order``: how it is sorted at
    first, ``filters``: the fields the pane begins with. ``prepared`` gets the rows of a page before they are shown, and
    returns what is wrong with them, if anything; ``can_select`` says which of them something can be done with.
    ``url``: where a row leads (``None``: to the card of the record), ``id``: what the form sends for it, ``hidden``:
    what it sends besides. ``file_of``: a spreadsheet of its
    own instead of the columns shown. ``nothing``: what an empty list says, ``takes_all``: do its actions take
    the rows of all its pages (``every_row``)?"""

    key: str
    title: str
    nouns: tuple[str, str]
    table: str | TableColumns
    own: Callable[[], Sequence[Own]]
    order: Sequence[str]
    filters: Sequence[str]
    usual: Sequence[str] = ()
    template: str = "integration/list.html"
    prepared: Callable[[Sequence[Any]], object] | None = None
    can_select: Callable[[Any], bool] | None = None
    url: Callable[[Any], str] | None = None
    id: Callable[[Any], object] = attrgetter("pk")
    hidden: Callable[[Any], Sequence[tuple[str, object]]] = lambda _: ()
    file_of: Callable[[QuerySet[Any]], Iterator[Sequence[str]]] | None = None
    nothing: str = NOTHING
    takes_all: bool = False

    @property
    def file(self) -> str:
        return re.sub("[^a-z]+", "-", self.title.lower()).strip("-")

    @property
    def columns(self) -> TableColumns:
        return columns_of(self.table) if isinstance(self.table, str) else self.table


@dataclass(frozen=True, slots=True)
class EveryRow:
    """What the form sends for each row of a list, at most ``MOST``. ``are_all``: are there no more? ``closed``: rows
    among them with which nothing can be done, and which are not in ``ids``."""

    ids: list[Any]
    are_all: bool
    closed: int = 0


def stored_list(
    request: HttpRequest, kind: StoredList, chosen: ListFilter, /, *, selectable: bool = False, **more: object
) -> HttpResponseBase:
    """One page of the rows that the filters let through, or all of them for a spreadsheet."""
    made = _Making(kind, chosen, _address(request.GET, chosen), request.user)
    if request.GET.get("format") == "csv":
        return as_csv(kind.file, kind.file_of(made.rows) if kind.file_of else made.exported())
    if made.address.moved:
        return redirect(f"{request.path}?{made.address.moved}")
    shown = made.page()
    shown.selectable = selectable
    lead_back(request.session, shown)
    return render(request, kind.template, {"list": shown, "filter": chosen, **more})


def every_row(kind: StoredList, chosen: ListFilter, asked: QueryDict, person: Any) -> EveryRow:
    """The rows on all pages of the list, in its order. ``chosen``: the filter, made of ``asked``."""
    found = _Making(kind, chosen, _address(asked, chosen), person).first(MOST + 1)
    can = [row for row in found[:MOST] if kind.can_select is None or kind.can_select(row)]
    return EveryRow([kind.id(row) for row in can], len(found) <= MOST, len(found[:MOST]) - len(can))


def _address(asked: QueryDict, chosen: ListFilter) -> Address:
    address = Address(asked, [name for name in chosen.filters if name != SEARCH])
    address.drop(*(name for name in chosen.filters if name not in chosen.chosen))
    return address


class _Making:
    """What is needed to make one page of a list."""

    def __init__(self, kind: StoredList, chosen: ListFilter, address: Address, person: Any) -> None:
        self.kind, self.chosen, self.address = kind, chosen, address
        self.columns: TableColumns = kind.columns
        self.own: Mapping[str, Own] = {own.column.name: own for own in kind.own()}
        self.shown = self._described(person)

    def page(self) -> ShownList:
        """The page that was asked for; a spoilt bookmark opens the first one."""
        shown, found = self.shown, self.rows
        bookmark, order = shown.open_bookmark(), self._order()
        try:
            page, following = search.page_of(self.columns, found, order, rows.ROWS, bookmark or None)
        except CursorExpired:
            shown.begin_again()
            page, following = search.page_of(self.columns, found, order, rows.ROWS, None)
        problem = self._prepare(page)
        shown.problem = problem if isinstance(problem, str) else ""
        shown.lines = [self._line(row) for row in page]
        shown.fade()
        shown.keep_bookmark(following)
        is_whole = shown.start == 1 and not following
        number = len(page) if is_whole else found.order_by().values("pk")[: COUNTED_AT_MOST + 1].count()
        shown.count_rows(min(number, COUNTED_AT_MOST), counts_all=number <= COUNTED_AT_MOST)
        return shown

    def first(self, number: int) -> list[Any]:
        """So many rows from the beginning of the list."""
        return list(search.in_order(self.columns, self.rows, self._order())[:number])

    def _prepare(self, found: Sequence[Any]) -> object:
        return self.kind.prepared(found) if self.kind.prepared is not None else None

    def exported(self) -> Iterator[list[str]]:
        """All rows in the columns shown, heads first."""
        names = [column.name for column in self.shown.columns]
        yield [column.label for column in self.shown.columns]
        every = search.in_order(self.columns, self.rows, self._order()).iterator(chunk_size=EXPORTED_AT_ONCE)
        while some := list(islice(every, EXPORTED_AT_ONCE)):
            self._prepare(some)
            yield from ([self._text(row, name) for name in names] for row in some)

    def _described(self, person: Any) -> ShownList:
        kind, table = self.kind, self.columns.table
        shown = ShownList(kind.key, kind.title, kind.nouns, self.address, kind.order[0])
        shown.views = views_of(person, kind.key)
        offered = [column for column in cells.offered(table) if column.name not in self.own]
        shown.offered = [*(self._sorted(own.column) for own in self.own.values()), *offered]
        usual = kind.usual or list(self.own)
        shown.columns = columns_named(
            shown.offered, chosen_columns(person, kind.key, usual, [column.name for column in shown.offered])
        )
        shown.pane = pane(table, [name for name in kind.filters if name in table.fields], self.address, self._selects())
        fields = self.chosen.form.fields
        shown.searches = str(fields[SEARCH].label).removesuffix(" contains")
        shown.looks = self._looks()
        shown.nothing, shown.takes_all = kind.nothing, kind.takes_all
        return shown

    def _sorted(self, column: Column) -> Column:
        """The column, which sorts nothing where the table has no index for it."""
        field = self.columns.table.fields.get(column.order)
        return column if field is None or field.sortable else replace(column, order="")

    def _selects(self) -> list[Select]:
        form, found = self.chosen.form, []
        for bound in form.visible_fields():
            if bound.name in (SEARCH, WAYS):
                continue
            value, choices = self.chosen.chosen.get(bound.name, ""), getattr(bound.field, "choices", None)
            label = str(bound.label)
            pairs = [(str(key), str(text)) for key, text in choices] if choices is not None else []
            found.append(selected(bound.name, label, pairs, value) if pairs else Select(bound.name, label, (), value))
        found += [
            Select(bound.name, str(bound.label), (), self.chosen.chosen[bound.name], self._words(bound.name))
            for bound in form.hidden_fields()
            if bound.name in self.chosen.chosen
        ]
        return found

    def _words(self, name: str) -> str:
        return self.chosen.in_words(name, self.chosen.chosen[name])

    def _looks(self) -> list[Look]:
        field: Any = self.chosen.form.fields.get(WAYS)
        if field is None:
            return []
        here = self.chosen.chosen.get(WAYS, "")
        return [Look(str(label), self.address.query(state=str(key)), str(key) == here) for key, label in field.choices]

    @property
    def rows(self) -> QuerySet[Any]:
        """What the filters let through, with the rows that chosen columns refer to."""
        shown = [self.columns.columns.get(column.name) for column in self.shown.columns]
        related = [one.name for one in shown if one is not None and one.target is not None and one.name not in self.own]
        found = self.chosen.rows.filter(condition(self.shown.pane.where, self.columns))
        return found.select_related(*related) if related else found

    def _order(self) -> list[str]:
        return [self.shown.order] if self.address.value(ORDER) and self.shown.order else list(self.kind.order)

    def _line(self, row: Any) -> Line:
        kind = self.kind
        url = kind.url(row) if kind.url else first_url("record", ("erp", self.columns.table.name, row.pk))
        found = [self._cell(row, column.name) for column in self.shown.columns]
        can = kind.can_select is None or kind.can_select(row)
        return Line(kind.id(row), found[0].text or str(row), url, found, can, kind.hidden(row))

    def _cell(self, row: Any, name: str) -> Cell:
        own = self.own.get(name)
        return own.cell(row) if own else cells.cell_of(self._record(row, name), self.columns.column(name).field)

    def _text(self, row: Any, name: str) -> str:
        own = self.own.get(name)
        if own:
            return own.exported(row)
        field = self.columns.column(name).field
        return cells.worded(self._record(row, name).values[name], field)

    def _record(self, row: Any, name: str) -> Record:
        """One field of a stored row, as a system gives it."""
        column = self.columns.column(name)
        value = getattr(row, name)
        if column.target is not None and value is not None:
            code = str(getattr(value, column.target.number_field, value))
            value = code if column.by_name else Ref(column.target.slug(), value.pk, code)
        return Record(self.columns.table.name, row.pk, {name: value}, "")
