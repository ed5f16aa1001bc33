"""Items and resources are products: created as drafts, priced on the default price list, then published.

Three waves, each harmless when repeated: the product, its line on the price list (whose id follows from the
product's), its publication. The default price list is ours; its id follows from organization and company.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from integration.sync.actions import Change, Insert, SideWrite, Update
from integration.sync.record.meaning import Expressed, MeaningField, Meant
from integration.sync.record.transfer import Draft, ReferenceNotCoupled
from integration.sync.special.base import Run, Special
from integration.sync.special.documents.settings import CompanySetup
from integration.sync.special.fixed import FieldFixed, hold_back
from integration.sync.special.money.organization import Organization
from integration.sync.special.prices.default_list import PRICE_LIST, PRODUCT, DefaultPriceList, not_negative
from integration.sync.special.units import UNITS, Units
from integration.systems.errors import Problem
from integration.systems.text import storable
from integration.systems.values import Record, Ref, Side

ACTIVE, RETIRED, DRAFT = 0, 1, 2
PUBLISHED, WITHDRAWN = 1, 2
NEVER_NEGATIVE = ("price", "quantityonhand")
PRICES = ("price", "standardcost", "currentcost")
"""What Sales keeps with the decimals of its prices."""
UNIT, GROUP, BASE_UNIT = "defaultuomid", "defaultuomscheduleid", "base_unit_of_measure"
RETIRED_THERE = "The product was retired in Dynamics 365 Sales. Activate it there, or block it here."


class BaseUnitMissing(Problem):
    """A product needs a unit."""

    code = "base-unit-missing"
    scope = "record"


class Blocked(MeaningField):
    """A blocked item is a retired product. A draft, or one under revision, counts as not blocked."""

    key = "@blocked"
    edge = True

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


WRITTEN_IN = (
    "It stands for products that are written in (Sales & Receivables Setup), so it is no product of its own in Sales."
)


class ProductRules(Special):
    """ITEM-PRODUCT and RESOURCE-PRODUCT."""

    product_type: ClassVar[int]

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.units = Units(run)
        self.setup = CompanySetup(run)
        self.prices = DefaultPriceList(run)
        self.organization = Organization(run)
        self._never_negative = {f.erp_field for f in run.rule.fields if f.erp_field and f.crm_field in NEVER_NEGATIVE}
        self._vendors: dict[uuid.UUID, str] = {}
        self._groups: Mapping[uuid.UUID, uuid.UUID] = {}

    def fields(self) -> Sequence[MeaningField]:
        return (Blocked(),)

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return ("no", "blocked", "base_unit_of_measure", "unit_price", "vendor_no")
        return ("statecode", "defaultuomid", "defaultuomscheduleid", "producttypecode", "price", "vendorname")

    def prepare(self, records: Sequence[Record]) -> None:
        if not self.to_crm:
            groups = {ref.id for record in records if isinstance(ref := record.values.get(GROUP), Ref)}
            self._groups = self.run.ledger.resolve(UNITS, Side.CRM, groups) if groups else {}
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
        below = {name: not_negative(value) for name, value in values.items() if value != not_negative(value)}
        return replace(record, values={**record.values, **below}) if below else record

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if self.to_crm:
            self._to_product(record, draft, twin)
        elif twin is None and BASE_UNIT not in draft.values:
            self._give_unit(record, draft)

    def _give_unit(self, record: Record, draft: Draft) -> None:
        """Nothing can be sold without a unit: a new record has the one of the product's unit group, or waits for it."""
        group = record.values.get(GROUP)
        if not isinstance(group, Ref):
            draft.left_out = "The product has no unit group, and nothing can be sold without a unit."
        elif group.id in self._groups:
            draft.on_insert[BASE_UNIT] = Ref(UNITS.erp_table, self._groups[group.id])
        else:
            draft.problem = ReferenceNotCoupled(
                f"Unit group “{group.label or group.id}” is not coupled yet. Couple it first.",
                table=group.table,
                id=group.id,
            )

    def _to_product(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if twin is None and record.values.get("no") and record.values["no"] == self.setup.write_in_no:
            draft.left_out = WRITTEN_IN
            return
        group = self._group(record)
        if isinstance(group, Problem):
            draft.problem = group
            return
        unit = self.units.of(group)
        if isinstance(unit, Problem):
            draft.problem = unit
            return
        for name in draft.values.keys() & set(PRICES):
            draft.values[name] = self.organization.price(draft.values[name])
        if GROUP not in draft.values:
            draft.extra[GROUP] = Ref("uomschedule", group)
        draft.extra[UNIT] = Ref("uom", unit.id)
        draft.extra["vendorname"] = self._vendor_name(record)
        draft.on_insert |= {
            "producttypecode": self.product_type,
            "quantitydecimal": self.run.context.quantity_decimals,
            "transactioncurrencyid": self.prices.currency(),
            "pricelevelid": Ref(PRICE_LIST, self.prices.id),
        }
        if twin is not None:
            self._keep_unit(record, draft, twin)
            self._respect_state(record, draft, twin)

    def _keep_unit(self, record: Record, draft: Draft, twin: Record) -> None:
        """Only a draft takes another unit; everything else of the product goes on."""
        stays, unit = twin.values.get(UNIT), draft.extra[UNIT]
        if twin.values.get("statecode") == DRAFT or stays is None or stays == unit:
            return
        was, now = (ref.label if isinstance(ref, Ref) else "" for ref in (stays, record.values["base_unit_of_measure"]))
        problem = FieldFixed(
            f"The Base Unit of Measure of a published product cannot be changed in Dynamics 365 Sales: it stays "
            f"{was or 'as it is'} there, and is {now} here. Change it back here, or retire the product there, delete "
            "its coupling and create a new product under another number."
        )
        hold_back(draft, problem, UNIT, GROUP)

    def _respect_state(self, record: Record, draft: Draft, twin: Record) -> None:
        """A retired product takes no changes: they are carried when it is active again."""
        if twin.values.get("statecode") != RETIRED:
            return
        if record.values.get("blocked"):
            draft.values.clear()
            draft.extra.clear()
            draft.refused.clear()
        elif not self._is_ours(twin):
            draft.left_out = RETIRED_THERE

    def _is_ours(self, twin: Record) -> bool:
        """Did we retire it? A retired product takes no other change, so whoever wrote it last did."""
        return twin.modified_by is not None and twin.modified_by == self.run.context.user_id

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

    def always_looks(self, record: Record) -> bool:
        return self.to_crm and self.looks_at_all

    def besides(self, planned: Sequence[Insert | Update]) -> Sequence[SideWrite]:
        """The line on the default price list, then the publication of what is a draft."""
        if not self.to_crm:
            return ()
        lines = self.prices.besides([action for action in planned if self._is_priced(action)])
        return [*lines, *(self._publication(action) for action in planned if _is_published(action))]

    def _is_priced(self, action: Insert | Update) -> bool:
        """Does the line on the default price list have to be written, or looked for?"""
        if isinstance(action, Insert) or action.completes or action.coupled:
            return True
        if {**action.twin.values, **action.values}.get("statecode") == RETIRED:
            return False  # No list takes a retired product.
        return self.looks_at_all or bool({"price", UNIT} & action.values.keys())

    def _publication(self, action: Insert | Update) -> SideWrite:
        pair = action.pair
        changes = (Change("statecode", DRAFT, ACTIVE), Change("statuscode", None, PUBLISHED))
        return SideWrite(action.record, PRODUCT, pair.crm_id, changes, "", pair.erp_id, pair.crm_id, must=True, wave=2)


def _is_published(action: Insert | Update) -> bool:
    """New products, and those an interrupted run left in draft, become active unless they are blocked."""
    return (isinstance(action, Insert) or action.completes) and not action.record.values.get("blocked")


class ItemRules(ProductRules):
    product_type = 1


class ResourceRules(ProductRules):
    product_type = 3
