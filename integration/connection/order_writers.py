"""As whom orders, quotes and invoices of Sales are written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.connection.systems import Connected
from integration.dataverse.store import SalesOrganization
from integration.systems.errors import FieldMissing, TableMissing
from integration.systems.system import System
from integration.systems.values import Value

ORGANIZATION, ORDERS_ON = "organization", "issopintegrationenabled"
USER, INTEGRATION = "systemuser", "isintegrationuser"


@dataclass(frozen=True, slots=True)
class OrderWriters:
    """``orders`` writes states, dates, numbers, notes and posts of orders and quotes, ``amounts`` the rows that carry
    amounts. ``keeps_amounts``: Sales keeps them as they are written, and does not work them out itself. All of this
    counts as our own change: on whose behalf a row is written does not matter."""

    orders: System
    amounts: System
    keeps_amounts: bool


def order_writers(connected: Connected, order_user: uuid.UUID | None) -> OrderWriters:
    """The writers for the user that handles orders; ``None``: the integration user does. Amounts are written as that
    user if it is an integration user, since Sales keeps amounts of no one else. Raises ``NotAMember`` where there is no
    such user, and what the line says."""
    crm, us = connected.crm, connected.context.user_id
    orders: System = crm
    if order_user not in (None, us) and isinstance(crm, SalesOrganization):
        orders = crm.acting_as(order_user)
    users = [id for id in (order_user, us) if id is not None]
    integrations = {id for id, is_one in _integration_users(crm, users).items() if is_one}
    amounts = orders if order_user in integrations else crm
    writer = order_user if order_user in integrations else us
    return OrderWriters(orders, amounts, writer in integrations and _orders_on(crm))


def _integration_users(crm: System, users: list[uuid.UUID]) -> dict[uuid.UUID, Value]:
    try:
        return {id: row.values[INTEGRATION] for id, row in crm.get(USER, users, [INTEGRATION]).items()}
    except (TableMissing, FieldMissing):
        return {}


def _orders_on(crm: System) -> bool:
    try:
        return any(row.values[ORDERS_ON] for row in crm.find(ORGANIZATION, fields=[ORDERS_ON], size=1).records)
    except (TableMissing, FieldMissing):
        return False
