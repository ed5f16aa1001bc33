"""What is open for a customer in Dynamics 365 Sales, asked live: opportunities, active quotes, active cases."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from coupling.pages import records
from coupling.sides import both_opened
from integration.models import ConnectionSetup
from integration.pages.in_sales import list_in_sales
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AllOf, AnyOf, Comparison, Filter
from integration.systems.system import count_each
from integration.systems.values import Side, Table

CUSTOMER, ACCOUNT = "customer", "account"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is counted: its table in Sales, which state is open, and the columns that may name the account."""

    table: str
    caption: str
    state: int
    columns: tuple[str, ...] = ("customerid",)


KINDS = (
    Kind("opportunity", "Open Opportunities", 0, ("customerid", "parentaccountid")),
    Kind("quote", "Active Quotes", 1),
    Kind("incident", "Active Cases", 0),
)
OF_TABLE = {kind.table: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and where Sales lists them; ``kind`` and ``account`` lead to our own list of them."""

    kind: Kind
    account: uuid.UUID
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class InSales:
    """What the panel shows. ``problem``: why nobody knows."""

    counts: Sequence[Count] = ()
    problem: str = ""


def open_of(table: Table, account: uuid.UUID) -> Filter:
    """The open rows of an account; all rows of a table that is not counted."""
    kind = OF_TABLE.get(table.name)
    if kind is None:
        return EVERYTHING
    names = [name for name in kind.columns if name in table.fields]
    whose = AnyOf(tuple(Comparison(name, "=", account) for name in names))
    return AllOf((Comparison("statecode", "=", kind.state), whose))


def named(typed: str) -> uuid.UUID | None:
    """The account that the address of a list names, if any."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None


def account_of(customer: uuid.UUID) -> uuid.UUID | None:
    """The account of a coupled customer, while the connection is enabled."""
    if not ConnectionSetup.current().is_enabled:
        return None
    mappings = [one for one in records.mappings_of(Side.ERP, CUSTOMER) if one.crm_table == ACCOUNT]
    pairs = records.mapped_pairs(Side.ERP, mappings, [customer])
    pair = pairs[customer][1] if customer in pairs else None
    return pair.crm_id if pair is not None and pair.state is State.COUPLED else None


def counts(account: uuid.UUID) -> InSales:
    """One request for all counts. What Sales says instead is in ``problem``."""
    url = ConnectionSetup.current().url
    try:
        with both_opened() as connected:
            crm = connected.crm
            there = {name for name, _ in crm.tables()}
            kinds = [kind for kind in KINDS if kind.table in there]
            numbers = count_each(crm, [(kind.table, open_of(crm.describe(kind.table), account)) for kind in kinds])
    except Problem as problem:
        return InSales(problem=str(problem))
    links = [list_in_sales(url, kind.table) for kind in kinds]
    counted = zip(kinds, numbers, links, strict=True)
    return InSales([Count(kind, account, number, link) for kind, number, link in counted])
