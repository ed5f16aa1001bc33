"""What a new organization starts with. An organization that has rows already is left as it is,
but for tables that came with a new version: administrators may use these."""

from __future__ import annotations

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security.roles import complete
from integration.sandbox.dataverse.seed.base import CLIENTS, seed_base
from integration.sandbox.dataverse.seed.demo import seed_demo
from integration.sandbox.dataverse.seed.large import seed_large
from integration.sandbox.dataverse.seed.roles import seed_roles

SEEDS = ("empty", "demo", "large")

__all__ = ["CLIENTS", "SEEDS", "seed_organization"]


def seed_organization(
    organization: Organization, seed: str, accounts: int | None = None, contacts: int | None = None
) -> None:
    """Fill an empty database; ``accounts`` and ``contacts`` are the totals of the demo and the large seed."""
    connection = organization.database.connection()
    if connection.execute("SELECT 1 FROM organization").fetchone():
        with organization.database.transaction() as writing:
            if not writing.execute("SELECT 1 FROM roleprivileges").fetchone():  # a file of an earlier version
                seed_roles(organization.write(writing, ""))
            complete(writing)
        return
    slow, organization.row_ms = organization.row_ms, 0
    seeded = seed_base(organization)
    if seed == "demo":
        seed_demo(organization, seeded, accounts, contacts)
    elif seed == "large":
        seed_large(organization, seeded, accounts, contacts)
    organization.row_ms = slow
