"""The life of a product: drafted, published, revised, retired; its number is its own, its unit from its group."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.units import check_group
from integration.sandbox.dataverse.store.folding import folded
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

ACTIVE, RETIRED, DRAFT, UNDER_REVISION = 0, 1, 2, 3
FAMILY = 2
FIXED_WHEN_ACTIVE = ("defaultuomscheduleid", "defaultuomid", "productstructure", "parentproductid")
FIXED = Refusal(400, "0x8004f995", "Only draft products can be changed in this way.")
REFUSED_MOVES = {
    (ACTIVE, DRAFT): ("0x8004f912", "An active product cannot be set back to draft."),
    (DRAFT, RETIRED): ("0x8004f978", "A draft product cannot be retired."),
    (DRAFT, UNDER_REVISION): ("0x80048408", "A draft product cannot be put under revision."),
    (RETIRED, DRAFT): ("0x80061035", "A retired product cannot be set back to draft."),
    (RETIRED, UNDER_REVISION): ("0x80048408", "A retired product cannot be put under revision."),
    (UNDER_REVISION, DRAFT): ("0x80061035", "A product under revision cannot be set back to draft."),
}


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """New products start as drafts, whatever the client says, unless the organization is set up otherwise."""
    for row in rows:
        if not row.get("productnumber"):
            raise Refusal(400, "0x80043b05", "The product number is missing.")
        if row.get("productstructure", 1) != FAMILY and row.get("defaultuomid") is None:
            raise Refusal(400, "0x80043b0d", "The unit of the product is missing: 'defaultuomid'.")
        if row.get("defaultuomid") is not None and row.get("defaultuomscheduleid") is None:
            raise Refusal(400, "0x80043b13", "The unit group of the product is missing: 'defaultuomscheduleid'.")
        check_group(write, row.get("defaultuomid"), row.get("defaultuomscheduleid"))
        active = write.settings.products_start_active and row.get("parentproductid") is None
        row["statecode"], row["statuscode"] = (ACTIVE, 1) if active else (DRAFT, 0)
    _check_numbers(write, [row["productnumber"] for row in rows])


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    """Moves between states, and what may change in which."""
    before = current["statecode"]
    after: Any = values.get("statecode", before)
    if (before, after) in REFUSED_MOVES:
        raise Refusal(400, *REFUSED_MOVES[before, after])
    changed = {name for name in values if name in table.columns and values[name] != current[name]}
    if before == ACTIVE and changed.intersection(FIXED_WHEN_ACTIVE):
        raise FIXED
    if before == RETIRED and after == RETIRED and changed - {"modifiedon", "modifiedby", "statecode", "statuscode"}:
        raise FIXED
    if "productnumber" in values and values["productnumber"] is None:
        raise Refusal(400, "0x80043b05", "The product number is missing.")
    if "productnumber" in changed and folded(values["productnumber"]) != folded(current["productnumber"]):
        _check_numbers(write, [values["productnumber"]])
    merged = {**current, **values}
    if "transactioncurrencyid" in changed and _follows_price(write, current["productid"]):
        raise Refusal(400, "0x80048cfa", "The currency cannot change while prices of price lists are a share of it.")
    check_group(write, merged["defaultuomid"], merged["defaultuomscheduleid"])


def publish(write: Write, product: str) -> None:
    """The message PublishProductHierarchy. Raises 0x8004f90a when there is nothing to publish."""
    current = write.one("product", product)
    if current is None:
        raise refusals.missing("product", product)
    if current["statecode"] not in (DRAFT, UNDER_REVISION):
        raise Refusal(400, "0x8004f90a", "Only products that are drafts or under revision can be published.")
    write.update(write.model["product"], {product: {"statecode": ACTIVE, "statuscode": 1}})


def _follows_price(write: Write, product: str) -> bool:
    """Is there a price list whose price is a percentage of what the product costs?"""
    found = write.connection.execute(
        "SELECT 1 FROM productpricelevel WHERE productid = ? AND pricingmethodcode > 1", (product,)
    )
    return found.fetchone() is not None


def _check_numbers(write: Write, numbers: list[str]) -> None:
    wanted = [folded(number) for number in numbers]
    duplicate = write.connection.execute(
        "SELECT productnumber FROM product WHERE folded(productnumber) IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    ).fetchone()
    if duplicate or len(set(wanted)) < len(wanted):
        raise Refusal(400, "0x80043b06", "A product with the same product number exists already.")
