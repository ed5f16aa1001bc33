"""Sales & Receivables Setup and General Ledger Setup."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from integration.business_central.models import (
    GeneralLedgerSetup,
    Item,
    Resource,
    SalesReceivablesSetup,
)
from integration.documents.problems import FreightAccountMissing, WriteInCoupled, WriteInMissing, WriteInTypeUnfit
from integration.forms.day import DayInput
from integration.forms.versioned import VersionedForm
from integration.mappings.flows import try_again
from integration.models import TableMapping
from integration.models.stored.audit import AuditEntry, record
from integration.sync.memory.ledger import State
from integration.systems.values import Side

WRITE_IN = "write_in_product_no"
SERIES = (
    "customer_nos", "quote_nos", "order_nos", "invoice_nos", "posted_shipment_nos", "posted_invoice_nos",
    "posted_credit_memo_nos",
)  # fmt: skip


class AuditedForm(VersionedForm):
    """A form of one row of setup whose changes go into the audit log, with the values before and after. ``mends``: the
    codes of documents of Sales that failed for want of it, ``tried_again`` how many are tried again now."""

    mends: ClassVar[Collection[str]] = ()
    tried_again = 0

    def store(self) -> None:
        before = self.now.values
        super().store()
        after = self.stored_of(self.instance).values
        changed = [name for name, value in after.items() if before.get(name) != value]
        if changed:
            record(
                AuditEntry.Action.CHANGED,
                str(self.instance._meta.verbose_name),
                before={name: before.get(name, "") for name in changed},
                after={name: after[name] for name in changed},
            )
            self.tried_again = try_again(self.mends)


OF_SALES_SETUP = frozenset(
    one.code for one in (WriteInMissing, WriteInCoupled, WriteInTypeUnfit, FreightAccountMissing)
)


class SalesSetupForm(AuditedForm):
    """Sales & Receivables Setup. The product that stands for what salespeople write in must not be stocked, and must
    not be coupled: it stands for all of them, and not for one."""

    mends = OF_SALES_SETUP

    class Meta:
        model = SalesReceivablesSetup
        fields = [
            "write_in_product_type", WRITE_IN, "freight_g_l_account_no", "ext_doc_no_mandatory",
            "prevent_negative_inventory", "archive_quotes", "archive_orders", "vat_bus_posting_gr_price", *SERIES,
        ]  # fmt: skip
        help_texts = {
            WRITE_IN: "The item (of type Service or Non-Inventory) or resource of lines without a product. It must not "
            "be coupled with a product.",
            "freight_g_l_account_no": "Where the freight of orders from Dynamics 365 Sales goes.",
            "ext_doc_no_mandatory": "An order without one is not invoiced.",
            "prevent_negative_inventory": "Nothing is shipped that is not on stock.",
            "vat_bus_posting_gr_price": "The group whose VAT is in the prices of new items with Price Includes VAT.",
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields[WRITE_IN].widget.attrs |= {"list": "write-in-products", "autocomplete": "off"}

    @property
    def products(self) -> list[tuple[str, str]]:
        """What may stand for a written-in product: number and name."""
        items = Item.objects.exclude(type=Item.Type.INVENTORY).filter(blocked=False)
        rows = [*items.values_list("no", "description"), *Resource.objects.values_list("no", "name")]
        return sorted(rows)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        number, kind = cleaned.get(WRITE_IN, "").strip().upper(), cleaned.get("write_in_product_type")
        cleaned[WRITE_IN] = number
        if number and kind is not None and (problem := write_in_problem(kind, number)):
            self.add_error(WRITE_IN, problem)
        return cleaned


def write_in_problem(kind: int, number: str) -> str:
    """Why this product cannot stand for what salespeople write in; blank: it can."""
    is_item = kind == SalesReceivablesSetup.WriteIn.ITEM
    model: Any = Item if is_item else Resource
    product = model.objects.filter(no=number).first()
    name = f"{'Item' if is_item else 'Resource'} {number}"
    if product is None:
        return f"There is no {name[0].lower()}{name[1:]}. Choose one that exists."
    if is_item and product.type == Item.Type.INVENTORY:
        return f"{name} is stocked. Choose an item of type Service or Non-Inventory."
    if product.blocked:
        return f"{name} is blocked. Unblock it first, or choose another one."
    mappings = TableMapping.objects.filter(erp_table=model.slug())
    pairs = (mapping.couplings.pairs(Side.ERP, [product.pk]).get(product.pk) for mapping in mappings)
    if any(pair is not None and pair.state is not State.RESERVED for pair in pairs):
        return f"{name} is coupled with a product. Delete the coupling first, or choose another one."
    return ""


class LedgerSetupForm(AuditedForm):
    """General Ledger Setup: the days that are open for posting, and when the fiscal year begins."""

    class Meta:
        model = GeneralLedgerSetup
        fields = ["allow_posting_from", "allow_posting_to", "fiscal_year_first_month"]
        widgets = {"allow_posting_from": DayInput(), "allow_posting_to": DayInput()}
        help_texts = {
            "allow_posting_from": "Nothing is posted before this day. Blank: any day.",
            "allow_posting_to": "Nothing is posted after this day. Blank: any day.",
            "fiscal_year_first_month": "Total Sales of a customer counts from the first day of this month.",
        }
