"""A few orders that were submitted and a quote that was activated, so that there is something to create on the first
day. Their products are written in: what the company sells comes with the first synchronization."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

SUBMITTED: Values = {"statecode": 1, "statuscode": 3}
ACTIVATED: Values = {"statecode": 1, "statuscode": 2}
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
QUOTES: tuple[tuple[str, str, Values, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Alpine Ski House", "Benches for the new lift station", {"discountpercentage": "5"},
        (("Bench, larch, two metres", "12", "215.00"), ("Fitting, a day", "2", "480.00")),
    ),
)  # fmt: skip
"""The same of quotes."""


def seed_orders(write: Write, owner: str) -> None:
    """Submit the orders and activate the quotes of accounts that are there."""
    for table, state, documents in (("salesorder", SUBMITTED, ORDERS), ("quote", ACTIVATED, QUOTES)):
        for account, name, header, lines in documents:
            question = "SELECT accountid, ownerid FROM account WHERE name = ?"
            found = write.connection.execute(question, (account,)).fetchone()
            if found is not None:
                about = {"name": name, "customerid": found[0], "ownerid": found[1] or owner}
                made = _enter(write, table, {**about, **header}, lines)
                write.update(write.model[table], {made: state})


def _enter(write: Write, table: str, header: Values, lines: tuple[tuple[str, str, str], ...]) -> str:
    """The document with its lines, still open."""
    about = {"customeridtype": "account", "owneridtype": "systemuser"}
    (made,) = write.create(write.model[table], [{**header, **about}])
    write.create(
        write.model[f"{table}detail"],
        [
            {f"{table}id": made, "productdescription": text, "quantity": quantity, "priceperunit": Decimal(price)}
            for text, quantity, price in lines
        ],
    )
    return str(made)
