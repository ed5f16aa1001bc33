"""The main forms of the tables that salespeople work with, as short as a form can be."""

from __future__ import annotations

from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

MAIN = 2
FORMS = {
    "account": ("Account", ("name", "accountnumber", "telephone1", "primarycontactid")),
    "contact": ("Contact", ("firstname", "lastname", "emailaddress1", "parentcustomerid")),
    "product": ("Product", ("name", "productnumber", "defaultuomid")),
    "opportunity": ("Opportunity", ("name", "customerid", "estimatedvalue")),
    "quote": ("Quote", ("name", "customerid", "totalamount")),
    "quotedetail": ("Quote Product", ("productid", "uomid", "quantity", "priceperunit")),
    "salesorder": ("Order", ("name", "customerid", "totalamount")),
    "salesorderdetail": ("Order Product", ("productid", "uomid", "quantity", "priceperunit")),
    "invoice": ("Invoice", ("name", "customerid", "totalamount")),
}


def seed_forms(write: Write) -> None:
    """One main form for each of them."""
    rows: list[Values] = [
        {"name": title, "objecttypecode": table, "type": MAIN, "isdefault": 1, "formxml": form(columns)}
        for table, (title, columns) in FORMS.items()
    ]
    write.create(write.model["systemform"], rows)


def form(columns: tuple[str, ...]) -> str:
    """One tab with one section with one column of controls."""
    cells = "".join(
        f'<row><cell id="{column}"><control id="{column}" datafieldname="{column}" /></cell></row>'
        for column in columns
    )
    section = f'<section name="summary" id="{{0e4b8e0a-summary}}"><rows>{cells}</rows></section>'
    columns_of_tab = f'<columns><column width="100%"><sections>{section}</sections></column></columns>'
    return f'<form><tabs><tab name="summary">{columns_of_tab}</tab></tabs></form>'
