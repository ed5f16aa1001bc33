"""Sales order integration: do amounts stay as we send them, can posts be written, and can every order be worked out?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from integration.business_central.models import (
    Customer,
    GLAccount,
    Item,
    Resource,
    SalesReceivablesSetup,
    VatPostingSetup,
)
from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.systems.filters import AllOf, Comparison
from integration.systems.findings import Finding, Severity
from integration.systems.values import Record

WHAT = "Sales orders"
USER, MODE = "systemuser", "isintegrationuser"
FEED, FEED_TABLE = "msdyn_postconfig", "msdyn_entityname"
MARK = "Set “Integration user mode” of this user to Yes in Dynamics 365 Sales, as an administrator."
NAMED_AT_MOST = 5


def orders(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """What sales order integration needs beside being switched on; nothing where it is off."""
    if not setup.order_integration_enabled:
        return
    found = [*_users(setup, connected), *_feed(connected), *_freight(), *_vat()]
    yield from found
    if not found:
        yield Finding("orders", Severity.FINE, WHAT, "All that orders, invoices and posts need is there.")


def _users(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Sales keeps the amounts of orders and invoices only when an integration user writes them."""
    columns = connected.crm.describe(USER).fields
    if MODE not in columns:
        return
    ours, theirs = connected.context.user_id, setup.order_user_id
    ids = [id for id in (ours, theirs) if id is not None]
    users = connected.crm.get(USER, ids, [name for name in ("fullname", MODE) if name in columns]) if ids else {}
    if ours in users and not users[ours].values[MODE]:
        words = (
            f"{_name(users[ours])}, as whom we work, is no integration user, so Dynamics 365 Sales works out the "
            "amounts of orders and invoices anew and they may differ from Business Central's."
        )
        yield Finding("integration-user-mode", Severity.ERROR, WHAT, words, MARK)
    if theirs != ours and theirs in users and not users[theirs].values[MODE]:
        words = (
            f"{_name(users[theirs])}, who handles orders, is no integration user, so whatever carries amounts is "
            "written by the user we work as instead."
        )
        yield Finding("order-user-mode", Severity.WARNING, WHAT, words, MARK)


def _name(user: Record) -> str:
    return str(user.values.get("fullname") or user.id)


def _feed(connected: Connected) -> Iterator[Finding]:
    """Where the organization says for which tables its timelines take posts, orders have to be among them."""
    if FEED not in {name for name, _ in connected.crm.tables()}:
        return
    where = AllOf((Comparison(FEED_TABLE, "=", "salesorder"), Comparison("statecode", "=", 0)))
    if not connected.crm.find(FEED, where, size=1).records:
        words = "The activity feed of orders is off, so Dynamics 365 Sales refuses what is posted to their timelines."
        fix = "Switch it on under Activity Feeds Configuration in Dynamics 365 Sales, for the table Order."
        yield Finding("activity-feed-off", Severity.WARNING, WHAT, words, fix)


def _freight() -> Iterator[Finding]:
    account: GLAccount | None = SalesReceivablesSetup.current().freight_g_l_account_no
    fix = "Choose a Freight G/L Acc. No. on Sales & Receivables Setup."
    if account is None:
        words = "No freight account is chosen, so no order with freight is created."
        yield Finding("freight-account-missing", Severity.WARNING, WHAT, words, fix)
    elif account.blocked:
        words = f"The freight account {account.no} is blocked, so no order with freight is created."
        yield Finding("freight-account-missing", Severity.WARNING, WHAT, words, fix)


def _vat() -> Iterator[Finding]:
    """Each pair of groups of what is sold and of who buys needs a rate."""
    rates = set(VatPostingSetup.objects.values_list("vat_bus_posting_group", "vat_prod_posting_group"))
    missing = sorted(
        f"{who or '(blank)'} and {what or '(blank)'}"
        for bus, who in _groups(Customer, "vat_bus_posting_group")
        for prod, what in {*_groups(Item, "vat_prod_posting_group"), *_groups(Resource, "vat_prod_posting_group")}
        if (bus, prod) not in rates
    )
    if missing:
        named = "; ".join(missing[:NAMED_AT_MOST])
        more = f"; and {len(missing) - NAMED_AT_MOST} more" if len(missing) > NAMED_AT_MOST else ""
        words = f"There is no VAT rate for these groups of customers and of what is sold: {named}{more}."
        fix = "Add them to VAT Posting Setup; a rate of 0 is a rate."
        yield Finding("vat-setup-missing", Severity.WARNING, WHAT, words, fix)


def _groups(
    model: type[Customer] | type[Item] | type[Resource], column: str
) -> set[tuple[uuid.UUID | None, str | None]]:
    """(id, code) of the groups that rows which are not blocked have; ``None``: some have none."""
    rows = model._default_manager.filter(blocked=0).order_by()
    return set(rows.values_list(column, f"{column}__code").distinct())
