"""A large organization: the demo's sales team, with firms, people, products, prices, opportunities by the thousand."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from decimal import Decimal

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.seed.base import Seeded
from integration.sandbox.dataverse.seed.demo import seed_demo
from integration.sandbox.dataverse.seed.names import SURNAMES, TRADES
from integration.sandbox.dataverse.store.payload import Values

ACCOUNTS, CONTACTS, PRODUCTS, OPPORTUNITIES = 20_000, 50_000, 3_000, 10_000
CHUNK = 2000
THINGS = ("Desk", "Chair", "Lamp", "Bicycle", "Shelf", "Cabinet", "Printer", "Pump", "Toolbox", "Awning")


def seed_large(organization: Organization, seeded: Seeded, accounts: int | None, contacts: int | None) -> None:
    """Write it all in the name of the SYSTEM user, chunk by chunk."""
    seed_demo(
        organization, seeded, ACCOUNTS if accounts is None else accounts, CONTACTS if contacts is None else contacts
    )
    chance = random.Random(20261120)  # noqa: S311 - names, not secrets
    look = organization.database.connection().execute
    unit, schedule = look("SELECT uomid, uomscheduleid FROM uom").fetchone()
    currency = {"transactioncurrencyid": seeded.currency}
    (prices,) = _write(organization, seeded, "pricelevel", [{"name": "Large", **currency}])
    products = _write(organization, seeded, "product", _products(chance, unit, schedule))
    _publish(organization, seeded, products)
    lines = [{**line, "pricelevelid": prices, "uomid": unit, **currency} for line in _prices(chance, products)]
    _write(organization, seeded, "productpricelevel", lines)
    firms = look("SELECT accountid, name, ownerid FROM account ORDER BY name").fetchall()
    _write(organization, seeded, "opportunity", [{**row, **currency} for row in _opportunities(chance, firms)])


def _write(organization: Organization, seeded: Seeded, table: str, rows: Sequence[Values]) -> list[str]:
    ids: list[str] = []
    for at in range(0, len(rows), CHUNK):
        with organization.writing(seeded.system_user) as write:
            ids += write.create(write.model[table], list(rows[at : at + CHUNK]))
    return ids


def _publish(organization: Organization, seeded: Seeded, products: Sequence[str]) -> None:
    for at in range(0, len(products), CHUNK):
        with organization.writing(seeded.system_user) as write:
            active = {row: {"statecode": 0, "statuscode": 1} for row in products[at : at + CHUNK]}
            write.update(write.model["product"], active)


def _products(chance: random.Random, unit: str, schedule: str) -> list[Values]:
    return [
        {
            "name": f"{chance.choice(SURNAMES)} {chance.choice(THINGS)} {number}",
            "productnumber": f"L{number:05}",
            "defaultuomid": unit,
            "defaultuomscheduleid": schedule,
            "quantitydecimal": 2,
        }
        for number in range(1, PRODUCTS + 1)
    ]


def _prices(chance: random.Random, products: Sequence[str]) -> list[Values]:
    return [{"productid": product, "amount": Decimal(chance.randint(500, 90_000)) / 100} for product in products]


def _opportunities(chance: random.Random, firms: Sequence[Sequence[str]]) -> list[Values]:
    """Open ones, for firms in turn."""
    return [
        {
            "name": f"{chance.choice(TRADES)} for {name}"[:300],
            "parentaccountid": firm,
            "customerid": firm,
            "customeridtype": "account",
            "estimatedvalue": Decimal(chance.randint(10_000, 9_000_000)) / 100,
            "ownerid": owner,
            "owneridtype": "systemuser",
        }
        for firm, name, owner in itertools.islice(itertools.cycle(firms), OPPORTUNITIES if firms else 0)
    ]
