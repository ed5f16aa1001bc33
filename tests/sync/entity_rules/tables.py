"""The tables of both sides that the special rules know, as far as the standard mappings use them."""

from __future__ import annotations

from decimal import Decimal

from integration.systems.values import Field, FieldType, Money, Option, Table
from tests.makers import code, option, reference, table, text
from tests.sync.entity_rules.documents import tables as document_tables

BLOCKED_CUSTOMER = (Option(0, " "), Option(1, "Ship"), Option(2, "Invoice"), Option(3, "All"))
BLOCKED_VENDOR = (Option(0, " "), Option(1, "Payment"), Option(2, "All"))
CONTACT_TYPE = (Option(0, "Company"), Option(1, "Person"))
LINK = (Option(0, " "), Option(1, "Customer"), Option(2, "Vendor"))
SALES_TYPE = (Option(0, "Customer"), Option(1, "Customer Price Group"), Option(2, "All Customers"))
PROGRESS = (Option(0, "Not Started"), Option(1, "In Progress"), Option(2, "Won"), Option(3, "Lost"))

ACTIVE_OR_NOT = (Option(0, "Active"), Option(1, "Inactive"))
PRODUCT_STATE = (Option(0, "Active"), Option(1, "Retired"), Option(2, "Draft"), Option(3, "Under Revision"))
PRODUCT_TYPE = (Option(1, "Sales Inventory"), Option(2, "Miscellaneous Charges"), Option(3, "Services"))
RELATIONSHIP = (Option(3, "Customer"), Option(11, "Vendor"))
OPPORTUNITY_STATE = (Option(0, "Open"), Option(1, "Won"), Option(2, "Lost"))
PAYMENT_TERMS = (Option(1, "30 DAYS"), Option(2, "Net 60"), Option(3, "COD"))
FREIGHT_TERMS = (Option(1, "FOB"), Option(2, "No Charge"))
SHIPPING_METHODS = (Option(1, "DHL"), Option(2, "FedEx"))
OPTION_COLUMNS = {
    "paymenttermscode": PAYMENT_TERMS,
    "address1_freighttermscode": FREIGHT_TERMS,
    "address1_shippingmethodcode": SHIPPING_METHODS,
}


def number(name: str, scale: int = 5) -> Field:
    return Field(name, FieldType.DECIMAL, scale=scale)


def local(name: str) -> Field:
    """An amount in the local currency of Business Central."""
    return Field(name, FieldType.DECIMAL, scale=2, money=Money.LOCAL)


def money(name: str, scale: int = 4) -> Field:
    """An amount in the currency of its row in Sales."""
    return Field(name, FieldType.DECIMAL, scale=scale, money=Money.ROW)


def positive(name: str, scale: int = 2) -> Field:
    """A column of Sales that refuses what is below zero."""
    return Field(name, FieldType.DECIMAL, scale=scale, minimum=Decimal(0))


def date(name: str) -> Field:
    return Field(name, FieldType.DATE)


def boolean(name: str) -> Field:
    return Field(name, FieldType.BOOLEAN)


def whole(name: str) -> Field:
    return Field(name, FieldType.INTEGER)


def code_table(name: str, label: str, *more: Field) -> Table:
    return table(
        name, label, [code("code", 10, required=True), text("description"), *more], named="description", numbered="code"
    )


def _firm(name: str, label: str, blocked: tuple[Option, ...], salesperson: str) -> Table:
    fields = [
        code("no"), text("name"), text("address"), code("post_code"), text("city", 30), text("county", 30),
        text("phone_no", 30),
        text("e_mail", 80), option("blocked", blocked), reference(salesperson, "salesperson"),
        reference("currency_code", "currency"), reference("payment_terms_code", "payment_terms"),
        reference("shipment_method_code", "shipment_method"), reference("shipping_agent_code", "shipping_agent"),
        reference("primary_contact_no", "contact"), local("credit_limit_lcy"),
    ]  # fmt: skip
    return table(name, label, fields, numbered="no")


def _sold(name: str, label: str, named: str, *more: Field) -> Table:
    fields = [
        code("no"), text(named), reference("base_unit_of_measure", "unit_of_measure"), number("unit_price"),
        number("unit_cost"), reference("vendor_no", "vendor"), boolean("blocked"), *more,
    ]  # fmt: skip
    return table(name, label, fields, named=named, numbered="no")


def erp_tables() -> list[Table]:
    """What CRONUS has."""
    return [
        table("salesperson", "Salesperson", [code("code"), text("name", 50), text("e_mail", 80), text("phone_no", 30)],
              numbered="code"),
        code_table("currency", "Currency", code("iso_code", 3), text("symbol", 10), number("exchange_rate", 10),
                   number("amount_rounding_precision", 5)),
        code_table("payment_terms", "Payment Terms"),
        code_table("shipment_method", "Shipment Method"),
        code_table("shipping_agent", "Shipping Agent"),
        code_table("unit_of_measure", "Unit of Measure"),
        code_table("customer_price_group", "Customer Price Group"),
        _firm("customer", "Customer", BLOCKED_CUSTOMER, "salesperson_code"),
        _firm("vendor", "Vendor", BLOCKED_VENDOR, "purchaser_code"),
        table("contact", "Contact", [
            code("no"), option("type", CONTACT_TYPE), text("name"), text("first_name", 30), text("middle_name", 30),
            text("surname", 30), text("e_mail", 80), text("phone_no", 30), text("county", 30),
            reference("company_no", "contact"),
            reference("salesperson_code", "salesperson"), reference("currency_code", "currency"),
        ], numbered="no"),
        table("contact_business_relation", "Contact Business Relation", [
            reference("contact_no", "contact"), option("link_to_table", LINK), code("no"),
        ], named="no"),
        _sold("item", "Item", "description", number("inventory"), number("unit_volume"), number("gross_weight"),
              text("vendor_item_no", 50)),
        _sold("resource", "Resource", "name", number("capacity")),
        table("sales_price", "Sales Price", [
            option("sales_type", SALES_TYPE), reference("sales_code", "customer_price_group"),
            reference("item_no", "item"), reference("unit_of_measure_code", "unit_of_measure"),
            reference("currency_code", "currency"), number("unit_price"), number("minimum_quantity"),
            date("starting_date"), date("ending_date"),
        ], named=""),
        table("opportunity", "Opportunity", [
            code("no"), text("description"), option("status", PROGRESS), reference("contact_no", "contact"),
            reference("contact_company_no", "contact"), reference("salesperson_code", "salesperson"),
            local("estimated_value_lcy"),
        ], named="description", numbered="no"),
        *document_tables.erp_tables(),
    ]  # fmt: skip


