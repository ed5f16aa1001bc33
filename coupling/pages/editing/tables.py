"""Which tables of Business Central people edit here, and what a person sees of them on New: data, nothing else.

Documents have pages of their own; what posting writes (ledgers, posted documents, archives) is never edited, nor are
the links that the company keeps itself (``contact_business_relation``) and the rates of VAT, which have their page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.models.people.rights import CHANGE_VAT_SETUP, EDIT_RECORD

COUNTRY = {"country_region_code": "country_region"}


@dataclass(frozen=True, slots=True)
class Editing:
    """How one table is edited. ``first``: the fields of a new record that stand above all others, in their order.
    ``offers``: text fields that are typed by the code of a table, and that table. ``suggests``: text fields for which
    what other records hold is offered, each with the field that stands beside it. ``fills``: fields that fill in
    another one when they are chosen. ``narrowed``: which records a relation offers, in the language of filters.
    ``right``: who may edit the table."""

    first: tuple[str, ...]
    offers: Mapping[str, str] = field(default_factory=dict)
    suggests: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    narrowed: Mapping[str, str] = field(default_factory=dict)
    right: str = EDIT_RECORD


PLACE = {"post_code": "city", "city": "post_code"}
CONTACT = {"primary_contact_no": "contact"}

EDITED: Mapping[str, Editing] = {
    "customer": Editing(
        ("no", "name", "address", "post_code", "city", "country_region_code", "phone_no", "e_mail", "salesperson_code",
         "payment_terms_code"),
        COUNTRY, PLACE, CONTACT,
    ),
    "vendor": Editing(
        ("no", "name", "address", "post_code", "city", "country_region_code", "phone_no", "e_mail", "purchaser_code",
         "payment_terms_code"),
        COUNTRY, PLACE, CONTACT,
    ),
    "contact": Editing(
        ("no", "type", "name", "first_name", "surname", "company_no", "phone_no", "e_mail", "salesperson_code"),
        COUNTRY, PLACE, narrowed={"company_no": "type = Company"},
    ),
    "salesperson": Editing(("code", "name", "job_title", "e_mail", "phone_no")),
    "item": Editing(
        ("no", "description", "type", "base_unit_of_measure", "unit_price", "unit_cost", "vat_prod_posting_group"),
    ),
    "resource": Editing(("no", "name", "type", "base_unit_of_measure", "unit_price", "vat_prod_posting_group")),
    "opportunity": Editing(
        ("no", "description", "contact_no", "salesperson_code", "status", "estimated_value_lcy",
         "estimated_closing_date"),
    ),
    "sales_price": Editing(
        ("item_no", "sales_type", "sales_code", "customer_no", "currency_code", "unit_of_measure_code",
         "minimum_quantity", "unit_price", "starting_date", "ending_date"),
    ),
    "customer_price_group": Editing(("code", "description", "price_includes_vat")),
    "unit_of_measure": Editing(("code", "description", "international_standard_code", "symbol")),
    "currency": Editing(("code", "description", "iso_code", "symbol", "amount_rounding_precision")),
    "currency_exchange_rate": Editing(
        ("currency_code", "starting_date", "exchange_rate_amount", "relational_exch_rate_amount"),
    ),
    "payment_terms": Editing(
        ("code", "description", "due_date_calculation", "discount_date_calculation", "discount_percent"),
    ),
    "shipment_method": Editing(("code", "description")),
    "shipping_agent": Editing(("code", "name", "internet_address")),
    "country_region": Editing(("code", "name", "iso_code")),
    "vat_business_posting_group": Editing(("code", "description"), right=CHANGE_VAT_SETUP),
    "vat_product_posting_group": Editing(("code", "description"), right=CHANGE_VAT_SETUP),
    "g_l_account": Editing(("no", "name", "vat_prod_posting_group", "blocked"), right=CHANGE_VAT_SETUP),
}  # fmt: skip


def editing_of(table: str) -> Editing | None:
    """How people edit this table here; ``None``: not at all."""
    return EDITED.get(table)
