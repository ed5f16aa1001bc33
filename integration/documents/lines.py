"""The lines of an order or a quote as lines of Business Central: items, resources, write-in products, freight, and the
texts that go with them. Pure.

    Sales                                            Business Central
    2 x 100.00 Desk                                  10000  item 1000        2 x 100.00
       "Deliver to gate 3"                           10001  comment, attached to 10000
    1 x 350.00 write-in "Crane hire"                 20000  write-in item    1 x 350.00  "Crane hire"
    freight 12.50                                    30000  G/L account      1 x  12.50
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integration.business_central.amounts import (
    DiscountOutOfRange,
    Line,
    check_line_discount,
    gross_amount,
    price_without_vat,
    rounded,
    total,
)
from integration.documents.known import ACCOUNT, ITEM, RESOURCE, Known, Sold
from integration.documents.problems import (
    FreightAccountMissing,
    ProductNotActive,
    ProductNotCoupled,
    ProductTypeUnfit,
    UnitNotCoupled,
    WriteInCoupled,
    WriteInMissing,
    WriteInTypeUnfit,
)
from integration.documents.sources import SalesDocument, integer, number, reference, text
from integration.documents.texts import comment_lines, first_piece
from integration.systems.errors import RecordProblem
from integration.systems.refusals import DiscountRefused, UnitDiffers, VatSetupMissing
from integration.systems.text import fold
from integration.systems.values import Record, Ref, Row, Value

HEADER_TABLE, LINE_TABLE, NOTE_TABLE = "sales_header", "sales_line", "note"
STEP = 10000
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
PRODUCT_ACTIVE = 0
TYPES = {1: ITEM, 3: RESOURCE}
"""Product type of Sales -> type of the line."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of Sales with what it comes to. ``net``: what Sales shows for it without tax, before the discount of the
    document; ``priced``: as the arithmetic of documents takes it; ``includes_vat``: its price in Sales included VAT,
    which was taken out at ``rate`` per cent."""

    net: Decimal
    priced: Line
    line_amount: Decimal
    includes_vat: bool = False
    rate: Decimal = ZERO


@dataclass(slots=True)
class PlannedLines:
    """All lines of a document: the rows to be written, what each comes to, and what is wrong with them."""

    rows: list[Row] = field(default_factory=list)
    sold: list[PlannedLine] = field(default_factory=list)
    problems: list[RecordProblem] = field(default_factory=list)
    freight: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What Sales shows for all lines without tax."""
        return total(line.net for line in self.sold)

    @property
    def line_amount(self) -> Decimal:
        """What all lines come to in Business Central, without freight, before the discount of the document."""
        return total(line.line_amount for line in self.sold)

    @property
    def discountable(self) -> Decimal:
        """What a discount of the document is given on."""
        return total(line.line_amount for line in self.sold if line.priced.allow_invoice_discount)


def plan_lines(
    document: SalesDocument, id: uuid.UUID, known: Known, vat_group: uuid.UUID | None, step: Decimal
) -> PlannedLines:
    """The lines of a document that is going to have this id. ``vat_group``: the VAT business group of who pays;
    ``step``: the smallest unit of the currency. What is wrong is in ``problems``, whose order is that of refusals."""
    planner = _Planner(document, id, known, vat_group, step)
    for position, line in enumerate(document.ordered_lines, 1):
        planner.add(position, line)
    planner.add_freight()
    return planner.planned()


