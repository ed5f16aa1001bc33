"""The user of Sales that handles sales orders: found by name or e-mail address, and written as.

State, dates, numbers, notes and posts of orders and quotes are written as this user. Rows that carry amounts are
written as the integration user, since Sales keeps amounts only of users that are marked as such. Both are our own
changes: ``Record.modified_by`` is who writes, not on whose behalf.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from integration.connection.opening import open_for_page
from integration.dataverse.store import SalesOrganization
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import AnyOf, Comparison
from integration.systems.system import System

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

NAMED_BY = ("fullname", "internalemailaddress")


def as_order_user(crm: System, setup: ConnectionSetup) -> System:
    """Sales, where what is written counts as written by the user that handles orders; as it is where nobody was chosen.
    Raises ``NotAMember`` where the user is gone."""
    if setup.order_user_id is None or not isinstance(crm, SalesOrganization):
        return crm
    return crm.acting_as(setup.order_user_id)


def find_order_user(setup: ConnectionSetup, text: str) -> tuple[uuid.UUID, str]:
    """(id, full name) of the one enabled user called so. Raises ``ConfigurationProblem``, ``Problem``."""
    with open_for_page(setup, even_disabled=True, anybody=True) as connected:
        crm = connected.crm
        names = [name for name in NAMED_BY if name in crm.describe("systemuser").fields]
        called = AnyOf(tuple(Comparison(name, "=", text) for name in names))
        found = crm.find("systemuser", called, ["fullname", "isdisabled"], size=3).records
    able = [one for one in found if not one.values.get("isdisabled")]
    if len(able) != 1:
        many = "Several users are" if able else "No enabled user is"
        raise ConfigurationProblem(f"{many} called “{text}” in Dynamics 365 Sales. Enter an e-mail address.")
    return able[0].id, str(able[0].values.get("fullname") or text)
