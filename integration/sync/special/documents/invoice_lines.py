"""The lines of posted invoices as lines of Sales: with their product where they have one there, else written in.

Comments belong to the line that they are attached to; others are lines of their own, of quantity 0. What else the
mapping of the lines says about them is carried, too; prices and amounts are ours to work out.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.sync.direction import Direction
from integration.sync.record.draft import ReferenceNotCoupled, resolved_ids
from integration.sync.record.transfer import Transfer
from integration.sync.special.base import Run
from integration.sync.special.documents.invoice_amounts import ZERO, PostedLine, SalesInvoice, SalesLine
from integration.sync.special.documents.sold import Product, Sellable, Sold
from integration.systems.errors import Problem
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.text import storable
from integration.systems.values import Record, Ref, Row, Side, Value

LINES, LINES_THERE, INVOICE = "sales_invoice_line", "invoicedetail", "invoice"
COMMENT = 0
READ = (
    "document_no", "line_no", "type", "no", "description", "unit_of_measure_code", "quantity", "unit_price",
    "line_discount_amount", "inv_discount_amount", "amount", "amount_including_vat", "attached_to_line_no", "order_id",
)  # fmt: skip
ROUNDING = "Rounding"


@dataclass(slots=True)
class Paper:
    """The lines of one posted invoice, by their number, and what each sells in Sales. Comments are apart: ``notes`` by
    the number of the line that they are attached to, ``alone`` those that are attached to none."""

    lines: Sequence[Record]
    sold: Mapping[uuid.UUID, Sellable]
    notes: Mapping[int, Sequence[str]]
    alone: Sequence[Record]
    mapped: Mapping[uuid.UUID, Mapping[str, Value]]
    problem: Problem | None = None

    @property
    def posted(self) -> list[PostedLine]:
        return [_amounts(line) for line in self.lines]

    @property
    def orders(self) -> list[uuid.UUID]:
        """The orders of its lines, in their order."""
        found = (line.values.get("order_id") for line in self.lines)
        return list(dict.fromkeys(id for id in found if isinstance(id, uuid.UUID)))

    def rows(self, id: uuid.UUID, made: SalesInvoice) -> list[Row]:
        """The rows of the invoice with this id in Sales."""
        owner = Ref(INVOICE, id)
        rows = [self._row(owner, line, there) for line, there in zip(self.lines, made.lines, strict=True)]
        rows += [self._comment(owner, line) for line in self.alone]
        if made.rounding is not None:
            last = max((int(str(line.values["line_no"])) for line in (*self.lines, *self.alone)), default=0)
            about: dict[str, Value] = {"productdescription": ROUNDING, "isproductoverridden": True}
            values = {**about, "lineitemnumber": last + 10000}
            rows.append(Row(_id(id, ROUNDING), {"invoiceid": owner, **values, **_priced(made.rounding)}))
        return rows

    def _row(self, owner: Ref, line: Record, there: SalesLine) -> Row:
        number, product = int(str(line.values["line_no"])), self.sold.get(line.id)
        values: dict[str, Value] = {**self.mapped.get(line.id, {}), "invoiceid": owner, "lineitemnumber": number}
        if isinstance(product, Product):
            values |= {"productid": product.product, "uomid": product.unit, "isproductoverridden": False}
        else:
            values |= {"productdescription": _written_in(line), "isproductoverridden": True}
        if number in self.notes:
            values["description"] = "\n".join(self.notes[number])
        return Row(_id(owner.id, str(line.id)), {**values, **_priced(there)})

    def _comment(self, owner: Ref, line: Record) -> Row:
        words = storable(str(line.values["description"] or "")).strip() or "-"
        nothing = SalesLine(ZERO, ZERO, ZERO, ZERO, ZERO)
        values: dict[str, Value] = {"productdescription": words, "isproductoverridden": True}
        values["lineitemnumber"] = line.values["line_no"]
        return Row(_id(owner.id, str(line.id)), {"invoiceid": owner, **values, **_priced(nothing)})


class Papers:
    """Reads the lines of a page of invoices."""

    def __init__(self, run: Run, write_in_no: str) -> None:
        self.run = run
        self.sold = Sold(run, write_in_no)
        rule = run.context.trade.lines
        self.transfer = None if rule is None else Transfer(rule, Direction.TO_CRM)

    def read(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Paper]:
        """The lines of these invoices, by invoice."""
        columns = sorted({*READ, *(self.transfer.rule.columns(Side.ERP) if self.transfer else ())})
        found: dict[uuid.UUID, list[Record]] = {id: [] for id in ids}
        for line in every(self.run.erp, LINES, OneOf("document_no", tuple(ids)), columns) if ids else ():
            document = line.values["document_no"]
            if isinstance(document, Ref):
                found[document.id].append(line)
        lines = [line for some in found.values() for line in some if line.values["type"] != COMMENT]
        self.sold.look_up(lines)
        mapped, problems = self._mapped(lines)
        return {id: self._paper(some, mapped, problems) for id, some in found.items()}

    def _paper(
        self,
        lines: Sequence[Record],
        mapped: Mapping[uuid.UUID, Mapping[str, Value]],
        problems: Mapping[uuid.UUID, Problem],
    ) -> Paper:
        ordered = sorted(lines, key=lambda line: int(str(line.values["line_no"])))
        goods = [line for line in ordered if line.values["type"] != COMMENT]
        numbers = {line.values["line_no"] for line in goods}
        notes: dict[int, list[str]] = {}
        alone: list[Record] = []
        for line in ordered:
            owner = line.values["attached_to_line_no"]
            if line.values["type"] == COMMENT and isinstance(owner, int) and owner in numbers:
                notes.setdefault(owner, []).append(storable(str(line.values["description"] or "")))
            elif line.values["type"] == COMMENT:
                alone.append(line)
        sold = {line.id: self.sold.of(line) for line in goods}
        found = [problem for line in goods for problem in (sold[line.id], problems.get(line.id))]
        return Paper(goods, sold, notes, alone, mapped, _first([one for one in found if isinstance(one, Problem)]))

    def _mapped(self, lines: Sequence[Record]) -> tuple[dict[uuid.UUID, Mapping[str, Value]], dict[uuid.UUID, Problem]]:
        """What the mapping of the lines says about them, and what keeps it from that."""
        if self.transfer is None or not lines:
            return {}, {}
        wanted = self.transfer.wanted(lines)
        ledger = self.run.ledger
        resolved = {ref: resolved_ids(ledger.resolve(ref, Side.ERP, ids) if ids else {}) for ref, ids in wanted.items()}
        drafts = {line.id: self.transfer.draft(line, resolved) for line in lines}
        problems = {id: draft.problem for id, draft in drafts.items() if draft.problem is not None}
        return {id: draft.values for id, draft in drafts.items()}, problems


def _first(problems: Sequence[Problem]) -> Problem | None:
    """What a person has to do something about goes before what only has to be waited for."""
    urgent = [problem for problem in problems if not isinstance(problem, ReferenceNotCoupled)]
    return next(iter([*urgent, *problems]), None)


def _amounts(line: Record) -> PostedLine:
    quantity, price, discount, share, amount, including = (
        value if isinstance(value := line.values[name], Decimal) else ZERO
        for name in ("quantity", "unit_price", "line_discount_amount", "inv_discount_amount", "amount",
                     "amount_including_vat")
    )  # fmt: skip
    return PostedLine(quantity, price, discount, share, amount, including)


def _priced(line: SalesLine) -> dict[str, Value]:
    return {
        "quantity": line.quantity,
        "priceperunit": line.price,
        "ispriceoverridden": True,
        "volumediscountamount": ZERO,
        "manualdiscountamount": line.discount,
        "tax": line.tax,
        "baseamount": line.base,
        "extendedamount": line.extended,
    }


def _written_in(line: Record) -> str:
    words = f"{line.values['no']} {line.values['description']}".strip()
    return storable(f"{words}.")


def _id(invoice: uuid.UUID, name: str) -> uuid.UUID:
    """The id of a line is the same whenever it is made."""
    return uuid.uuid5(invoice, name)
