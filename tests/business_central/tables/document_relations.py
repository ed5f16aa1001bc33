"""The tables that the columns of documents and ledgers point to."""

from __future__ import annotations

HEADER = {
    "sell_to_customer_no": "customer", "bill_to_customer_no": "customer", "currency_code": "currency",
    "payment_terms_code": "payment_terms", "shipment_method_code": "shipment_method",
    "shipping_agent_code": "shipping_agent", "salesperson_code": "salesperson",
    "customer_price_group": "customer_price_group", "vat_bus_posting_group": "vat_business_posting_group",
    "opportunity_no": "opportunity",
}  # fmt: skip
LINE = {"unit_of_measure_code": "unit_of_measure"}
PRICED = {**LINE, "vat_prod_posting_group": "vat_product_posting_group"}
DOCUMENT_RELATIONS = {
    "sales_header": HEADER,
    "sales_header_archive": HEADER,
    "sales_shipment_header": HEADER,
    "sales_invoice_header": HEADER,
    "sales_cr_memo_header": HEADER,
    "sales_line": {**PRICED, "document_no": "sales_header"},
    "sales_line_archive": {**PRICED, "document_no": "sales_header_archive"},
    "sales_shipment_line": {**LINE, "document_no": "sales_shipment_header"},
    "sales_invoice_line": {**PRICED, "document_no": "sales_invoice_header"},
    "sales_cr_memo_line": {**PRICED, "document_no": "sales_cr_memo_header"},
    "cust_ledger_entry": {"customer_no": "customer", "sell_to_customer_no": "customer", "currency_code": "currency"},
    "detailed_cust_ledg_entry": {"cust_ledger_entry_no": "cust_ledger_entry"},
    "item_ledger_entry": {"item_no": "item"},
}
