"""The special rules, one module per pair of tables; ``special_for`` finds the one of a run."""

from integration.sync.special.base import Run, Special
from integration.sync.special.contacts import ContactRules
from integration.sync.special.customers import CustomerRules, VendorRules
from integration.sync.special.documents.invoices import InvoiceRules
from integration.sync.special.documents.notes import NoteRules
from integration.sync.special.documents.orders import OrderRules
from integration.sync.special.money.currency import CurrencyRules
from integration.sync.special.opportunities import OpportunityRules
from integration.sync.special.options import OptionRules
from integration.sync.special.prices.lines import PriceGroupRules, SalesPriceRules
from integration.sync.special.products import ItemRules, ResourceRules
from integration.sync.special.salespeople import SalespeopleRules
from integration.sync.special.units import UnitRules

SPECIALS: dict[tuple[str, str], type[Special]] = {
    ("salesperson", "systemuser"): SalespeopleRules,
    ("customer", "account"): CustomerRules,
    ("vendor", "account"): VendorRules,
    ("contact", "contact"): ContactRules,
    ("currency", "transactioncurrency"): CurrencyRules,
    ("unit_of_measure", "uomschedule"): UnitRules,
    ("item", "product"): ItemRules,
    ("resource", "product"): ResourceRules,
    ("customer_price_group", "pricelevel"): PriceGroupRules,
    ("sales_price", "productpricelevel"): SalesPriceRules,
    ("opportunity", "opportunity"): OpportunityRules,
    ("sales_header", "salesorder"): OrderRules,
    ("sales_invoice_header", "invoice"): InvoiceRules,
    ("note", "annotation"): NoteRules,
}


def special_for(run: Run) -> Special:
    """The special rule of the run's two tables, or the one that does nothing."""
    if run.rule.crm.is_option:
        return OptionRules(run)
    return SPECIALS.get((run.rule.erp.name, run.rule.crm.name), Special)(run)


__all__ = ["Run", "Special", "special_for"]
