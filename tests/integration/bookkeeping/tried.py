"""Which test tries what the addresses of these pages do: two people at once, pressing twice, the audit log."""

from __future__ import annotations

BOOKKEEPING = "integration/bookkeeping"
TRIED_IN = {
    f"{BOOKKEEPING}/test_payments.py": ["posted_invoice_pay", "payment_on_account"],
    f"{BOOKKEEPING}/test_corrections.py": ["posted_invoice_cancel", "posted_invoice_credit"],
    f"{BOOKKEEPING}/test_ledger.py": ["ledger_apply", "ledger_unapply"],
    f"{BOOKKEEPING}/test_setup.py": ["sales_setup", "ledger_setup", "vat_setup"],
}
"""What takes a form, below tests/."""
LOOKED_AT = {
    "posted_invoices", "posted_invoice", "posted_invoice_print", "posted_credit_memos", "posted_credit_memo",
    "posted_credit_memo_print",
    "ledger_entries", "ledger_entry",
}  # fmt: skip
"""Pages without a form of their own."""
