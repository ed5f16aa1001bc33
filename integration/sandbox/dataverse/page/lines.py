"""The lines of an opportunity, a quote, an order or an invoice: products of the price list, and products written in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from integration.sandbox.dataverse.page import access, business_central, forms
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.fields import Field
from integration.sandbox.dataverse.page.forms import Input
from integration.sandbox.dataverse.page.kinds import OPEN, Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell, Head

PRODUCT = Field("productid", "Product", "lookup", "products", True)
UNIT = Field("uomid", "Unit (blank: the product's)", "lookup", "uoms")
QUANTITY = Field("quantity", "Quantity", "number", required=True)
WRITTEN = Field("productdescription", "Write-in product", required=True)
PRICE = Field("priceperunit", "Price per unit", "number", required=True)
HEADS = [
    Head("Product"),
    Head("Quantity", amount=True),
    Head("Unit"),
    Head("Price per unit", amount=True),
    Head("Tax", amount=True),
    Head("Amount", amount=True),
]


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a document; while it is ``open`` to this person, the fields of the forms that add one, and what is
    available of the chosen product when that was asked. ``removable``: lines can be taken away."""

    heads: list[Head]
    rows: list[Line]
    open: bool
    removable: bool
    product: list[Input]
    written: list[Input]
    availability: str


def section(context: PageContext, kind: Kind, found: Row, rights: Collection[str]) -> Lines:
    """The lines, and while the document may be changed, with these rights on it, the forms that add one. Raises
    :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    asked = f"$filter=_{lookup}_value eq {found[kind.id]}&$orderby=lineitemnumber,createdon"
    rows = [_line(row, row[f"{name.removesuffix('s')}id"]) for row in context.client.rows(name, asked)]
    is_open = kind.new and found["statecode"] == OPEN
    removable = is_open and access.DELETE in rights
    heads = [*HEADS, Head("Action")] if removable else HEADS
    if not is_open or access.CHANGE not in rights:
        return Lines(heads, rows, False, removable, [], [], "")
    typed = {"quantity": "1", **context.given}
    product = forms.inputs(
        context.client, (PRODUCT, UNIT, QUANTITY), {} if "productdescription" in context.given else typed
    )
    written = forms.inputs(context.client, (WRITTEN, QUANTITY, PRICE), typed)
    said = availability(context) if "ask" in context.given else ""
    return Lines(heads, rows, True, removable, product, written, said)


def _line(row: Row, id: str) -> Line:
    named = shown(row, "productdescription") or shown(row, "_productid_value")
    facts = ("quantity", "_uomid_value", "priceperunit", "tax", "extendedamount")
    return Line(id, named, [Cell(named), *(Cell(shown(row, name)) for name in facts)])


def availability(context: PageContext) -> str:
    """What is available of the chosen product, or why that cannot be shown: no reason not to add the line. Raises
    :class:`Declined` for what is no product at all."""
    chosen = context.given.get("productid", "")
    if not chosen:
        return "Choose a product first."
    return business_central.availability(context, forms.identity(chosen))


def add(context: PageContext, kind: Kind, row: str) -> None:
    """A line as its form says. Raises :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    written = "productdescription" in context.given
    fields = (WRITTEN, QUANTITY, PRICE) if written else (PRODUCT, UNIT, QUANTITY)
    payload = forms.body(context.client, fields, context.given, blanks=False)
    payload[f"{lookup}@odata.bind"] = f"/{kind.set}({row})"
    if written:
        payload |= {"isproductoverridden": True, "ispriceoverridden": True}
    elif "uomid@odata.bind" not in payload:
        payload["uomid@odata.bind"] = f"/uoms({_unit(context)})"
    context.client.create(name, payload)


def _unit(context: PageContext) -> str:
    """The unit a product is sold in unless another is chosen."""
    product = context.client.get(
        f"products({forms.identity(context.given['productid'])})", "$select=_defaultuomid_value"
    )
    unit = product.get("_defaultuomid_value")
    if unit is None:
        raise Declined(400, "The product has no unit. Choose one.")
    return str(unit)


def remove(context: PageContext, kind: Kind, row: str, line: str) -> None:
    """Raises :class:`Declined`; so it does for a line of another document."""
    name, lookup = kind.lines or ("", "")
    found = context.client.get(f"{name}({forms.identity(line)})", f"$select=_{lookup}_value")
    if found[f"_{lookup}_value"] != row:
        raise Declined(404, "There is no such line.")
    context.client.remove(f"{name}({line})")
