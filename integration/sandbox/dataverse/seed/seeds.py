"""What a new organization starts with. An organization that has rows already is left as it is,
but for tables that came with a new version: administrators may use these."""

from __future__ import annotations

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security.roles import complete
from integration.sandbox.dataverse.seed.base import CLIENTS, plant_base
from integration.sandbox.dataverse.seed.demo import plant_demo
from integration.sandbox.dataverse.seed.large import plant_large
from integration.sandbox.dataverse.seed.roles import plant_roles

SEEDS = ("empty", "demo", "large")

__all__ = ["CLIENTS", "SEEDS", "plant"]


def plant(organization: Organization, seed: str, accounts: int | None = None, contacts: int | None = None) -> None:
    """Fill an empty database; ``accounts`` and ``contacts`` are the totals of the demo and the large seed."""
    connection = organization.database.connection()
    if connection.execute("SELECT 1 FROM organization").fetchone():
        with organization.database.transaction() as writing:
            if not writing.execute("SELECT 1 FROM roleprivileges").fetchone():  # a file of an earlier version
                plant_roles(organization.write(writing, ""))
            complete(writing)
        return
    slow, organization.row_ms = organization.row_ms, 0
    planted = plant_base(organization)
    if seed == "demo":
        plant_demo(organization, planted, accounts, contacts)
    elif seed == "large":
        plant_large(organization, planted, accounts, contacts)
    organization.row_ms = slow
