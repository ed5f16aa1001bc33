"""The embedded Business Central company as a :class:`System`: what the engine, the pages and the tests speak to."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from integration.business_central import reading, writing
from integration.business_central.actions import act
from integration.business_central.models import CompanyInformation, Currency, Deleted, GeneralLedgerSetup
from integration.business_central.models.door import committed_version
from integration.business_central.models.money import refresh_exchange_rates
from integration.business_central.tables import MODELS, columns_of
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.system import System
from integration.systems.values import Identity, Page, Record, Row, Side, Table, Written

CURRENCY = Currency.slug()
VERSION = "Business Central (embedded)"


class EmbeddedCompany(System):
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
        return sorted(listed, key=lambda pair: pair[1].casefold())

    def describe(self, table: str) -> Table:
        return columns_of(table).table

    def forget(self, table: str) -> None:
        """The tables are the models: they change with a restart."""

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        if by:
            raise ConfigurationProblem("Business Central goes by the versions of its rows, not by a column.")
        if table == CURRENCY:
            refresh_exchange_rates()  # A rate that was entered ahead is a change on its day.
        return reading.changes(columns_of(table), fields, since, where, self.page_size)

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        return reading.get(columns_of(table), ids, fields)

    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        return reading.find(columns_of(table), where, fields, order, size or self.page_size, after)

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        return reading.count(columns_of(table), where)

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return writing.write(writing.insert, columns_of(table), rows)

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return writing.write(writing.update, columns_of(table), rows)

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return writing.write(writing.delete, columns_of(table), rows)

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        """``block`` (``option``: which blocking, where there are several) and ``unblock``."""
        return act(columns_of(table), id, action, arguments)


def changed_since(looks: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of these (table, row version) the ones where a row was written or deleted after that version, in two queries."""
    wanted = [(name, version) for name, version in sorted(set(looks)) if name in MODELS]
    if not wanted:
        return set()
    quote = connection.ops.quote_name
    looked = " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {quote(MODELS[name]._meta.db_table)} WHERE row_version > %s)"  # noqa: S608 - our own names
        for place, (name, _) in enumerate(wanted)
    )
    with connection.cursor() as cursor:
        cursor.execute(looked, [version for _, version in wanted])
        changed = {wanted[int(row[0])] for row in cursor.fetchall()}
    stones = Deleted.objects.filter(table__in={name for name, _ in wanted}).order_by().values_list("table")
    latest = dict(stones.annotate(latest=Max("row_version")))
    return changed | {(name, version) for name, version in wanted if latest.get(name, 0) > version}


def changed_tables(since: int) -> set[str]:
    """The tables with a row written or deleted after a row version, in two cheap queries."""
    quote = connection.ops.quote_name
    looks = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(model._meta.db_table)} WHERE row_version > %s)"  # noqa: S608 - our own names
        for name, model in MODELS.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(looks, [since] * len(MODELS))
        changed = {str(row[0]) for row in cursor.fetchall()}
    gone = Deleted.objects.filter(row_version__gt=since, table__in=MODELS)
    return changed | set(gone.order_by().values_list("table", flat=True).distinct())


__all__ = ["EmbeddedCompany", "changed_since", "changed_tables", "committed_version"]
