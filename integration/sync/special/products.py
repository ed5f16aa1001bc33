"""Items and resources are products: created as drafts, priced on the default price list, then published.

Three waves, each harmless when repeated: the product, its line on the price list (whose id follows from the
product's), its publication. The default price list is ours; its id follows from organization and company.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from integration.sync.actions import Insert, Update
from integration.sync.meaning import Expressed, MeaningField, Meant
from integration.sync.special.base import Run, Special
from integration.sync.special.currency import LocalCurrency, stable_id
from integration.sync.special.units import UNITS, Units
from integration.sync.transfer import Draft, ReferenceNotCoupled
from integration.systems.base import Record, Ref, Row, Side, Value, every
from integration.systems.errors import DuplicateKey, Problem
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.text import storable

PRODUCT, PRICE_LIST, PRICE = "product", "pricelevel", "productpricelevel"
DEFAULT_PRICE_LIST = "Business Central Default Price List"
ACTIVE, RETIRED = 0, 1
PUBLISHED, WITHDRAWN = 1, 2
CURRENCY_AMOUNT = 1
QUANTITY_DECIMALS = 2
FOLLOWING = ("amount", "uomid", "uomscheduleid")
"""What a line on the default price list takes over when its product changes."""
NEVER_NEGATIVE = ("price", "quantityonhand")


class BaseUnitMissing(Problem):
    """A product needs a unit."""

    code = "base-unit-missing"
    scope = "record"


class Blocked(MeaningField):
    """A blocked item is a retired product. A draft, or one under revision, counts as not blocked."""

    key = "@blocked"

    def label(self, side: Side) -> str:
        return "Blocked" if side is Side.ERP else "Status"

    def columns(self, side: Side) -> Sequence[str]:
        return ("blocked",) if side is Side.ERP else ("statecode",)

    def read(self, side: Side, record: Record) -> str:
        blocked = record.values.get("blocked") if side is Side.ERP else record.values.get("statecode") == RETIRED
        return "blocked" if blocked else ""

    def shown(self, side: Side, record: Record) -> str:
        if side is Side.ERP:
            return "yes" if self.read(side, record) else "no"
        return "Retired" if self.read(side, record) else "Active"

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        text = self.read(side, record)
        if side is Side.CRM:
            return Meant(text, {"blocked": bool(text)})
        if twin is None or twin.values.get("statecode") not in (ACTIVE, RETIRED):
            # A new product, or a draft: it is published later, unless its item is blocked.
            return Meant("")
        state, status = (RETIRED, WITHDRAWN) if text else (ACTIVE, PUBLISHED)
        return Meant(text, {"statecode": state, "statuscode": status})


class ProductRules(Special):
    """ITEM-PRODUCT and RESOURCE-PRODUCT."""

    product_type: ClassVar[int]

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.units = Units(run)
        self.prices = DefaultPriceList(run)
        self._never_negative = {f.erp_field for f in run.rule.fields if f.erp_field and f.crm_field in NEVER_NEGATIVE}
        self._vendors: dict[uuid.UUID, str] = {}
        self._groups: Mapping[uuid.UUID, uuid.UUID] = {}

    def fields(self) -> Sequence[MeaningField]:
        return (Blocked(),)

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return ("blocked", "base_unit_of_measure", "unit_price", "vendor_no")
        return ("statecode", "defaultuomid", "defaultuomscheduleid", "producttypecode", "price", "vendorname")

    def prepare(self, records: Sequence[Record]) -> None:
        if not self.to_crm:
            return
        self.prices.look_up()
        units = {ref.id for record in records if isinstance(ref := record.values.get("base_unit_of_measure"), Ref)}
        self._groups = self.run.ledger.resolve(UNITS, Side.ERP, units) if units else {}
        vendors = {ref.id for record in records if isinstance(ref := record.values.get("vendor_no"), Ref)}
        fresh = [id for id in vendors if id not in self._vendors]
        if fresh:
            there = self.run.erp.get("vendor", fresh, ["name"])
            self._vendors |= {id: storable(str(vendor.values.get("name") or "")) for id, vendor in there.items()}

    def adjusted(self, record: Record) -> Record:
        """Stock may be below zero here; Sales refuses that for prices and quantities."""
        if not self.to_crm:
            return record
        values = {name: record.values.get(name) for name in self._never_negative}
        below = {name: _not_negative(value) for name, value in values.items() if value != _not_negative(value)}
        return replace(record, values={**record.values, **below}) if below else record

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if self.to_crm:
            self._to_product(record, draft, twin)

    def _to_product(self, record: Record, draft: Draft, twin: Record | None) -> None:
        group = self._group(record)
        if isinstance(group, Problem):
            draft.problem = group
            return
        unit = self.units.of(group)
        if isinstance(unit, Problem):
            draft.problem = unit
            return
        if "defaultuomscheduleid" not in draft.values:
            draft.extra["defaultuomscheduleid"] = Ref("uomschedule", group)
        draft.extra["defaultuomid"] = Ref("uom", unit.id)
        draft.extra["vendorname"] = self._vendor_name(record)
        draft.on_insert |= {
            "producttypecode": self.product_type,
            "quantitydecimal": QUANTITY_DECIMALS,
            "transactioncurrencyid": self.prices.currency(),
            "pricelevelid": Ref(PRICE_LIST, self.prices.id),
        }

    def _group(self, record: Record) -> uuid.UUID | Problem:
        """The unit group coupled with the base unit."""
        base = record.values.get("base_unit_of_measure")
        if not isinstance(base, Ref):
            return BaseUnitMissing("The base unit of measure must be filled in.")
        if base.id not in self._groups:
            return ReferenceNotCoupled(
                f"Base unit of measure “{base.label}” is not coupled yet. Couple it first.",
                table=base.table,
                id=base.id,
            )
        return self._groups[base.id]

    def _vendor_name(self, record: Record) -> str:
        vendor = record.values.get("vendor_no")
        return self._vendors.get(vendor.id, "") if isinstance(vendor, Ref) else ""

    def before(self) -> None:
        if self.to_crm:
            self.prices.make()

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        if not self.to_crm:
            return {}
        failures = dict(self.prices.write([action for action in done if _priced(action)], self.units))
        failures |= self._publish([action for action in done if action.record.id not in failures])
        return failures

    def _publish(self, actions: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        """New products, and those an interrupted run left in draft, become active unless they are blocked."""
        drafts = {
            action.partner.crm_id: action.record.id
            for action in actions
            if (isinstance(action, Insert) or action.completes) and not action.record.values.get("blocked")
        }
        rows = [Row(id, {"statecode": ACTIVE, "statuscode": PUBLISHED}) for id in drafts]
        answers = self.run.crm.update(PRODUCT, rows) if rows else []
        return {drafts[answer.id]: answer.error for answer in answers if answer.error is not None}


class ItemRules(ProductRules):
    product_type = 1


class ResourceRules(ProductRules):
    product_type = 3


def _not_negative(value: Value) -> Value:
    return max(value, Decimal(0)) if isinstance(value, Decimal) else value


def _priced(action: Insert | Update) -> bool:
    """Does the line on the default price list have to be written?"""
    if isinstance(action, Insert) or action.completes or action.coupled:
        return True
    return bool({"price", "defaultuomid"} & action.values.keys())


class DefaultPriceList:
    """The one price list that we create and own in Sales: each product with its unit price."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.local_currency = LocalCurrency(run)
        self.id = stable_id(run.context, DEFAULT_PRICE_LIST)
        self._known = False
        self._there = False

    def currency(self) -> Value:
        local = self.local_currency.id()
        return Ref("transactioncurrency", local) if local else None

    def look_up(self) -> None:
        """Find the list by name, so that a list from before is used again whoever made it."""
        if self._known:
            return
        page = self.run.crm.find(PRICE_LIST, Comparison("name", "=", DEFAULT_PRICE_LIST), ["name"], size=1)
        self._known, self._there = True, bool(page.records)
        if page.records:
            self.id = page.records[0].id

    def make(self) -> None:
        """Create the list where it is missing; another run doing the same meets the same id."""
        if self._there:
            return
        values = {"name": DEFAULT_PRICE_LIST, "transactioncurrencyid": self.currency()}
        answer = self.run.crm.insert(PRICE_LIST, [Row(self.id, values)])[0]
        if answer.error is not None and self.id not in self.run.crm.get(PRICE_LIST, [self.id], ()):
            raise answer.error
        self._there = True

    def write(self, actions: Sequence[Insert | Update], units: Units) -> Mapping[uuid.UUID, Problem]:
        """Put the unit price of these products on the list. Failures by source id."""
        lines = {action.partner.crm_id: self._line(action) for action in actions}
        known = self._existing([a.partner.crm_id for a in actions if not isinstance(a, Insert)])
        fresh, changed, owners = [], [], {}
        for product_id, line in lines.items():
            there = known.get(product_id)
            if there is None:
                row = Row(self._line_id(product_id), line)
                fresh.append(row)
            elif different := {name: line[name] for name in FOLLOWING if there.values.get(name) != line[name]}:
                row = Row(there.id, different)
                changed.append(row)
            else:
                continue
            owners[row.id] = product_id
        answers = self.run.crm.insert(PRICE, fresh) if fresh else []
        answers = [a for a in answers if not isinstance(a.error, DuplicateKey)]
        answers += self.run.crm.update(PRICE, changed) if changed else []
        records = {action.partner.crm_id: action.record.id for action in actions}
        return {records[owners[a.id]]: a.error for a in answers if a.error is not None}

    def _line(self, action: Insert | Update) -> dict[str, Value]:
        price = action.record.values.get("unit_price")
        unit = action.values.get("defaultuomid")
        group = action.values.get("defaultuomscheduleid")
        if isinstance(action, Update):
            unit = unit or action.twin.values.get("defaultuomid")
            group = group or action.twin.values.get("defaultuomscheduleid")
        return {
            "pricelevelid": Ref(PRICE_LIST, self.id),
            "productid": Ref(PRODUCT, action.partner.crm_id),
            "uomid": unit,
            "uomscheduleid": group,
            "amount": _not_negative(price) or Decimal(0),
            "pricingmethodcode": CURRENCY_AMOUNT,
            "transactioncurrencyid": self.currency(),
        }

    def _existing(self, product_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Record]:
        if not product_ids:
            return {}
        where = AllOf((Comparison("pricelevelid", "=", self.id), OneOf("productid", tuple(product_ids))))
        found: dict[uuid.UUID, Record] = {}
        for line in every(self.run.crm, PRICE, where, ["productid", *FOLLOWING]):
            product = line.values.get("productid")
            # A person may have added lines for other units; ours is the one whose id we know, if it is there.
            if isinstance(product, Ref) and (product.id not in found or line.id == self._line_id(product.id)):
                found[product.id] = line
        return found

    def _line_id(self, product_id: uuid.UUID) -> uuid.UUID:
        return uuid.uuid5(self.id, str(product_id))
