"""What people call one record of a table where no system says it so that they understand: data, nothing else."""

from __future__ import annotations

NOUNS = {
    "account": "Account",
    "account.address1_freighttermscode": "Freight Terms",
    "account.address1_shippingmethodcode": "Shipping Method",
    "account.paymenttermscode": "Payment Terms",
    "annotation": "Note",
    "contact": "Contact",
    "invoice": "Invoice",
    "invoicedetail": "Invoice Line",
    "opportunity": "Opportunity",
    "pricelevel": "Price List",
    "product": "Product",
    "productpricelevel": "Price List Item",
    "quote": "Quote",
    "salesorder": "Order",
    "systemuser": "User",
    "transactioncurrency": "Currency",
    "uom": "Unit",
    "uomschedule": "Unit Group",
}
"""Tables of Dynamics 365 Sales, for when it does not answer."""
DOCUMENTS = {
    "sales_header": "Sales Document",
    "sales_invoice_header": "Posted Sales Invoice",
    "sales_cr_memo_header": "Posted Sales Credit Memo",
    "sales_shipment_header": "Posted Sales Shipment",
    "sales_header_archive": "Sales Archive",
}
"""Tables of Business Central, which calls them headers."""
MADE_OF = {"salesorder": "Sales Order", "quote": "Sales Quote"}
"""What a sales document is, by the table of Sales that its mapping makes it of."""


def noun(table: str) -> str:
    """One record of this table; a table nobody has named here by its own name, spelled out."""
    return NOUNS.get(table) or table.rpartition(".")[2].replace("_", " ").strip().capitalize()
