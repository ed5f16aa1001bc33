"""The user of Sales that handles sales orders, by name or e-mail address."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from integration.connection.opening import open_for_page
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import AnyOf, Comparison

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

NAMED_BY = ("fullname", "internalemailaddress")


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
