"""The embedded Business Central company as a :class:`System`: what the engine, the pages and the tests speak to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from integration.business_central.documents import creation
from integration.business_central.models import CompanyInformation, Currency, GeneralLedgerSetup
from integration.business_central.models.money import refresh_exchange_rates
from integration.business_central.reading import changes, records, search, statistics, together
from integration.business_central.tables import MODELS, columns_of
from integration.business_central.writing import batches, documents
from integration.business_central.writing.actions import act
from integration.systems.errors import ConfigurationProblem, Refused
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.system import COUNTED_AT_MOST, DocumentSystem, Wanted
from integration.systems.values import Document, Identity, Page, Record, Row, Side, Table, Written

CURRENCY = Currency.slug()
VERSION = "Business Central (embedded)"


class EmbeddedCompany(DocumentSystem):
    """The company in this database. Verbs may be called inside an outer transaction: what fails is rolled back to a
    savepoint. ``page_size``: rows a page of ``changes`` and ``find``."""

    side = Side.ERP
    remote = False
    counts_all = True

    def __init__(self, page_size: int = 500) -> None:
        self.page_size = page_size

    def check(self) -> Identity:
        company = CompanyInformation.current()
        return Identity(company.system_id, company.name, version=VERSION)

    @property
    def local_currency(self) -> str:
        """The LCY code; a blank currency means it."""
        return str(GeneralLedgerSetup.current().lcy_code)

    def tables(self) -> Sequence[tuple[str, str]]:
        listed = [(name, columns_of(name).table.label) for name in MODELS]
        listed.append((statistics.NAME, statistics.TABLE.label))
        return sorted(listed, key=lambda pair: pair[1].casefold())

    def describe(self, table: str) -> Table:
        if table == statistics.NAME:
            return statistics.TABLE
        return columns_of(table).table

    def forget(self, table: str) -> None:
        """The tables are the models: they change with a restart."""

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        if by:
            raise ConfigurationProblem("Business Central goes by the versions of its rows, not by a column.")
        if table == statistics.NAME:
            return statistics.changes(fields, where, self.page_size)
        if table == CURRENCY:
            refresh_exchange_rates()  # A rate that was entered ahead is a change on its day.
        return changes.changes(columns_of(table), fields, since, where, self.page_size)

    def written_since(self, asked: Sequence[tuple[str, str]], most: int) -> list[dict[uuid.UUID, str]]:
        """The rows of several tables written since the cursors of their changes: id -> version."""
        if any(table == CURRENCY for table, _ in asked):
            refresh_exchange_rates()
        return changes.written_since(asked, most)

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        if table == statistics.NAME:
            return statistics.get(ids, fields)
        return records.get(columns_of(table), ids, fields)

    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        if table == statistics.NAME:
            return statistics.find(where, fields, order, size or self.page_size, after)
        return search.find(columns_of(table), where, fields, order, size or self.page_size, after)

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        if table == statistics.NAME:
            return statistics.count(where)
        return records.count(columns_of(table), where)

    def count_some(self, table: str, where: Filter) -> int:
        """The same, but at most one more than ``COUNTED_AT_MOST``: nobody waits for the number of all."""
        if table == statistics.NAME:
            return statistics.count(where)
        return together.count_some(table, where, COUNTED_AT_MOST + 1)

    def count_each(self, asked: Sequence[tuple[str, Filter]]) -> list[int]:
        """``count`` of each of these tables, in one statement for those that are tables of the database."""
        stored = [(table, where) for table, where in asked if table != statistics.NAME]
        counted = iter(together.count_each(stored))
        return [statistics.count(where) if table == statistics.NAME else next(counted) for table, where in asked]

    def find_each(self, asked: Sequence[Wanted], size: int) -> list[list[Record]]:
        """The first rows of each of these tables (not those of statistics), in one statement."""
        return together.find_each(asked, size)

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if table in documents.OPEN_DOCUMENTS:
            return documents.insert(table, rows)
        if table == statistics.NAME:
            return statistics.refuse(rows)
        return batches.write(batches.insert, columns_of(table), rows)

    def insert_documents(self, table: str, documents: Sequence[Document]) -> list[Written]:
        """Quotes, orders and invoices with their lines and notes. Numbers come from the series of the setup; names,
        addresses, terms, prices and VAT are taken over where they are not given; amounts are worked out."""
        return creation.insert_documents(table, documents)

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if table in documents.OPEN_DOCUMENTS:
            return documents.update(table, rows)
        if table == statistics.NAME:
            return statistics.refuse(rows)
        return batches.write(batches.update, columns_of(table), rows)

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if table in documents.OPEN_DOCUMENTS:
            return documents.delete(table, rows)
        if table == statistics.NAME:
            return statistics.refuse(rows)
        return batches.write(batches.delete, columns_of(table), rows)

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        """``block`` (``option``: which blocking, where there are several), ``unblock``, and the verbs of documents."""
        if table == statistics.NAME:
            raise Refused(f"{statistics.TABLE.label} has no action “{action}”.")
        return act(columns_of(table), id, action, arguments)
