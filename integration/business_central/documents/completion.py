"""What a new document takes over from its customer, and a line from what it sells. Changes rows, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.business_central.amounts import PRICE_STEP, price_without_vat, rounded
from integration.business_central.documents.calculation import set_discount_percent
from integration.business_central.documents.masters import Masters
from integration.business_central.models import LineType
from integration.systems.refusals import LineRefused, UnitDiffers

LINE_STEP = 10000
ADDRESS = ("address", "address_2", "city", "post_code", "county", "country_region_code")


@dataclass(frozen=True, slots=True)
class _Party:
    """One of the three addresses of a document: the columns of its names and the start of the others."""

    name: str
    prefix: str


SELL_TO = _Party("sell_to_customer_name", "sell_to")
BILL_TO = _Party("bill_to_name", "bill_to")
SHIP_TO = _Party("ship_to_name", "ship_to")


# --- header ---------------------------------------------------------------------------------------------------------


def complete_header(header: Any, given: Collection[str], masters: Masters) -> None:
    """Fill in the columns of a header that are not ``given``. The customer who is sold to gives the address, the
    salesperson and the way of shipment; the one who pays gives currency, terms, prices and VAT. Raises the refusals of
    a customer or a rate."""
    customer = masters.customer(header.sell_to_customer_no_id)
    if not header.bill_to_customer_no_id:
        header.bill_to_customer_no_id = customer.bill_to_customer_no_id or customer.pk
    payer = masters.customer(header.bill_to_customer_no_id)
    for each in {customer.pk: customer, payer.pk: payer}.values():
        masters.check_customer(each)
    for party, whose in ((SELL_TO, customer), (BILL_TO, payer), (SHIP_TO, customer)):
        _take_address(header, party, whose, given)
    for name in ("salesperson_code", "shipment_method_code", "shipping_agent_code"):
        _take(header, name, customer, given)
    for name in ("currency_code", "payment_terms_code", "customer_price_group", "vat_bus_posting_group"):
        _take(header, name, payer, given)
    if "prices_including_vat" not in given:
        header.prices_including_vat = payer.prices_including_vat
    complete_days(header, given, masters)


def complete_days(header: Any, given: Collection[str], masters: Masters) -> None:
    """What follows from the days of a header: when it is due, its discount for paying early, its exchange rate."""
    if "due_date" not in given or header.due_date is None:
        header.due_date = masters.due_date(header.payment_terms_code_id, header.document_date)
    terms = masters.terms(header.payment_terms_code_id)
    header.payment_discount_percent = terms.discount_percent if terms else Decimal(0)
    header.currency_factor = masters.factor(header.currency_code_id, header.posting_date)


def _take(header: Any, name: str, customer: Any, given: Collection[str]) -> None:
    if name not in given:
        setattr(header, f"{name}_id", getattr(customer, f"{name}_id"))


def _take_address(header: Any, party: _Party, customer: Any, given: Collection[str]) -> None:
    """The name and contact where they are not given; the address where nothing of it is."""
    for name, column in (("name", party.name), ("name_2", f"{party.name}_2"), ("contact", f"{party.prefix}_contact")):
        if column not in given:
            setattr(header, column, getattr(customer, name))
    columns = {name: f"{party.prefix}_{name}" for name in ADDRESS}
    if not any(column in given for column in columns.values()):
        for name, column in columns.items():
            suffix = "_id" if name == "country_region_code" else ""
            setattr(header, column + suffix, getattr(customer, name + suffix))


# --- lines ----------------------------------------------------------------------------------------------------------


def number_lines(lines: Sequence[Any], last: int = 0) -> None:
    """Give lines without a number the next ones, 10000 apart. Raises ``LineRefused`` for a number that comes twice."""
    for line in lines:
        if not line.line_no:
            line.line_no = (last // LINE_STEP + 1) * LINE_STEP
        last = max(last, line.line_no)
    numbers = [line.line_no for line in lines]
    twice = sorted({no for no in numbers if numbers.count(no) > 1}) if len(set(numbers)) < len(numbers) else []
    if twice:
        raise LineRefused(
            f"There are two lines with the number {twice[0]}. Leave the number blank to get the next one."
        )


def complete_line(line: Any, header: Any, given: Mapping[str, Any], masters: Masters) -> None:
    """Fill in the columns of a line that are not ``given``, and its VAT. Raises the refusals of a line."""
    line.document_type = header.document_type
    if line.type == LineType.COMMENT:
        _check_comment(line)
        return
    source = masters.sold(line.type, line.no, f"Line {line.line_no}")
    if "description" not in given or not line.description:
        line.description = getattr(source, source.name_field)
    _COMPLETED[line.type](line, header, given, source, masters)
    if "vat_prod_posting_group" not in given:
        line.vat_prod_posting_group_id = source.vat_prod_posting_group_id
    set_vat(line, header, masters)
    if "line_discount_amount" not in given and "line_discount_percent" in given:
        set_discount_percent(line, line.line_discount_percent, masters.step(header.currency_code_id))
    if "qty_to_ship" not in given:
        line.qty_to_ship = line.quantity - line.quantity_shipped
    if "qty_to_invoice" not in given:
        line.qty_to_invoice = line.quantity - line.quantity_invoiced


def set_vat(line: Any, header: Any, masters: Masters) -> None:
    """The VAT that a line has in its document. Raises ``VatSetupMissing``."""
    rate = masters.vat(header.vat_bus_posting_group_id, line.vat_prod_posting_group_id)
    line.vat_identifier, line.vat_percent = rate.identifier, rate.percent


def _check_comment(line: Any) -> None:
    if line.quantity or line.unit_price or line.line_discount_amount:
        raise LineRefused(f"Line {line.line_no} is a comment and has no quantity or price. Choose a type for it first.")


def _complete_account(line: Any, header: Any, given: Mapping[str, Any], source: Any, masters: Masters) -> None:
    line.allow_invoice_disc = False


def _complete_resource(line: Any, header: Any, given: Mapping[str, Any], source: Any, masters: Masters) -> None:
    line.allow_invoice_disc = True
    _take_unit(line, source, "resource")
    if "unit_price" not in given:
        line.unit_price = _in_currency(source.unit_price, header)


def _complete_item(line: Any, header: Any, given: Mapping[str, Any], source: Any, masters: Masters) -> None:
    if "allow_invoice_disc" not in given:
        line.allow_invoice_disc = source.allow_invoice_disc
    _take_unit(line, source, "item")
    if "unit_price" not in given:
        price = Decimal(source.unit_price)
        if source.price_includes_vat and not header.prices_including_vat:
            business = source.vat_bus_posting_gr_price_id or header.vat_bus_posting_group_id
            price = price_without_vat(price, masters.vat(business, source.vat_prod_posting_group_id).percent)
        line.unit_price = _in_currency(price, header)


def _in_currency(price: Any, header: Any) -> Decimal:
    """A price of the local currency in that of a document."""
    return rounded(Decimal(price) * header.currency_factor, PRICE_STEP)


def _take_unit(line: Any, source: Any, kind: str) -> None:
    if line.unit_of_measure_code_id is None:
        line.unit_of_measure_code_id = source.base_unit_of_measure_id
    elif line.unit_of_measure_code_id != source.base_unit_of_measure_id:
        sold_in = source.base_unit_of_measure.code if source.base_unit_of_measure else "no unit"
        raise UnitDiffers(
            f"Line {line.line_no} is in {line.unit_of_measure_code.code}, {kind} {line.no} is sold in {sold_in}. "
            f"Change the line."
        )


_Complete = Callable[[Any, Any, Mapping[str, Any], Any, Masters], None]
_COMPLETED: Mapping[int, _Complete] = {
    LineType.ACCOUNT: _complete_account,
    LineType.ITEM: _complete_item,
    LineType.RESOURCE: _complete_resource,
}
