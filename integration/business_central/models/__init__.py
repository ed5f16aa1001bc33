"""The tables of the embedded company."""

from integration.business_central.models.base import CompanyRow
from integration.business_central.models.document_columns import DocumentType, LineType
from integration.business_central.models.documents import (
    SalesHeader,
    SalesHeaderArchive,
    SalesLine,
    SalesLineArchive,
)
from integration.business_central.models.ledger import (
    CustLedgerEntry,
    DetailedCustLedgEntry,
    DocumentEvent,
    ItemLedgerEntry,
)
from integration.business_central.models.master import Customer, Vendor
from integration.business_central.models.money import Currency, CurrencyExchangeRate
from integration.business_central.models.notes import Note
from integration.business_central.models.number_series import NoSeries, NoSeriesLine
from integration.business_central.models.people import Contact, ContactBusinessRelation, Salesperson
from integration.business_central.models.posted import (
    SalesCrMemoHeader,
    SalesCrMemoLine,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesShipmentHeader,
    SalesShipmentLine,
)
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
from integration.business_central.models.vat import (
    GLAccount,
    VatBusinessPostingGroup,
    VatPostingSetup,
    VatProductPostingGroup,
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
    "CustLedgerEntry",
    "Customer",
    "CustomerPriceGroup",
    "Deleted",
    "DetailedCustLedgEntry",
    "DocumentEvent",
    "DocumentType",
    "GLAccount",
    "GeneralLedgerSetup",
    "Item",
    "ItemLedgerEntry",
    "LineType",
    "NoSeries",
    "NoSeriesLine",
    "Note",
    "Opportunity",
    "PaymentTerms",
    "Resource",
    "RowCounter",
    "SalesCrMemoHeader",
    "SalesCrMemoLine",
    "SalesHeader",
    "SalesHeaderArchive",
    "SalesInvoiceHeader",
    "SalesInvoiceLine",
    "SalesLine",
    "SalesLineArchive",
    "SalesPrice",
    "SalesReceivablesSetup",
    "SalesShipmentHeader",
    "SalesShipmentLine",
    "Salesperson",
    "ShipmentMethod",
    "ShippingAgent",
    "UnitOfMeasure",
    "VatBusinessPostingGroup",
    "VatPostingSetup",
    "VatProductPostingGroup",
    "Vendor",
]
