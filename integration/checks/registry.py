"""The checks of what Sales holds, in the order in which they are shown. A new check gets its place here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from integration.checks.contents import clocks, mappings, roles, rules, solution
from integration.checks.decimals import decimals
from integration.checks.orders import orders
from integration.checks.owners import owners
from integration.checks.prices import base_rate, price_list, rates
from integration.checks.salespeople import salespeople_role
from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.systems.findings import Finding

Check = Callable[[ConnectionSetup, Connected], Iterator[Finding]]

REQUIRED: Sequence[Check] = (mappings,)
"""Without these the connection is of no use: the guide does not go on."""
WARNED: Sequence[Check] = (base_rate,)
"""What does not keep a connection from being enabled, and should be mended before the first run."""
FURTHER: Sequence[Check] = (
    rules,
    roles,
    salespeople_role,
    solution,
    rates,
    owners,
    price_list,
    decimals,
    orders,
    clocks,
)
