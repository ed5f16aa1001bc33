"""The Sales mappings of what is going on: opportunities, posted invoices and sales orders.

An opportunity's ``parentaccountid`` is the account of the customer behind the contact's company: a special rule of
the engine writes it, no field mapping can.
"""

from integration.defaults.shape import DAILY, FieldDefault, MappingDefault, both, constant_to_crm, offered, to_crm
from integration.sync.rules import Direction

OWNER = to_crm("salesperson_code", "ownerid", not_null=True)
CURRENCY = to_crm("currency_code", "transactioncurrencyid")
AFTER = ("ITEM-PRODUCT", "RESOURCE-PRODUCT", "OPPORTUNITY")


def _place(prefix: str, side: str) -> tuple[FieldDefault, ...]:
    """Name and address of one party of a document: ``ship_to``/``shipto`` or ``bill_to``/``billto``."""
    pairs = {
        "name": "name",
        "address": "line1",
        "address_2": "line2",
        "city": "city",
        "country_region_code": "country",
        "post_code": "postalcode",
        "county": "stateorprovince",
    }
    return tuple(to_crm(f"{prefix}_{erp}", f"{side}_{crm}") for erp, crm in pairs.items())


AMOUNTS = (
    to_crm("amount", "totalamountlessfreight"),
    to_crm("amount_including_vat", "totalamount"),
    to_crm("invoice_discount_amount", "discountamount"),
    to_crm("shipping_agent_code", "shippingmethodcode"),
    to_crm("payment_terms_code", "paymenttermscode"),
)

OPPORTUNITY = MappingDefault(
    name="OPPORTUNITY",
    part="sales",
    position=160,
    erp_table="opportunity",
    crm_table="opportunity",
    direction=Direction.BOTH,
    erp_filter="status in ('Not Started', 'In Progress')",
    only_coupled=False,
    dependencies=("CONTACT",),
    job=None,
    fields=(
        both("description", "name"),
        to_crm("contact_no", "parentcontactid"),
        OWNER,
        to_crm("estimated_value_lcy", "estimatedvalue"),
        to_crm("estimated_closing_date", "estimatedclosedate"),
        offered("date_closed", "actualclosedate", Direction.TO_CRM),
        offered("probability_percent", "closeprobability", Direction.TO_CRM),
        offered("calcd_current_value_lcy", "actualvalue", Direction.TO_CRM),
    ),
)

INVOICE = MappingDefault(
    name="POSTEDSALESINV-INV",
    part="sales",
    position=170,
    erp_table="sales_invoice_header",
    crm_table="invoice",
    direction=Direction.TO_CRM,
    dependencies=AFTER,
    job=DAILY,
    fields=(
        to_crm("no", "invoicenumber"),
        OWNER,
        CURRENCY,
        to_crm("due_date", "duedate"),
        *_place("ship_to", "shipto"),
        to_crm("shipment_date", "datedelivered"),
        *_place("bill_to", "billto"),
        *AMOUNTS,
        to_crm("work_description", "description", validate=False),
    ),
)

INVOICE_LINE = MappingDefault(
    name="POSTEDSALESLINE-INV",
    part="sales",
    position=180,
    erp_table="sales_invoice_line",
    crm_table="invoicedetail",
    direction=Direction.TO_CRM,
    only_coupled=False,
    dependencies=("POSTEDSALESINV-INV",),
    job=None,
    fields=(
        to_crm("quantity", "quantity"),
        to_crm("line_discount_amount", "manualdiscountamount"),
        to_crm("unit_price", "priceperunit"),
        constant_to_crm("ispriceoverridden", "1"),
        to_crm("amount", "baseamount"),
        to_crm("amount_including_vat", "extendedamount"),
    ),
)

ORDER = MappingDefault(
    name="SALESORDER-ORDER",
    part="sales",
    position=190,
    erp_table="sales_header",
    crm_table="salesorder",
    direction=Direction.TO_CRM,
    erp_filter="document_type = Order and status = Released",
    dependencies=AFTER,
    fields=(
        to_crm("no", "ordernumber"),
        OWNER,
        CURRENCY,
        *_place("ship_to", "shipto"),
        to_crm("last_shipment_date", "datefulfilled"),
        *_place("bill_to", "billto"),
        *AMOUNTS,
        to_crm("requested_delivery_date", "requestdeliveryby"),
    ),
)

QUOTE = MappingDefault(
    name="SALESQUOTE-QUOTE",
    part="sales",
    position=200,
    erp_table="sales_header",
    crm_table="quote",
    direction=Direction.TO_ERP,
    erp_filter="document_type = Quote",
    dependencies=AFTER,
    job=None,
    internal=True,
    fields=(),
)

MAPPINGS = (OPPORTUNITY, INVOICE, INVOICE_LINE, ORDER, QUOTE)
