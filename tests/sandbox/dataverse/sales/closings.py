"""The messages that close opportunities, quotes and orders, and the state they lead to."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import Document, document

NAMESPACE = "Microsoft.Dynamics.CRM."


def closing(deal: Document, status: int, **values: Any) -> dict[str, Any]:
    """The body of a closing message."""
    parameter, lookup = {
        "opportunities": ("OpportunityClose", "opportunityid"),
        "quotes": ("QuoteClose", "quoteid"),
        "salesorders": ("OrderClose", "salesorderid"),
    }[deal.set]
    bound = {"@odata.type": f"#{NAMESPACE}{parameter.lower()}", f"{lookup}@odata.bind": f"/{deal.address}"}
    return {"Status": status, parameter: {**bound, **values}}


def state(deal: Document) -> tuple[int, int]:
    row = deal.row()
    return row["statecode"], row["statuscode"]


def won_quote(call: Caller) -> Document:
    quote = document(call, "quotes")
    quote.change(statecode=1)
    assert call("POST", "WinQuote", closing(quote, 4)).status_code == 204
    return quote
