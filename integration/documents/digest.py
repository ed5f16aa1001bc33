"""What an order of Sales said when it became an order here, as digests: what is not as it was then has been changed by
somebody. Who modified it last says nothing, since we write its header as well.

Two digests, kept as agreed values of the pair: ``lines`` is what only people write (lines, name, customer, currency),
``header`` what our own pass writes too (discounts, freight, requested date, ship-to), and is renewed after it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from integration.documents.sources import PARTIES, PLACES, SalesDocument
from integration.sync.memory.ledger import Agreed, Pair
from integration.systems.values import Record, Ref, Value

LINES, HEADER = "document:lines", "document:header"
OF_LINE = ("productid", "uomid", "quantity", "priceperunit", "extendedamount", "tax", "description",
           "productdescription", "sequencenumber", "lineitemnumber")  # fmt: skip
OF_PEOPLE = ("name", "customerid", "transactioncurrencyid")
OF_BOTH = ("discountamount", "discountpercentage", "freightamount", "requestdeliveryby",
           *(f"{PARTIES['ship_to']}_{part}" for part in PLACES.values()))  # fmt: skip


def digests(document: SalesDocument) -> Agreed:
    """What is to be agreed of a document."""
    lines = [[str(line.id), *_plain(line, OF_LINE)] for line in sorted(document.lines, key=lambda line: line.id)]
    return {
        LINES: ("", _digest([lines, _plain(document.header, OF_PEOPLE)])),
        HEADER: ("", header_digest(document.header)),
    }


def header_digest(header: Record) -> str:
    """Of what our own pass writes, too."""
    return _digest(_plain(header, OF_BOTH))


def is_as_agreed(pair: Pair, said: Agreed) -> bool:
    """Does the document say what the pair remembers?"""
    return all(pair.agreed.get(key) == halves for key, halves in said.items())


def _plain(record: Record, names: tuple[str, ...]) -> list[str]:
    return [_text(record.values, name) for name in names]


def _text(values: Mapping[str, Value], name: str) -> str:
    match values.get(name):
        case None:
            return ""
        case Ref(id=id):
            return str(id)
        case Decimal() as amount:
            return f"{amount.normalize():f}"
        case dt.datetime() as moment:
            return moment.astimezone(dt.UTC).isoformat()
        case value:
            return str(value)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()
