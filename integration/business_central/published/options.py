"""The query options of a request read into values: what is asked of the rows, and in which form."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from integration.business_central.published.expressions import Expression
from integration.business_central.published.filters import parse, property_named
from integration.business_central.published.problems import bad, not_offered, shortened
from integration.business_central.published.properties import PRODUCT, PROPERTIES, Property, Type

PAGE = 1000
"""So many entities are in one answer; behind them is an ``@odata.nextLink``."""
LARGEST = 10**9
OF_A_LIST = ("$filter", "$select", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$format")
OF_A_NUMBER = ("$filter", "$format")
OF_ONE = ("$select", "$format")
OF_THE_SERVICE = ("$format",)
ELSEWHERE = frozenset((
    "$apply", "$compute", "$deltatoken", "$expand", "$id", "$index", "$inlinecount", "$levels", "$schemaversion",
    "$search",
))  # fmt: skip
"""Options of OData that this service does not have."""

Key = str | Decimal | uuid.UUID
"""A value of a row that rows are ordered by."""


@dataclass(frozen=True, slots=True)
class Order:
    """One property that rows are ordered by."""

    property: Property
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a list. ``select``: blank for all properties. ``order`` ends with the product, so that no two
    rows are alike. ``behind``: the order's values of the last row of the page before."""

    filter: Expression | None = None
    select: tuple[Property, ...] = ()
    order: tuple[Order, ...] = (Order(PRODUCT),)
    top: int | None = None
    skip: int = 0
    count: bool = False
    behind: tuple[Key, ...] | None = None


def options(given: Sequence[tuple[str, str]], offered: Collection[str]) -> dict[str, str]:
    """The system query options by name; options without ``$`` are somebody else's and pass. Raises ``RefusedQuestion``
    for one that is not offered here, or stands twice."""
    found: dict[str, str] = {}
    for name, value in given:
        if name.startswith("@"):
            raise not_offered("An alias")
        if not name.startswith("$"):
            continue
        if name not in offered:
            known = name in ELSEWHERE or name in OF_A_LIST
            raise (
                not_offered(f"The option {name} for this resource")
                if known
                else bad(f"There is no query option “{shortened(name)}”.")
            )
        if name in found:
            raise bad(f"The option {name} stands twice.")
        found[name] = value
    if found.get("$format", "json").split(";")[0].strip().lower() not in ("json", "application/json"):
        raise not_offered(f"The format “{shortened(found['$format'])}”")
    return found


def asked(found: dict[str, str]) -> Asked:
    """What is asked of a list. Raises ``RefusedQuestion``."""
    order = _order(found.get("$orderby", ""))
    token = found.get("$skiptoken")
    return Asked(
        filter=parse(found["$filter"]) if "$filter" in found else None,
        select=selected(found),
        order=order,
        top=_number("$top", found["$top"]) if "$top" in found else None,
        skip=_number("$skip", found.get("$skip", "0")),
        count=_yes_or_no("$count", found.get("$count", "false")),
        behind=None if token is None else read_token(token, order),
    )


def selected(found: dict[str, str]) -> tuple[Property, ...]:
    """The properties of ``$select``, in their own order; none for all. Raises ``RefusedQuestion``."""
    text = found.get("$select", "*").strip()
    names = [name.strip() for name in text.split(",")]
    chosen = {property_named(name).name for name in names if name != "*"}
    return () if "*" in names else tuple(one for one in PROPERTIES.values() if one.name in chosen)


def _order(text: str) -> tuple[Order, ...]:
    """``Inventory desc,ItemNo``; the first mention of a property counts."""
    order: dict[str, Order] = {}
    for part in text.split(",") if text.strip() else []:
        match = re.fullmatch(r"\s*([^\s]+)(?:\s+(asc|desc))?\s*", part)
        if match is None:
            raise bad(f"“{shortened(part)}” is no order. Write a property, then asc or desc.")
        if not re.fullmatch(r"\w+", match[1]):
            raise not_offered(f"“{shortened(match[1])}” in an order")
        found = property_named(match[1])
        order.setdefault(found.name, Order(found, match[2] == "desc"))
    order.setdefault(PRODUCT.name, Order(PRODUCT))
    return tuple(order.values())


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,100}", text):
        raise bad(f"{name} takes a whole number from 0 on, and not “{shortened(text)}”.")
    return min(int(text), LARGEST)


def _yes_or_no(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise bad(f"{name} is true or false, and not “{shortened(text)}”.")
    return text == "true"


# --- where the next page begins ---------------------------------------------------------------------------------


def token_of(keys: Sequence[Key]) -> str:
    """The ``$skiptoken`` behind a row: its values that rows are ordered by. Rows that come or go while somebody reads
    page by page neither repeat nor hide others."""
    return base64.urlsafe_b64encode(json.dumps([str(key) for key in keys]).encode()).decode().rstrip("=")


def read_token(token: str, order: Sequence[Order]) -> tuple[Key, ...]:
    """The values in a ``$skiptoken``. Raises ``RefusedQuestion`` for one that is not of a list in this order."""
    problem = bad("The $skiptoken is not of this list. Follow @odata.nextLink as it is.")
    try:
        texts = json.loads(base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
        if not isinstance(texts, list) or len(texts) != len(order):
            raise problem
        return tuple(_key(text, one.property.type) for text, one in zip(texts, order, strict=True))
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise problem from error


def _key(text: object, type: Type) -> Key:
    if not isinstance(text, str) or "\0" in text:
        raise ValueError("Not a value of an order.")
    if type is Type.GUID:
        return uuid.UUID(text)
    if type is Type.NUMBER:
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 18:
            raise ValueError("Not a quantity.")
        return number
    return text
