"""What the lines of posted invoices sell, and the products of Sales that these are coupled with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from integration.sync.record.draft import ReferenceNotCoupled
from integration.sync.rules import Reference
from integration.sync.special.base import Run
from integration.sync.special.units import UNITS, Units
from integration.systems.errors import Problem
from integration.systems.filters import AnyOf, Filter, OneOf, fields_of, matches, parse
from integration.systems.refusals import DocumentRefused, ItemBlocked
from integration.systems.system import every
from integration.systems.values import Record, Ref, Side

PRODUCT, ACCOUNT, ITEM, RESOURCE = "product", 1, 2, 3
TABLES = {ITEM: "item", RESOURCE: "resource"}
ON_SALE = (0, 3)
"""Active products, and those under revision: Sales takes lines of both."""


class ProductNotActive(DocumentRefused):
    code = "product-not-active"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of Sales and the unit that it is sold in."""

    product: Ref
    unit: Ref


Sellable = Product | Problem | None
"""``None``: it is no product there, and its line is written in."""


class Sold:
    """Looked up for a page of lines at once. ``write_in_no``: what stands for products that are written in."""

    def __init__(self, run: Run, write_in_no: str) -> None:
        self.run, self.write_in_no = run, write_in_no
        self.units = Units(run)
        self._rows: dict[tuple[int, str], Record] = {}
        self._coupled: dict[uuid.UUID, uuid.UUID] = {}
        self._groups: Mapping[uuid.UUID, uuid.UUID] = {}
        self._products: Mapping[uuid.UUID, Record] = {}
        self._filters: dict[int, Filter | None] = {}

    def look_up(self, lines: Iterable[Record]) -> None:
        """Read what these lines sell; one request a table."""
        named = list(lines)
        for type, table in TABLES.items():
            numbers = sorted({str(line.values["no"]) for line in named if line.values["type"] == type} - {""})
            if not numbers:
                continue
            columns = sorted({"no", "blocked", *fields_of(self._filter(type) or AnyOf(()))})
            found = {str(r.values["no"]): r for r in every(self.run.erp, table, OneOf("no", tuple(numbers)), columns)}
            self._rows |= {(type, no): row for no, row in found.items()}
            ids = [row.id for row in found.values()]
            self._coupled |= self.run.ledger.resolve(Reference(table, PRODUCT), Side.ERP, ids) if ids else {}
        products = sorted(set(self._coupled.values()))
        self._products = self.run.crm.get(PRODUCT, products, ["statecode", "name"]) if products else {}
        units = {unit.id for line in named if isinstance(unit := line.values["unit_of_measure_code"], Ref)}
        self._groups = self.run.ledger.resolve(UNITS, Side.ERP, units) if units else {}

    def of(self, line: Record) -> Sellable:
        """The product of a line, or why the line cannot go."""
        type, no = line.values["type"], str(line.values["no"])
        row = self._rows.get((type, no)) if isinstance(type, int) else None
        if row is None or no == self.write_in_no or not isinstance(type, int):
            return None
        called = f"{TABLES[type].capitalize()} {no}"
        if row.values.get("blocked"):
            return ItemBlocked(f"{called} is blocked. Take that off before its invoice goes to Dynamics 365 Sales.")
        if row.id in self._coupled:
            return self._coupled_product(line, self._coupled[row.id])
        return self._uncoupled(type, row, called)

    def _uncoupled(self, type: int, row: Record, called: str) -> Problem | None:
        """Outside the filters of its mappings it is none of theirs; inside it is to be synchronized first."""
        wanted = self._filter(type)
        if wanted is None or not matches(wanted, row):
            return None
        words = f"{called} is not coupled yet. Couple it first."
        return ReferenceNotCoupled(words, table=TABLES[type], id=row.id)

    def _coupled_product(self, line: Record, id: uuid.UUID) -> Product | Problem:
        product, unit = self._products.get(id), line.values["unit_of_measure_code"]
        if product is None or product.values["statecode"] not in ON_SALE:
            named = product.values["name"] if product is not None else line.values["no"]
            return ProductNotActive(f"Product “{named}” is not active in Dynamics 365 Sales. Activate it there.")
        if not isinstance(unit, Ref):
            return DocumentRefused(f"Line {line.values['line_no']} has no unit of measure, which a product needs.")
        if unit.id not in self._groups:
            words = f"Unit of measure “{unit.label}” is not coupled yet. Couple it first."
            return ReferenceNotCoupled(words, table=unit.table, id=unit.id)
        there = self.units.of(self._groups[unit.id])
        return there if isinstance(there, Problem) else Product(Ref(PRODUCT, id), Ref("uom", there.id))

    def _filter(self, type: int) -> Filter | None:
        """What the mappings of this table take; ``None``: there is no such mapping."""
        if type not in self._filters:
            table = TABLES[type]
            texts: Sequence[str] = self.run.context.filters_of(Side.ERP, table, PRODUCT)
            described = self.run.erp.describe(table)
            self._filters[type] = AnyOf(tuple(parse(text, described) for text in texts)) if texts else None
        return self._filters[type]
