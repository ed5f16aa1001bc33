"""The verbs of Sales beyond create, change and delete: states, and the actions of opportunities, quotes and orders.

Each is data: where the Web API has its action, what the request holds, and in which state the row is afterwards. None
of them may happen twice, so a request whose answer got lost is not repeated: the row is asked for its state instead.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integration.dataverse.session import Session
from integration.systems.errors import (
    BadAnswer,
    ConfigurationProblem,
    Refused,
    TableMissing,
    TimedOut,
    Unreachable,
)

NAMESPACE = "Microsoft.Dynamics.CRM."
LOST = (Unreachable, TimedOut)
Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A state and its reason."""

    state: int
    status: int


@dataclass(frozen=True, slots=True)
class Action:
    """``places``: the paths the action may be found at, the documented one first (``{id}``: the row); sources and
    builds disagree, so the next one is tried where there is none. ``body`` makes the request of id and arguments.
    ``state``: the state it leaves the row in; ``result``: the key column of the row it answers with."""

    places: tuple[str, ...]
    body: Callable[[uuid.UUID, Arguments], dict[str, Any]]
    takes: frozenset[str] = frozenset()
    state: int | None = None
    result: str = ""


def _closing(message: str, close: str, lookup: str, row_set: str, status: int) -> Action:
    """An action that closes a row and leaves an activity that says why. Takes ``status`` (the reason's number),
    ``subject`` and ``description``."""

    def body(id: uuid.UUID, arguments: Arguments) -> dict[str, Any]:
        words = {name: str(arguments[name]) for name in ("subject", "description") if arguments.get(name)}
        activity = {"@odata.type": f"#{NAMESPACE}{close.lower()}", f"{lookup}@odata.bind": f"/{row_set}({id})"}
        return {"Status": int(arguments.get("status", status)), close: activity | words}

    return Action((message,), body, frozenset({"status", "subject", "description"}))


def _closes(action: Action, state: int, *places: str) -> Action:
    return Action(places or action.places, action.body, action.takes, state)


def _making(message: str, parameter: str, result: str) -> Action:
    """An action that makes another row out of this one and answers with it."""

    def body(id: uuid.UUID, arguments: Arguments) -> dict[str, Any]:
        return {parameter: str(id), "ColumnSet": {"AllColumns": False, "Columns": [result]}}

    return Action((message,), body, result=result)


def _pricing(message: str, parameter: str, row_set: str) -> Action:
    places = (message, f"{row_set}({{id}})/{NAMESPACE}{message}")
    return Action(places, lambda row, arguments: {parameter: str(row)})


_OPPORTUNITY = ("OpportunityClose", "opportunityid", "opportunities")
_QUOTE = ("QuoteClose", "quoteid", "quotes")
_ORDER = ("OrderClose", "salesorderid", "salesorders")
_FULFILL = (f"salesorders/{NAMESPACE}FulfillSalesOrder", "FulfillSalesOrder")

ACTIONS: Mapping[str, Mapping[str, Action]] = {
    "opportunity": {
        "win_opportunity": _closes(_closing("WinOpportunity", *_OPPORTUNITY, 3), 1),
        "lose_opportunity": _closes(_closing("LoseOpportunity", *_OPPORTUNITY, 4), 2),
        "generate_quote": _making("GenerateQuoteFromOpportunity", "OpportunityId", "quoteid"),
        "generate_order": _making("GenerateSalesOrderFromOpportunity", "OpportunityId", "salesorderid"),
        "generate_invoice": _making("GenerateInvoiceFromOpportunity", "OpportunityId", "invoiceid"),
    },
    "quote": {
        "win_quote": _closes(_closing("WinQuote", *_QUOTE, 4), 2),
        "close_quote": _closes(_closing("CloseQuote", *_QUOTE, 6), 3),
        "revise_quote": _making("ReviseQuote", "QuoteId", "quoteid"),
        "convert_quote": _making("ConvertQuoteToSalesOrder", "QuoteId", "salesorderid"),
    },
    "salesorder": {
        "fulfill_order": _closes(_closing("FulfillSalesOrder", *_ORDER, 100001), 3, *_FULFILL),
        "cancel_order": _closes(_closing("CancelSalesOrder", *_ORDER, 4), 2),
        "convert_order": _making("ConvertSalesOrderToInvoice", "SalesOrderId", "invoiceid"),
        "lock_pricing": _pricing("LockSalesOrderPricing", "SalesOrderId", "salesorders"),
        "unlock_pricing": _pricing("UnlockSalesOrderPricing", "SalesOrderId", "salesorders"),
    },
    "invoice": {
        "lock_pricing": _pricing("LockInvoicePricing", "InvoiceId", "invoices"),
        "unlock_pricing": _pricing("UnlockInvoicePricing", "InvoiceId", "invoices"),
    },
}

