"""The lines of an opportunity, a quote, an order or an invoice: products of the price list, and products written in."""

from __future__ import annotations

from integration.sandbox.dataverse.page import business_central, forms
from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import OPEN, Field, Kind
from integration.sandbox.dataverse.page.markup import Content, Html, table, tag
from integration.sandbox.dataverse.page.page_context import Visit

PRODUCT = Field("productid", "Product", "lookup", "products", True)
UNIT = Field("uomid", "Unit (blank: the product's)", "lookup", "uoms")
QUANTITY = Field("quantity", "Quantity", "number", required=True)
WRITTEN = Field("productdescription", "Write-in product", required=True)
PRICE = Field("priceperunit", "Price per unit", "number", required=True)
HEADS = ["Product", "Quantity", "Unit", "Price per unit", "Tax", "Amount"]
AMOUNTS = frozenset({1, 3, 4, 5})


def section(visit: Visit, kind: Kind, found: Row) -> Html:
    """The lines, and while the document may be changed the forms that add one. Raises :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    asked = f"$filter=_{lookup}_value eq {found[kind.id]}&$orderby=lineitemnumber,createdon"
    rows = visit.desk.rows(name, asked)
    able = kind.new and found["statecode"] == OPEN
    address = f"/sales/{kind.set}/{found[kind.id]}/lines"
    heads = [*HEADS, *(["Action"] if able else [])]
    cells = [_cells(visit, row, row[f"{name.removesuffix('s')}id"], address if able else "") for row in rows]
    shown_lines = table(heads, cells, "Lines", AMOUNTS) if rows else tag("p", "There are no lines yet.", class_="quiet")
    return tag("section", tag("h2", "Lines"), shown_lines, _adding(visit, address) if able else None)


def _cells(visit: Visit, row: Row, line: str, address: str) -> list[Content]:
    named = shown(row, "productdescription") or shown(row, "_productid_value")
    facts = ("quantity", "_uomid_value", "priceperunit", "tax", "extendedamount")
    cells: list[Content] = [named, *(shown(row, name) for name in facts)]
    if address:
        cells.append(visit.button(f"{address}/{line}", "Remove", aria_label=f"Remove {named}"))
    return cells


def _adding(visit: Visit, address: str) -> list[Html]:
    typed = {"quantity": "1", **visit.given}
    written = "productdescription" in visit.given
    return [
        tag("h2", "Add a product"),
        visit.form(address, *forms.inputs(visit.desk, (PRODUCT, UNIT, QUANTITY), {} if written else typed),
                   tag("button", "Add product"),
                   tag("button", "Check availability", name="ask", value="availability"), _stock(visit)),
        tag("h2", "Add a write-in product"),
        visit.form(address, *forms.inputs(visit.desk, (WRITTEN, QUANTITY, PRICE), typed),
                   tag("button", "Add write-in product")),
    ]  # fmt: skip


def _stock(visit: Visit) -> Html | None:
    """What is available of the chosen product, when that was asked."""
    if "ask" not in visit.given:
        return None
    chosen = visit.given.get("productid", "")
    told = business_central.availability(visit, forms.identity(chosen)) if chosen else "Choose a product first."
    return tag("p", told, role="status")


def add(visit: Visit, kind: Kind, row: str) -> None:
    """A line as its form says. Raises :class:`Declined`."""
    name, lookup = kind.lines or ("", "")
    written = "productdescription" in visit.given
    fields = (WRITTEN, QUANTITY, PRICE) if written else (PRODUCT, UNIT, QUANTITY)
    said = forms.body(visit.desk, fields, visit.given, blanks=False)
    said[f"{lookup}@odata.bind"] = f"/{kind.set}({row})"
    if written:
        said |= {"isproductoverridden": True, "ispriceoverridden": True}
    elif "uomid@odata.bind" not in said:
        said["uomid@odata.bind"] = f"/uoms({_unit(visit)})"
    visit.desk.create(name, said)


def _unit(visit: Visit) -> str:
    """The unit a product is sold in unless another is chosen."""
    product = visit.desk.get(f"products({forms.identity(visit.given['productid'])})", "$select=_defaultuomid_value")
    unit = product.get("_defaultuomid_value")
    if unit is None:
        raise Declined(400, "The product has no unit. Choose one.")
    return str(unit)


def remove(visit: Visit, kind: Kind, row: str, line: str) -> None:
    """Raises :class:`Declined`; so it does for a line of another document."""
    name, lookup = kind.lines or ("", "")
    found = visit.desk.get(f"{name}({forms.identity(line)})", f"$select=_{lookup}_value")
    if found[f"_{lookup}_value"] != row:
        raise Declined(404, "There is no such line.")
    visit.desk.remove(f"{name}({line})")
