"""What tables and records are called on pages, and how a card groups its fields: data, nothing else."""

from __future__ import annotations

from integration.systems.values import Side

TITLES: dict[tuple[Side, str], str] = {
    (Side.ERP, "customer"): "Customers",
    (Side.ERP, "vendor"): "Vendors",
    (Side.ERP, "contact"): "Contacts",
    (Side.ERP, "salesperson"): "Salespeople/Purchasers",
    (Side.ERP, "item"): "Items",
    (Side.ERP, "resource"): "Resources",
    (Side.ERP, "opportunity"): "Opportunities",
    (Side.ERP, "currency"): "Currencies",
    (Side.ERP, "unit_of_measure"): "Units of Measure",
    (Side.ERP, "customer_price_group"): "Customer Price Groups",
    (Side.ERP, "sales_price"): "Sales Prices",
    (Side.ERP, "shipment_method"): "Shipment Methods",
    (Side.ERP, "shipping_agent"): "Shipping Agents",
    (Side.CRM, "account"): "Accounts – Dynamics 365 Sales",
    (Side.CRM, "contact"): "Contacts – Dynamics 365 Sales",
    (Side.CRM, "product"): "Products – Dynamics 365 Sales",
    (Side.CRM, "systemuser"): "Users – Dynamics 365 Sales",
    (Side.CRM, "opportunity"): "Opportunities – Dynamics 365 Sales",
    (Side.CRM, "transactioncurrency"): "Transaction Currencies – Dynamics 365 Sales",
    (Side.CRM, "pricelevel"): "Price Lists – Dynamics 365 Sales",
    (Side.CRM, "productpricelevel"): "Price List Items – Dynamics 365 Sales",
    (Side.CRM, "uomschedule"): "Unit Groups – Dynamics 365 Sales",
}

NOUNS: dict[str, str] = {
    "uom": "Unit",
    "uomschedule": "Unit Group",
    "pricelevel": "Price List",
    "productpricelevel": "Price List Item",
    "salesorder": "Order",
    "salesperson": "Salesperson/Purchaser",
    "systemuser": "User",
    "transactioncurrency": "Transaction Currency",
    "unit_of_measure": "Unit of Measure",
}
"""What one record of a table is called in captions such as "Create Account in Dynamics 365 Sales"."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Administration",
        ("system_", "created", "modified", "overridden", "owner", "owning", "state", "status", "version", "import",
         "timezone", "utcconversion"),
    ),
    (
        "Address & Contact",
        ("address", "city", "county", "country", "post_code", "phone", "mobile", "telephone", "fax", "pager", "e_mail",
         "email", "home_page", "website", "contact", "primary_contact", "primarycontact", "internalemail"),
    ),
    (
        "Invoicing & Prices",
        ("currency", "transactioncurrency", "payment", "shipment", "shipping", "credit", "price", "prices",
         "customer_price", "unit_price", "unit_cost", "vat", "combine", "exchange", "amount", "default",
         "standardcost", "currentcost", "estimated", "calcd"),
    ),
)  # fmt: skip
"""The groups of a card after General: a field belongs to the first group that lists how its name begins."""

GENERAL = "General"


def noun(table: str) -> str:
    """One record of this table, in a caption."""
    return NOUNS.get(table) or table.replace("_", " ").title()


def group_of(field: str) -> str:
    """The group of a card that shows this field."""
    return next((label for label, starts in GROUPS if field.startswith(starts)), GENERAL)
