"""What stands on the paper of a posted document: sender, lines, VAT by group, sums, terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from integration.business_central.amounts import rounded, total
from integration.business_central.models import CompanyInformation
from integration.business_central.posting.payments import discount_of


@dataclass(frozen=True, slots=True)
class VatGroup:
    """What is taxed at one rate."""

    identifier: str
    percent: Decimal
    amount: Decimal
    including: Decimal

    @property
    def vat(self) -> Decimal:
        return self.including - self.amount


def vat_groups(lines: Sequence[Any]) -> list[VatGroup]:
    """The groups of a document, in the order of their identifiers."""
    priced = [line for line in lines if line.type]
    keys = sorted({(line.vat_identifier, line.vat_percent) for line in priced})
    return [_group(key, [line for line in priced if (line.vat_identifier, line.vat_percent) == key]) for key in keys]


def _group(key: tuple[str, Decimal], lines: Sequence[Any]) -> VatGroup:
    return VatGroup(*key, total(x.amount for x in lines), total(x.amount_including_vat for x in lines))


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line with its price as the currency writes it. ``exact`` is the price where it has more decimals than that."""

    line: Any
    price: Decimal
    exact: Decimal | None


def _printed_lines(lines: Sequence[Any], step: Decimal) -> Iterator[PrintedLine]:
    for line in lines:
        shown = rounded(Decimal(line.unit_price), step)
        yield PrintedLine(line, shown, None if shown == line.unit_price else line.unit_price)


def address(row: Model, prefix: str = "") -> list[str]:
    """The lines of an address as an envelope has them, without blank ones."""
    get = {name: str(getattr(row, f"{prefix}{name}", "") or "") for name in ("name", "name_2", "address", "address_2")}
    place = " ".join(filter(None, (_text(row, f"{prefix}{name}") for name in ("post_code", "city"))))
    country: Any = getattr(row, f"{prefix}country_region_code")
    lines = [*get.values(), place, _text(row, f"{prefix}county"), country.name or country.code if country else ""]
    return [line for line in lines if line]


def _text(row: Model, name: str) -> str:
    return str(getattr(row, name) or "")


def _discount(document: Any) -> Decimal:
    """What whoever pays early may take off; 0 of a credit memo."""
    in_time = getattr(document, "pmt_discount_date", None)
    return discount_of(document, document.step) if in_time else Decimal(0)


def printed(document: Any, lines: Sequence[Any]) -> dict[str, object]:
    """What the template of a printed invoice or credit memo shows."""
    company = CompanyInformation.current()
    rows = list(_printed_lines(lines, document.step))
    customer = address(document, "bill_to_")
    if not document.bill_to_name:
        customer = [document.sell_to_customer_name, *customer]
    return {
        "document": document,
        "company": company,
        "sender": address(company),
        "customer": customer,
        "delivered": address(document, "ship_to_"),
        "lines": rows,
        "is_rounded": any(row.exact is not None for row in rows),
        "taxed": vat_groups(lines),
        "vat": document.amount_including_vat - document.amount,
        "subtotal": total(line.line_amount for line in lines),
        "discount": _discount(document),
    }