class _Planner:
    """The lines of one document, one after the other."""

    def __init__(
        self, document: SalesDocument, id: uuid.UUID, known: Known, vat_group: uuid.UUID | None, step: Decimal
    ) -> None:
        self.document, self.id, self.known, self.vat_group, self.step = document, id, known, vat_group, step
        self.lines = PlannedLines()
        self.last = 0
        self.of_setup: list[RecordProblem] = []
        self.of_lines: list[RecordProblem] = []
        self.of_freight: list[RecordProblem] = []
        self.of_discounts: list[RecordProblem] = []

    def planned(self) -> PlannedLines:
        self.lines.problems = [*self.of_setup, *self.of_lines, *self.of_freight, *self.of_discounts]
        return self.lines

    def add(self, position: int, line: Record) -> None:
        """One line of Sales with its texts."""
        product = reference(line, "productid")
        sold = self._write_in() if product is None else self._product(position, line, product)
        if sold is None:
            return
        try:
            self._add_priced(position, line, sold)
        except VatSetupMissing as problem:
            self.of_lines.append(problem)
            return
        self._add_texts(line, sold, is_write_in=product is None)

    def add_freight(self) -> None:
        freight = rounded(number(self.document.header, "freightamount"), self.step)
        if freight <= 0:
            return
        self.lines.freight = freight
        if not self.known.freight_account:
            self.of_freight.append(
                FreightAccountMissing(
                    f"{self.document.named} has freight. Enter a Freight G/L Acc. No. on Sales & Receivables Setup."
                )
            )
            return
        values: dict[str, Value] = {
            "type": ACCOUNT,
            "no": self.known.freight_account,
            "quantity": ONE,
            "unit_price": freight,
        }
        self._add_row("freight", self._next(), values)

    # --- what is sold -------------------------------------------------------------------------------------------

    def _product(self, position: int, line: Record, product: Ref) -> Sold | None:
        row = self.known.products.get(product.id)
        called = product.label or (text(row, "name") if row else "") or str(product.id)
        if row is not None and integer(row, "statecode") not in (None, PRODUCT_ACTIVE):
            self.of_lines.append(
                ProductNotActive(f"Product “{called}” on line {position} is not active. Activate it in Sales.")
            )
            return None
        if row is not None and integer(row, "producttypecode") not in TYPES:
            self.of_lines.append(
                ProductTypeUnfit(
                    f"Product “{called}” on line {position} is neither an item nor a service. Choose another product "
                    "or product type in Sales."
                )
            )
            return None
        sold = self.known.sold.get(product.id)
        if sold is None:
            message = f"Product “{called}” on line {position} is not coupled. Couple it first."
            self.of_lines.append(ProductNotCoupled(message, table="product", id=product.id))
            return None
        problem = self._unit_problem(position, line, sold)
        if problem is not None:
            self.of_lines.append(problem)
            return None
        return sold

    def _unit_problem(self, position: int, line: Record, sold: Sold) -> RecordProblem | None:
        unit = reference(line, "uomid")
        row = self.known.units.get(unit.id) if unit else None
        group = reference(row, "uomscheduleid") if row is not None else None
        if row is None or group is None:
            return None
        ours = self.known.unit_of_group.get(group.id)
        if ours is None:
            message = f"Unit group “{group.label or group.id}” on line {position} is not coupled. Couple it first."
            return UnitNotCoupled(message, table="uomschedule", id=group.id)
        if sold.unit is not None and ours == sold.unit.id:
            return None
        sold_in = sold.unit.label if sold.unit is not None else "no unit"
        return UnitDiffers(
            f"Line {position} is in {text(row, 'name') or 'another unit'}, {sold.kind} {sold.no} is sold in {sold_in}. "
            "Change the line."
        )

    def _write_in(self) -> Sold | None:
        """What stands for products that are written in; what is wrong with it is said once a document."""
        write_in, sold = self.known.write_in, self.known.write_in.sold
        has = f"{self.document.named} has a write-in product"
        problem: RecordProblem | None = None
        if sold is None:
            which = f", {write_in.named} is not there" if write_in.named else ""
            problem = WriteInMissing(f"{has}{which}: choose one on Sales & Receivables Setup.")
        elif write_in.product is not None:
            problem = WriteInCoupled(
                f"{has}, but {sold.kind} {sold.no} on Sales & Receivables Setup is coupled with a product. Choose one "
                "there that is not coupled."
            )
        elif sold.is_stocked:
            problem = WriteInTypeUnfit(
                f"{has}: item {sold.no} on Sales & Receivables Setup must be of type Service or Non-Inventory."
            )
        if problem is None:
            return sold
        if not self.of_setup:
            self.of_setup.append(problem)
        return None

    # --- prices and texts ---------------------------------------------------------------------------------------

    def _add_priced(self, position: int, line: Record, sold: Sold) -> None:
        """Raises ``VatSetupMissing`` where VAT is to be taken out of a price and nobody knows how much."""
        quantity, price = number(line, "quantity"), number(line, "priceperunit")
        net = number(line, "extendedamount") - number(line, "tax")
        discount = gross_amount(quantity, price, self.step) - net
        includes_vat = sold.type == ITEM and sold.price_includes_vat and sold.price_group == self.vat_group
        rate = self._rate(sold) if includes_vat else ZERO
        if includes_vat:
            price = price_without_vat(price, rate)
            discount = discount / (ONE + rate / HUNDRED)
        discount = rounded(discount, self.step)
        gross = gross_amount(quantity, price, self.step)
        try:
            check_line_discount(gross, discount)
        except DiscountOutOfRange:
            self.of_discounts.append(
                DiscountRefused(f"The discount of line {position} is not between 0 and 100%. Change the line in Sales.")
            )
        priced = Line(quantity, price, discount, allow_invoice_discount=sold.allows_discount)
        self.lines.sold.append(PlannedLine(net, priced, gross - discount, includes_vat, rate))
        values: dict[str, Value] = {"type": sold.type, "no": sold.no, "quantity": quantity, "unit_price": price}
        self._add_row(str(line.id), self._next(), {**values, "line_discount_amount": discount})

    def _rate(self, sold: Sold) -> Decimal:
        rate = self.known.vat.get((self.vat_group, sold.vat_group))
        if rate is None:
            raise VatSetupMissing(
                f"The price of item {sold.no} includes VAT, and there is no VAT rate for it. Add one to VAT Posting "
                "Setup."
            )
        return rate

    def _add_texts(self, line: Record, sold: Sold, *, is_write_in: bool) -> None:
        said = text(line, "description") or text(line, "productdescription")
        if is_write_in:
            said = self._name_line(said)
        elif fold(said.strip()) == fold(sold.description.strip()):
            return
        owner = self.last
        for at, comment in enumerate(comment_lines(said), 1):
            self._add_row(f"{line.id}/{at}", owner + at, {"description": comment, "attached_to_line_no": owner})

    def _name_line(self, said: str) -> str:
        """Give the last line the beginning of a text as its description; answers the rest."""
        own, rest = first_piece(said)
        if own:
            row = self.lines.rows[-1]
            self.lines.rows[-1] = Row(row.id, {**row.values, "description": own})
        return rest

    def _next(self) -> int:
        self.last += STEP
        return self.last

    def _add_row(self, key: str, line_no: int, values: Mapping[str, Value]) -> None:
        owner = Ref(HEADER_TABLE, self.id)
        self.lines.rows.append(
            Row(uuid.uuid5(self.id, key), {"document_no": owner, "line_no": line_no, "type": 0, **values})
        )


def closing_comments(id: uuid.UUID, planned: PlannedLines, key: str, comments: Sequence[str]) -> list[Row]:
    """Lines of text at the end of a document."""
    owner = Ref(HEADER_TABLE, id)
    numbers = (row.values["line_no"] for row in planned.rows)
    last = max((number for number in numbers if isinstance(number, int)), default=0) // STEP * STEP
    return [
        Row(
            uuid.uuid5(id, f"{key}/{at}"),
            {"document_no": owner, "line_no": last + at * STEP, "type": 0, "description": comment},
        )
        for at, comment in enumerate(comments, 1)
    ]
