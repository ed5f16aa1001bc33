"""A few orders that were submitted, so that there is something to create on the first day. Their products are written
in: what the company sells comes with the first synchronization."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

SUBMITTED, IN_PROGRESS = 1, 3
ORDERS: tuple[tuple[str, str, Values, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Adatum Corporation", "Furniture for the new reception", {"freightamount": Decimal("12.50")},
        (("Reception desk, oak, made to measure", "1", "1890.00"), ("Visitor chairs", "6", "149.00")),
    ),
    (
        "Trey Research", "Moving the laboratory to Southwark Bridge Road",
        {"discountpercentage": "10", "description": "Call the porter before you come."},
        (("Crane hire with driver, one day", "1", "350.00"), ("Boxes and packing", "40", "3.25")),
    ),
    (
        "School of Fine Art", "Easels", {},
        (("Studio easels, beech", "24", "64.99"),),
    ),
)  # fmt: skip
"""Account, name, what else its header says, and lines: what is written in, quantity, price."""


def seed_orders(write: Write, owner: str) -> None:
    """Submit the orders of accounts that are there."""
    for account, name, header, lines in ORDERS:
        found = write.connection.execute("SELECT accountid, ownerid FROM account WHERE name = ?", (account,)).fetchone()
        if found is not None:
            _submit(write, {"name": name, "customerid": found[0], "ownerid": found[1] or owner, **header}, lines)


def _submit(write: Write, header: Values, lines: tuple[tuple[str, str, str], ...]) -> None:
    about = {"customeridtype": "account", "owneridtype": "systemuser"}
    (order,) = write.create(write.model["salesorder"], [{**header, **about}])
    write.create(
        write.model["salesorderdetail"],
        [
            {"salesorderid": order, "productdescription": text, "quantity": quantity, "priceperunit": Decimal(price)}
            for text, quantity, price in lines
        ],
    )
    write.update(write.model["salesorder"], {order: {"statecode": SUBMITTED, "statuscode": IN_PROGRESS}})
