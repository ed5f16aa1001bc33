"""What a new organization starts with. An organization that has rows already is left as it is,
but for tables that came with a new version: administrators may use these."""

from __future__ import annotations

from integration.dataverse.sandbox.organization import Organization
from integration.dataverse.sandbox.security.roles import complete
from integration.dataverse.sandbox.seed.base import CLIENTS, plant_base
from integration.dataverse.sandbox.seed.demo import plant_demo
from integration.dataverse.sandbox.seed.large import plant_large
from integration.dataverse.sandbox.seed.roles import plant_roles
from integration.dataverse.sandbox.values import timestamp
from integration.dataverse.sandbox.write import Write

SEEDS = ("empty", "demo", "large")

__all__ = ["CLIENTS", "SEEDS", "plant"]


def plant(organization: Organization, seed: str, accounts: int | None = None, contacts: int | None = None) -> None:
    """Fill an empty database; ``accounts`` and ``contacts`` are the totals of the demo and the large seed."""
    connection = organization.database.connection()
    if connection.execute("SELECT 1 FROM organization").fetchone():
        with organization.database.transaction() as writing:
            if not writing.execute("SELECT 1 FROM roleprivileges").fetchone():  # a file of an earlier version
                plant_roles(Write(organization.model, writing, "", timestamp(organization.clock())))
            complete(writing)
        return
    slow, organization.row_ms = organization.row_ms, 0
    planted = plant_base(organization)
    if seed == "demo":
        plant_demo(organization, planted, accounts, contacts)
    elif seed == "large":
        plant_large(organization, planted, accounts, contacts)
    organization.row_ms = slow
