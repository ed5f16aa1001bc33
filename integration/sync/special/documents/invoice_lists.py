"""The price list of an invoice that comes from no order: the default one, or in a foreign currency one of ours."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from integration.sync.special.base import Run
from integration.sync.special.money.currency import stable_id
from integration.sync.special.prices.default_list import DEFAULT_PRICE_LIST, PRICE_LIST
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Ref, Row, Value


def list_name(currency: str) -> str:
    """What the list of a currency is called; blank is the local one."""
    return f"Price List in {currency}" if currency else DEFAULT_PRICE_LIST


class InvoiceLists:
    """Found by name; what is missing is made before the page is written, under an id that follows from its name."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._ids: dict[str, uuid.UUID] = {}
        self._missing: dict[str, Value] = {}

    def look_up(self, currencies: Mapping[str, Value]) -> None:
        """Find the lists of these currencies: code -> the row in Sales."""
        wanted = {list_name(code): value for code, value in currencies.items() if list_name(code) not in self._ids}
        if not wanted:
            return
        for row in every(self.run.crm, PRICE_LIST, OneOf("name", tuple(sorted(wanted))), ["name"]):
            self._ids.setdefault(str(row.values["name"]), row.id)
        for name, currency in wanted.items():
            if name not in self._ids:
                self._ids[name] = stable_id(self.run.context, name)
                self._missing[name] = currency

    def of(self, currency: str) -> Ref | None:
        """The list of a currency; none where nobody knows the currency in Sales."""
        name = list_name(currency)
        return Ref(PRICE_LIST, self._ids[name], name) if name in self._ids else None

    def make(self) -> None:
        """Make those that are missing; another run doing the same meets the same ids. Raises what Sales says to it."""
        if not self._missing:
            return
        rows = [
            Row(self._ids[name], {"name": name, "transactioncurrencyid": currency})
            for name, currency in self._missing.items()
        ]
        for answer in self.run.crm.insert(PRICE_LIST, rows):
            if answer.error is not None and answer.id not in self.run.crm.get(PRICE_LIST, [answer.id], ()):
                raise answer.error
        self._missing = {}
