"""The one price list that we create and own in Sales: each product with its unit price."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.sync.actions import Change, Insert, SideWrite, Update
from integration.sync.special.base import Run
from integration.sync.special.money.currency import LocalCurrency, stable_id
from integration.sync.special.money.organization import Organization
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.system import every
from integration.systems.values import Record, Ref, Row, Value

PRODUCT, PRICE_LIST, PRICE = "product", "pricelevel", "productpricelevel"
DEFAULT_PRICE_LIST = "Business Central Default Price List"
CURRENCY_AMOUNT = 1
FOLLOWING = ("amount", "uomid", "uomscheduleid")
"""What a line on the default price list takes over when its product changes."""


def not_negative(value: Value) -> Value:
    """Sales refuses prices and quantities below zero."""
    return max(value, Decimal(0)) if isinstance(value, Decimal) else value


def line_changes(wanted: Mapping[str, Value], there: Record | None) -> dict[str, Value]:
    """What has to be written of a line: all of it where it is missing, else what it does not say yet. Pure."""
    if there is None:
        return dict(wanted)
    return {name: wanted[name] for name in FOLLOWING if there.values.get(name) != wanted[name]}


class DefaultPriceList:
    """Found by its name; where it is missing, made with an id that follows from organization and company."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.local_currency = LocalCurrency(run)
        self.organization = Organization(run)
        self.id = stable_id(run.context, DEFAULT_PRICE_LIST)
        self._is_looked_up = False
        self._exists = False

    def currency(self) -> Value:
        local = self.local_currency.id()
        return Ref("transactioncurrency", local) if local else None

    def look_up(self) -> None:
        """Find the list by name, so that a list from before is used again whoever made it."""
        if self._is_looked_up:
            return
        page = self.run.crm.find(PRICE_LIST, Comparison("name", "=", DEFAULT_PRICE_LIST), ["name"], size=1)
        self._is_looked_up, self._exists = True, bool(page.records)
        if page.records:
            self.id = page.records[0].id

    def make(self) -> None:
        """Create the list where it is missing; another run doing the same meets the same id."""
        if self._exists:
            return
        values = {"name": DEFAULT_PRICE_LIST, "transactioncurrencyid": self.currency()}
        answer = self.run.crm.insert(PRICE_LIST, [Row(self.id, values)])[0]
        if answer.error is not None and self.id not in self.run.crm.get(PRICE_LIST, [self.id], ()):
            raise answer.error
        self._exists = True

    def besides(self, actions: Sequence[Insert | Update]) -> list[SideWrite]:
        """Put the unit price of these products on the list: the lines that are missing, and what others do not say
        yet."""
        lines_of = self._existing([a.pair.crm_id for a in actions if not isinstance(a, Insert)])
        found: list[SideWrite] = []
        for action in actions:
            pair, line = action.pair, self._line(action)
            there = self._ours(pair.crm_id, line, lines_of.get(pair.crm_id, []))
            different = line_changes(line, there)
            if different:
                old = there.values if there is not None else {}
                changes = [Change(name, old.get(name), value) for name, value in different.items()]
                id = there.id if there is not None else self._line_id(pair.crm_id)
                found.append(
                    SideWrite(
                        action.record, PRICE, id, changes, "", pair.erp_id, pair.crm_id, DEFAULT_PRICE_LIST,
                        must=True, is_new=there is None,
                    )
                )  # fmt: skip
        return found

    def _line(self, action: Insert | Update) -> dict[str, Value]:
        price = self.organization.price(not_negative(action.record.values.get("unit_price")))
        values = action.values if isinstance(action, Insert) else {**action.twin.values, **action.values}
        return {
            "pricelevelid": Ref(PRICE_LIST, self.id),
            "productid": Ref(PRODUCT, action.pair.crm_id),
            "uomid": values.get("defaultuomid"),
            "uomscheduleid": values.get("defaultuomscheduleid"),
            "amount": price or Decimal(0),
            "pricingmethodcode": CURRENCY_AMOUNT,
            "transactioncurrencyid": self.currency(),
        }

    def _ours(self, product_id: uuid.UUID, wanted: Mapping[str, Value], lines: Sequence[Record]) -> Record | None:
        """The line whose id we know, else one for the same unit. A person may have added lines for other units."""
        made_by_us = (line for line in lines if line.id == self._line_id(product_id))
        return next(made_by_us, None) or next(
            (one for one in lines if one.values.get("uomid") == wanted["uomid"]), None
        )

    def _existing(self, product_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Record]]:
        if not product_ids:
            return {}
        where = AllOf((Comparison("pricelevelid", "=", self.id), OneOf("productid", tuple(product_ids))))
        found: dict[uuid.UUID, list[Record]] = {}
        for line in every(self.run.crm, PRICE, where, ["productid", *FOLLOWING]):
            product = line.values.get("productid")
            if isinstance(product, Ref):
                found.setdefault(product.id, []).append(line)
        return found

    def _line_id(self, product_id: uuid.UUID) -> uuid.UUID:
        return uuid.uuid5(self.id, str(product_id))
