"""What Dynamics 365 Sales is told about us: where we are, and how it asks for item availability.

It stands in the one row of ``bci_connection``, which only the integration's roles and Product Availability User read.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from integration.dataverse import solution
from integration.models.people.access_key import WebServiceKey
from integration.models.stored.secret import SecretUnreadable
from integration.systems.errors import ConfigurationProblem, TableMissing
from integration.systems.filters import Comparison
from integration.systems.system import System
from integration.systems.values import Row

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

TABLE = "bci_connection"
OURS = uuid.UUID("6d0f2c1e-4b39-5a0e-9d52-6a1b0c7be001")
"""The row's id is the same everywhere, so that writing it twice cannot make two of it."""


def solution_version(crm: System) -> str:
    """The version of the integration solution in the organization, blank where it is not installed. Raises
    ``Problem``."""
    try:
        found = crm.find("solution", Comparison("uniquename", "=", solution.NAME), ["uniquename", "version"], size=1)
    except TableMissing:
        return ""
    return next((str(record.values.get("version") or "") for record in found.records), "")


def publish(setup: ConnectionSetup, crm: System) -> None:
    """Write the addresses and, where one was entered, the access key. Where item availability is off, or its user
    cannot ask, there is no address to ask at. Raises ``Problem``."""
    values = {
        "bci_name": "Business Central",
        "bci_webclienturl": setup.web_client_url,
        "bci_odataurl": setup.odata_url if setup.publishes_availability else "",
        "bci_odatausername": setup.odata_user.get_username() if setup.odata_user else "",
    }
    try:
        if setup.odata_key:
            values["bci_odataaccesskey"] = setup.odata_key.reveal()
    except SecretUnreadable as error:
        raise ConfigurationProblem("The access key cannot be decrypted any more. Type it anew.") from error
    if not setup.item_availability_enabled or not _has_key(setup):
        values["bci_odataaccesskey"] = ""
    _write(crm, values)


def _has_key(setup: ConnectionSetup) -> bool:
    """Is there a key that still opens something? One that was revoked does not stay in Sales."""
    return bool(setup.odata_key) or WebServiceKey.objects.filter(user=setup.odata_user, revoked_at=None).exists()


def withdraw(crm: System) -> None:
    """Take the addresses and the key back: the links in Sales lead nowhere while the connection is disabled. Raises
    ``Problem``."""
    if crm.get(TABLE, [OURS], ["bci_name"]):
        _write(crm, {"bci_webclienturl": "", "bci_odataurl": ""})


def _write(crm: System, values: dict[str, str]) -> None:
    row = Row(OURS, values)
    there = crm.get(TABLE, [OURS], ["bci_name"])
    [written] = crm.update(TABLE, [row]) if there else crm.insert(TABLE, [row])
    if written.error is not None:
        raise written.error