_PLAIN: Mapping[str, State] = {"activate": State(0, 1), "deactivate": State(1, 2)}
STATES: Mapping[str, Mapping[str, State]] = {
    **dict.fromkeys(("account", "contact", "uomschedule", "transactioncurrency"), _PLAIN),
    "product": {**_PLAIN, "publish": State(0, 1)},
    "pricelevel": {"activate": State(0, 100001), "deactivate": State(1, 100002)},
    "quote": {"activate": State(1, 2)},
    "salesorder": {
        "reopen": State(0, 1),
        "set_pending": State(0, 2),
        "submit": State(1, 3),
        "set_invoiced": State(4, 100003),
    },
    "invoice": {
        "bill": State(0, 4),
        "pay_partially": State(2, 100002),
        "pay": State(2, 100001),
        "cancel": State(3, 100003),
    },
}
"""Verb -> the state it leads to. Those of orders and invoices take ``from_states``, the states they may be in before;
without it Sales says itself which moves it takes."""


def names_of(table: str) -> tuple[str, ...]:
    """The verbs that a table knows."""
    return tuple(sorted({*STATES.get(table, {}), *ACTIONS.get(table, {})}))


class Actor:
    """Performs the actions of the Web API. ``state_of`` tells the state a row is in now."""

    def __init__(self, session: Session, state_of: Callable[[str, uuid.UUID], Any]) -> None:
        self._session, self._state_of = session, state_of
        self._place: dict[tuple[str, ...], int] = {}

    def perform(self, table: str, id: uuid.UUID, name: str, arguments: Arguments) -> uuid.UUID | None:
        """Do it; answers the id of the row that was made, where one is. Raises ``Refused`` for arguments the action
        does not take, and what the organization says."""
        action = ACTIONS[table][name]
        unknown = sorted(set(arguments) - action.takes)
        if unknown:
            raise Refused(f"The action “{name}” takes no “{unknown[0]}”.")
        try:
            answer = self._post(action, id, action.body(id, arguments))
        except LOST:
            if action.state is None or self._state_of(table, id) != action.state:
                raise
            return None
        return _made(action, answer) if action.result else None

    def _post(self, action: Action, id: uuid.UUID, body: Mapping[str, Any]) -> Any:
        start = self._place.get(action.places, 0)
        for number in range(start, len(action.places)):
            path = action.places[number].format(id=id)
            try:
                answer = self._session.request("POST", path, body=body, repeatable=False)
            except ConfigurationProblem as problem:
                if not _absent(problem) or number + 1 == len(action.places):
                    raise
                continue
            self._place[action.places] = number
            return answer.json() if answer.body else None
        raise AssertionError("every action has a place")


def _absent(problem: ConfigurationProblem) -> bool:
    """Does the organization have no such action at this path? (A missing privilege is another matter.)"""
    return type(problem) is ConfigurationProblem or problem.code == TableMissing.code


def _made(action: Action, answer: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(answer[action.result]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer("The organization does not say which record it made.", raw=str(answer)[:500]) from error
