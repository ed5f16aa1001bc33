"""What a new row holds where the client says nothing. Yes/no columns start with no, states with their first state
(rules/states.py); here is the rest."""

from __future__ import annotations

from functools import cache
from typing import Any

from integration.sandbox.dataverse.store.model import Table

LINES = ("opportunityproduct", "quotedetail", "salesorderdetail", "invoicedetail")

LINE_PRESETS: dict[str, int | str] = {"producttypecode": 1, "propertyconfigurationstatus": 2, "quantity": "1"}
PRESETS: dict[tuple[str, str], int | str] = {
    ("systemuser", "accessmode"): 0,
    ("systemuser", "caltype"): 0,
    ("systemuser", "defaultodbfoldername"): "CRM",
    ("systemuser", "emailrouteraccessapproval"): 0,
    ("systemuser", "identityid"): 0,
    ("systemuser", "incomingemaildeliverymethod"): 1,
    ("systemuser", "invitestatuscode"): 4,
    ("systemuser", "outgoingemaildeliverymethod"): 1,
    ("systemuser", "userlicensetype"): -1,
    ("team", "teamtype"): 0,
    ("product", "productstructure"): 1,
    ("product", "quantitydecimal"): 0,
    ("productpricelevel", "pricingmethodcode"): 1,
    ("productpricelevel", "quantitysellingcode"): 1,
    ("productpricelevel", "roundingoptioncode"): 1,
    ("productpricelevel", "roundingpolicycode"): 1,
    ("transactioncurrency", "currencytype"): 0,
    ("quote", "revisionnumber"): 0,
    ("post", "source"): 2,
    ("post", "type"): 7,
    ("opportunityclose", "activitytypecode"): "opportunityclose",
    ("quoteclose", "activitytypecode"): "quoteclose",
    ("orderclose", "activitytypecode"): "orderclose",
    ("organization", "pricingdecimalprecision"): 2,
    ("organization", "currencydecimalprecision"): 2,
    ("organization", "expirechangetrackingindays"): 7,
    ("organization", "oobpricecalculationenabled"): 1,
    ("organization", "createproductswithoutparentinactivestate"): 0,
    **{(line, column): value for line in LINES for column, value in LINE_PRESETS.items()},
}


@cache
def presets(table: Table) -> dict[str, Any]:
    """Column -> value for every column of the table that has one."""
    found: dict[str, Any] = {column.name: 0 for column in table.columns.values() if column.type == "Boolean"}
    found.update({column: value for (name, column), value in PRESETS.items() if name == table.name})
    return found
