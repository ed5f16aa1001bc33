"""Orders of Sales with everything they point to, many of them in few requests; and what would become of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from integration.documents.lookups import Lookups, SalesRows
from integration.documents.orders import Plan, plan
from integration.documents.sources import HEADER, LINE, SalesDocument, Source, columns, reference
from integration.sync.memory.ledger import Ledger
from integration.sync.rules import Context
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.system import System, every
from integration.systems.values import Record

LINES_AT_ONCE = 5000
ACCOUNT, CONTACT = ("name", "customertypecode"), ("parentcustomerid",)
PRODUCT, UNIT = ("name", "statecode", "producttypecode"), ("name", "uomscheduleid")
NOTE = ("notetext", "objectid", "isdocument")


class SalesReader:
    """Reads documents of one kind. Units and currencies, which hardly ever change, are read once a run."""

    def __init__(self, crm: System, source: Source) -> None:
        self.crm, self.source = crm, source
        self.columns = columns(crm.describe(source.table), (source.number, *HEADER))
        self._units: dict[uuid.UUID, Record] = {}
        self._currencies: dict[uuid.UUID, Record] | None = None

    def headers(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Record]:
        """The headers that are there, by id."""
        return self.crm.get(self.source.table, ids, self.columns)

    def documents(self, headers: Sequence[Record], *, notes: bool = True) -> list[SalesDocument]:
        """The documents with their lines and, where they are wanted, notes, in the order of their headers."""
        ids = [header.id for header in headers]
        lines = self._lines(ids)
        written = self._notes(ids) if notes else {}
        return [
            SalesDocument(self.source, header, lines.get(header.id, ()), written.get(header.id, ()))
            for header in headers
        ]

    def _lines(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Record]]:
        table, parent = self.source.lines, self.source.parent
        wanted = [parent, *columns(self.crm.describe(table), LINE)]
        found = every(self.crm, table, OneOf(parent, tuple(ids)), wanted, size=LINES_AT_ONCE)
        return _by_reference(found, parent)

    def _notes(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Record]]:
        """What people wrote on them; files are none."""
        where = AllOf((OneOf("objectid", tuple(ids)), Comparison("isdocument", "=", False)))
        return _by_reference(every(self.crm, "annotation", where, NOTE, size=LINES_AT_ONCE), "objectid")

    def rows(self, documents: Sequence[SalesDocument]) -> SalesRows:
        """What these documents point to."""
        buyers = [ref for each in documents if (ref := reference(each.header, "customerid")) is not None]
        contacts = self._get("contact", {ref.id for ref in buyers if ref.table == "contact"}, CONTACT)
        firms = {ref.id for ref in buyers if ref.table == "account"}
        firms |= {ref.id for row in contacts.values() if (ref := reference(row, "parentcustomerid")) is not None}
        lines = [line for each in documents for line in each.lines]
        products = {ref.id for line in lines if (ref := reference(line, "productid")) is not None}
        units = {ref.id for line in lines if (ref := reference(line, "uomid")) is not None}
        self._units |= self._get("uom", units - self._units.keys(), UNIT)
        return SalesRows(
            self._get("account", firms, ACCOUNT),
            contacts,
            self._get("product", products, PRODUCT),
            self._units,
            self._all_currencies(),
        )

    def _all_currencies(self) -> dict[uuid.UUID, Record]:
        if self._currencies is None:
            rows = every(self.crm, "transactioncurrency", fields=("isocurrencycode",))
            self._currencies = {row.id: row for row in rows}
        return self._currencies

    def _get(self, table: str, ids: Iterable[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        wanted = sorted(ids)
        return self.crm.get(table, wanted, fields) if wanted else {}


def _by_reference(rows: Iterable[Record], name: str) -> dict[uuid.UUID, list[Record]]:
    found: dict[uuid.UUID, list[Record]] = {}
    for row in rows:
        owner = reference(row, name)
        if owner is not None:
            found.setdefault(owner.id, []).append(row)
    return found


def outlook(
    source: Source, erp: System, crm: System, ledger: Ledger, context: Context, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Plan]:
    """What each of these documents that is there would become if a run took it now; nothing is written. A fixed number
    of questions, however many they are. Raises a ``ConnectionProblem``, and what a table says that lacks a column."""
    reader = SalesReader(crm, source)
    documents = reader.documents(list(reader.headers(ids).values()), notes=False) if ids else []
    if not documents:
        return {}
    known = Lookups(erp, ledger, context).known(documents, reader.rows(documents))
    return {each.id: plan(each, each.id, known) for each in documents}
