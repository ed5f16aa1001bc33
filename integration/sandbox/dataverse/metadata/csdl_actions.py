"""The sales messages in ``$metadata``: name, parameters, what they answer with, and what they are bound to."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

Element = ElementTree.Element
GUID, WHOLE, TEXT, MOMENT, COLUMNS = "Edm.Guid", "Edm.Int32", "Edm.String", "Edm.DateTimeOffset", "mscrm.ColumnSet"


@dataclass(frozen=True, slots=True)
class Declared:
    """``parameters``: name -> type, an optional one ends with ``?``. ``result`` is the table of the row it answers
    with; ``bound`` the table to whose set it is bound."""

    parameters: dict[str, str] = field(default_factory=dict)
    result: str = ""
    bound: str = ""


def _closing(parameter: str, bound: str = "") -> Declared:
    return Declared({parameter: f"mscrm.{parameter.lower()}", "Status": WHOLE}, bound=bound)


def _making(parameter: str, result: str, **more: str) -> Declared:
    return Declared({parameter: GUID, "ColumnSet": COLUMNS, **more}, result)


ACTIONS: dict[str, Declared] = {
    "WinOpportunity": _closing("OpportunityClose"),
    "LoseOpportunity": _closing("OpportunityClose"),
    "WinQuote": _closing("QuoteClose"),
    "CloseQuote": _closing("QuoteClose"),
    "FulfillSalesOrder": _closing("OrderClose", "salesorder"),
    "CancelSalesOrder": _closing("OrderClose"),
    "ReviseQuote": _making("QuoteId", "quote"),
    "ConvertQuoteToSalesOrder": _making(
        "QuoteId",
        "salesorder",
        QuoteCloseDate=f"{MOMENT}?",
        QuoteCloseStatus=f"{WHOLE}?",
        QuoteCloseSubject=f"{TEXT}?",
        QuoteCloseDescription=f"{TEXT}?",
    ),
    "ConvertSalesOrderToInvoice": _making("SalesOrderId", "invoice"),
    "GenerateQuoteFromOpportunity": _making("OpportunityId", "quote"),
    "GenerateSalesOrderFromOpportunity": _making("OpportunityId", "salesorder"),
    "GenerateInvoiceFromOpportunity": _making("OpportunityId", "invoice"),
    "LockSalesOrderPricing": Declared({"SalesOrderId": GUID}),
    "UnlockSalesOrderPricing": Declared({"SalesOrderId": GUID}),
    "LockInvoicePricing": Declared({"InvoiceId": GUID}),
    "UnlockInvoicePricing": Declared({"InvoiceId": GUID}),
    "CalculatePrice": Declared({"Target": "mscrm.crmbaseentity", "ParentId": f"{GUID}?"}),
    "RecalculatePrice": Declared({"entityLogicalName": TEXT, "entityId": GUID}),
}


def declare_actions(schema: Element) -> None:
    """Add them and the type of their column sets to the schema."""
    columns = ElementTree.SubElement(schema, "ComplexType", {"Name": "ColumnSet"})
    for name, kind in (("AllColumns", "Edm.Boolean"), ("Columns", "Collection(Edm.String)")):
        ElementTree.SubElement(columns, "Property", {"Name": name, "Type": kind})
    for name, declared in ACTIONS.items():
        _declare(schema, name, declared)


def _declare(schema: Element, name: str, declared: Declared) -> None:
    action = ElementTree.SubElement(schema, "Action", {"Name": name} | ({"IsBound": "true"} if declared.bound else {}))
    if declared.bound:
        _parameter(action, "entityset", f"Collection(mscrm.{declared.bound})")
    for parameter, kind in declared.parameters.items():
        _parameter(action, parameter, kind)
    if declared.result:
        ElementTree.SubElement(action, "ReturnType", {"Type": f"mscrm.{declared.result}", "Nullable": "false"})


def _parameter(action: Element, name: str, kind: str) -> None:
    facts = {"Name": name, "Type": kind.removesuffix("?")} | ({} if kind.endswith("?") else {"Nullable": "false"})
    ElementTree.SubElement(action, "Parameter", facts)


def import_actions(container: Element) -> None:
    """Add those that are not bound to the container."""
    for name, declared in ACTIONS.items():
        if not declared.bound:
            ElementTree.SubElement(
                container, "ActionImport", {"Name": name, "Action": f"Microsoft.Dynamics.CRM.{name}"}
            )
