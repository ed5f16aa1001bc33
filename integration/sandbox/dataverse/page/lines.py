"""The lines of an opportunity, a quote, an order or an invoice: products of the price list, and products written in."""

from __future__ import annotations

from integration.sandbox.dataverse.page import business_central, forms
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import OPEN, Field, Kind
from integration.sandbox.dataverse.page.markup import Content, Html, table, tag
from integration.sandbox.dataverse.page.page_context import PageContext

PRODUCT = Field("productid", "Product", "lookup", "products", True)
UNIT = Field("uomid", "Unit (blank: the product's)", "lookup", "uoms")
QUANTITY = Field("quantity", "Quantity", "number", required=True)
WRITTEN = Field("productdescription", "Write-in product", required=True)
PRICE = Field("priceperunit", "Price per unit", "number", required=True)
HEADS = ["Product", "Quantity", "Unit", "Price per unit", "Tax", "Amount"]
AMOUNTS = frozenset({1, 3, 4, 5})


def section(context: PageContext, kind: Kind, found: Row) -> Html:
    """The lines, and while the document may be changed the forms that add one. Raises :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    asked = f"$filter=_{lookup}_value eq {found[kind.id]}&$orderby=lineitemnumber,createdon"
    rows = context.client.rows(name, asked)
    able = kind.new and found["statecode"] == OPEN
    address = f"/sales/{kind.set}/{found[kind.id]}/lines"
    heads = [*HEADS, *(["Action"] if able else [])]
    cells = [_cells(context, row, row[f"{name.removesuffix('s')}id"], address if able else "") for row in rows]
    shown_lines = table(heads, cells, "Lines", AMOUNTS) if rows else tag("p", "There are no lines yet.", class_="quiet")
    return tag("section", tag("h2", "Lines"), shown_lines, _adding(context, address) if able else None)


def _cells(context: PageContext, row: Row, line: str, address: str) -> list[Content]:
    named = shown(row, "productdescription") or shown(row, "_productid_value")
    facts = ("quantity", "_uomid_value", "priceperunit", "tax", "extendedamount")
    cells: list[Content] = [named, *(shown(row, name) for name in facts)]
    if address:
        cells.append(context.button(f"{address}/{line}", "Remove", aria_label=f"Remove {named}"))
    return cells


def _adding(context: PageContext, address: str) -> list[Html]:
    typed = {"quantity": "1", **context.given}
    written = "productdescription" in context.given
    return [
        tag("h2", "Add a product"),
        context.form(address, *forms.inputs(context.client, (PRODUCT, UNIT, QUANTITY), {} if written else typed),
                   tag("button", "Add product"),
                   tag("button", "Check availability", name="ask", value="availability"), _stock(context)),
        tag("h2", "Add a write-in product"),
        context.form(address, *forms.inputs(context.client, (WRITTEN, QUANTITY, PRICE), typed),
                   tag("button", "Add write-in product")),
    ]  # fmt: skip


def _stock(context: PageContext) -> Html | None:
    """What is available of the chosen product, when that was asked."""
    if "ask" not in context.given:
        return None
    chosen = context.given.get("productid", "")
    text = business_central.availability(context, forms.identity(chosen)) if chosen else "Choose a product first."
    return tag("p", text, role="status")


def add(context: PageContext, kind: Kind, row: str) -> None:
    """A line as its form says. Raises :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    written = "productdescription" in context.given
    fields = (WRITTEN, QUANTITY, PRICE) if written else (PRODUCT, UNIT, QUANTITY)
    said = forms.body(context.client, fields, context.given, blanks=False)
    said[f"{lookup}@odata.bind"] = f"/{kind.set}({row})"
    if written:
        said |= {"isproductoverridden": True, "ispriceoverridden": True}
    elif "uomid@odata.bind" not in said:
        said["uomid@odata.bind"] = f"/uoms({_unit(context)})"
    context.client.create(name, said)


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
