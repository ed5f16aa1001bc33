"""The tables of the embedded company."""

from integration.business_central.models.base import CompanyRow
from integration.business_central.models.master import Customer, Vendor
from integration.business_central.models.money import Currency, CurrencyExchangeRate
from integration.business_central.models.number_series import NoSeries, NoSeriesLine
from integration.business_central.models.people import Contact, ContactBusinessRelation, Salesperson
from integration.business_central.models.setup import (
    CompanyInformation,
    CountryRegion,
    GeneralLedgerSetup,
    PaymentTerms,
    SalesReceivablesSetup,
    ShipmentMethod,
    ShippingAgent,
)
from integration.business_central.models.trade import (
    CustomerPriceGroup,
    Item,
    Opportunity,
    Resource,
    SalesPrice,
    UnitOfMeasure,
)
from integration.business_central.models.versions import Deleted, RowCounter

__all__ = [
    "CompanyInformation",
    "CompanyRow",
    "Contact",
    "ContactBusinessRelation",
    "CountryRegion",
    "Currency",
    "CurrencyExchangeRate",
    "Customer",
    "CustomerPriceGroup",
    "Deleted",
    "GeneralLedgerSetup",
    "Item",
    "NoSeries",
    "NoSeriesLine",
    "Opportunity",
    "PaymentTerms",
    "Resource",
    "RowCounter",
    "SalesPrice",
    "SalesReceivablesSetup",
    "Salesperson",
    "ShipmentMethod",
    "ShippingAgent",
    "UnitOfMeasure",
    "Vendor",
]
