"""Where a document goes and who gets its bill. Of an address that Sales has not, the customer's stands.

What stands in a document may be a person's own, so a blank address in Sales changes nothing by itself. One that came
from Sales and was cleared there since is another matter: the goods would go to where nobody wants them any more.

    Sales, when it became an order    Sales now    the order       taken over
    York                              -            York            the customer's
    -                                 -            York (ours)     York
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from integration.documents.known import Known
from integration.documents.sources import PARTIES, PLACES, text
from integration.documents.texts import cut
from integration.systems.text import fold
from integration.systems.values import Record, Value

LENGTHS = {"address": 100, "address_2": 50, "city": 30, "post_code": 20, "county": 30}


def addresses(header: Record, known: Known, firms: Mapping[str, Record], cleared: Collection[str]) -> dict[str, Value]:
    """The columns of a document for the addresses that Sales has, and for those of the parties in ``cleared`` that it
    has not: they are those of ``firms``, the customer of each party."""
    found: dict[str, Value] = {}
    for party in PARTIES:
        given = _address(header, party)
        if any(given.values()):
            found |= {f"{party}_{part}": cut(given[part], longest) for part, longest in LENGTHS.items()}
            found[f"{party}_country_region_code"] = known.countries.get(fold(given["country_region_code"]), "")
        elif party in cleared:
            found |= {f"{party}_{part}": firms[party].values.get(part) or "" for part in PLACES}
    return found


def filled(header: Record) -> list[str]:
    """The parties of which Sales has an address."""
    return [party for party in PARTIES if any(_address(header, party).values())]


def _address(header: Record, party: str) -> dict[str, str]:
    return {part: text(header, f"{PARTIES[party]}_{column}").strip() for part, column in PLACES.items()}