def _account() -> Table:
    fields = [
        text("name", 160, required=True), text("address1_line1", 250), text("address1_postalcode", 20),
        text("address1_city", 80), text("address1_stateorprovince", 50), text("telephone1", 50),
        text("emailaddress1"), money("creditlimit"),
        option("statecode", ACTIVE_OR_NOT), option("customertypecode", RELATIONSHIP),
        reference("ownerid", "systemuser", "team"), reference("transactioncurrencyid", "transactioncurrency"),
        reference("primarycontactid", "contact"), *(option(name, values) for name, values in OPTION_COLUMNS.items()),
    ]  # fmt: skip
    return table("account", "Account", fields)


def _product() -> Table:
    fields = [
        text("name", required=True), text("productnumber", required=True), option("producttypecode", PRODUCT_TYPE),
        option("statecode", PRODUCT_STATE), whole("statuscode"), whole("quantitydecimal"), positive("price", 4),
        positive("standardcost", 4), positive("currentcost", 4), positive("quantityonhand", 5),
        positive("stockvolume", 5), positive("stockweight", 5), text("vendorname"), text("vendorid"),
        text("vendorpartnumber"), reference("defaultuomid", "uom"), reference("defaultuomscheduleid", "uomschedule"),
        reference("transactioncurrencyid", "transactioncurrency"), reference("pricelevelid", "pricelevel"),
    ]  # fmt: skip
    return table("product", "Product", fields, numbered="productnumber")


def crm_tables() -> list[Table]:
    """What the Sales organization has."""
    return [
        table("systemuser", "User", [
            text("fullname", 200), text("internalemailaddress"), text("mobilephone", 64), boolean("isdisabled"),
            boolean("islicensed"), boolean("isintegrationuser"),
        ], named="fullname"),
        table("team", "Team", [text("name", 160)]),
        table("organization", "Organization", [
            text("name"), reference("basecurrencyid", "transactioncurrency"), whole("currencydecimalprecision"),
            whole("pricingdecimalprecision"), whole("discountcalculationmethod"),
        ]),
        table("transactioncurrency", "Currency", [
            text("isocurrencycode", 5), text("currencyname"), text("currencysymbol", 13), whole("currencyprecision"),
            number("exchangerate", 10),
        ], named="currencyname", numbered="isocurrencycode"),
        _account(),
        table("contact", "Contact", [
            text("firstname", 50), text("middlename", 50), text("lastname", 50), text("fullname", 160),
            text("emailaddress1"), text("telephone1", 50), text("address1_stateorprovince", 50),
            option("statecode", ACTIVE_OR_NOT),
            reference("parentcustomerid", "account", "contact"), reference("ownerid", "systemuser", "team"),
            Field("parentcustomeridtype", FieldType.TABLE, insertable=False, updatable=False),
            reference("transactioncurrencyid", "transactioncurrency"),
        ], named="fullname"),
        table("uomschedule", "Unit Group", [text("name"), text("baseuomname"), option("statecode", ACTIVE_OR_NOT)]),
        table("uom", "Unit", [text("name"), reference("uomscheduleid", "uomschedule"), number("quantity", 10)]),
        _product(),
        table("pricelevel", "Price List", [text("name", required=True), Field("description", FieldType.MEMO),
              option("statecode", ACTIVE_OR_NOT), reference("transactioncurrencyid", "transactioncurrency")]),
        table("productpricelevel", "Price List Item", [
            reference("pricelevelid", "pricelevel"), reference("productid", "product"), text("productnumber"),
            reference("uomid", "uom"), reference("uomscheduleid", "uomschedule"), positive("amount", 4),
            option("pricingmethodcode", (Option(1, "Currency Amount"), Option(2, "Percent of List"))),
            reference("transactioncurrencyid", "transactioncurrency"),
        ], named="productnumber"),
        table("opportunity", "Opportunity", [
            text("name", 300), option("statecode", OPPORTUNITY_STATE), reference("parentaccountid", "account"),
            reference("parentcontactid", "contact"), reference("ownerid", "systemuser", "team"),
            money("estimatedvalue"), reference("transactioncurrencyid", "transactioncurrency"),
        ]),
        *document_tables.crm_tables(),
        *(table(f"account.{column}", column, [Field("value", FieldType.INTEGER), text("label")], named="label")
          for column in OPTION_COLUMNS),
    ]  # fmt: skip
