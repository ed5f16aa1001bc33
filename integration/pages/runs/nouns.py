"""What one record of a table of Dynamics 365 Sales is called where Sales does not answer: data, nothing else."""

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


def noun(table: str) -> str:
    """One record of this table; a table nobody has named here by its own name, spelled out."""
    return NOUNS.get(table) or table.rpartition(".")[2].replace("_", " ").strip().capitalize()
