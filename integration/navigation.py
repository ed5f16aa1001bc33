"""What this app adds to the navigation."""

from __future__ import annotations

from collections.abc import Callable

from integration.models.people.rights import MANAGE_USERS, READ_AUDIT
from integration.pages.parts import Act, Entry, PagePart

SETUP, SYNCHRONIZATION, SALES = "Setup", "Synchronization", "Sales Documents"
CRM = "Dynamics 365 Sales"

ENTRIES = (
    Entry("", 0, "Home", "home"),
    Entry(SETUP, 110, "Connection Setup", "connection"),
    Entry(SETUP, 120, "Table Mappings", "mappings"),
    Entry(SETUP, 130, "Users", "users", right=MANAGE_USERS),
    Entry(SETUP, 140, "Audit Log", "audit", right=READ_AUDIT),
    Entry(SETUP, 150, "Sales & Receivables Setup", "sales_setup"),
    Entry(SETUP, 152, "General Ledger Setup", "ledger_setup"),
    Entry(SETUP, 154, "VAT Posting Setup", "vat_setup"),
    Entry(SALES, 355, "Posted Sales Invoices", "posted_invoices"),
    Entry(SALES, 356, "Posted Sales Credit Memos", "posted_credit_memos"),
    Entry(SALES, 357, "Customer Ledger Entries", "ledger_entries"),
    Entry(SYNCHRONIZATION, 200, "Full Synch. Review", "full_synch"),
    Entry(SYNCHRONIZATION, 210, "Synch. Job Log", "synch_jobs"),
    Entry(SYNCHRONIZATION, 220, "Dry Runs", "plans"),
    Entry(SYNCHRONIZATION, 230, "Synch. Errors", "synch_errors"),
    Entry(SYNCHRONIZATION, 250, "Job Queue Entries", "job_queue"),
    Entry(CRM, 450, "Sales Orders", "sales_orders"),
    Entry(CRM, 451, "Sales Quotes", "sales_quotes"),
    Entry(SALES, 350, "Sales Quotes", "quotes"),
    Entry(SALES, 351, "Sales Orders", "orders"),
    Entry(SALES, 352, "Sales Invoices", "invoices"),
    Entry(SALES, 353, "Posted Sales Shipments", "shipments"),
    Entry(SALES, 354, "Sales Archive", "archive"),
)

POSTS, PAYS, CHIEF = (
    "business_central.post_document",
    "business_central.post_payment",
    "integration.change_tablemapping",
)
SET_UP, RUNS = "integration.change_connectionsetup", "integration.change_syncjob"
ACTS = (
    Act("New Sales Quote", "quote_new", right=POSTS, words="create add"),
    Act("New Sales Order", "order_new", right=POSTS, words="create add"),
    Act("New Sales Invoice", "invoice_new", right=POSTS, words="create add"),
    Act("New User", "user_new", right=MANAGE_USERS, words="create add person"),
    Act("New Mapping", "mapping_new", right="integration.add_tablemapping", words="create add table"),
    Act("Register Payment", "posted_invoices", right=PAYS, words="pay apply"),
    Act("Run Full Synchronization", "full_synch", right="integration.change_fullsynchline", words="start all"),
    Act("Synchronize Modified Records", "synchronize_modified", right=RUNS, words="run now"),
    Act("Test Connection", "connection", right=SET_UP, words="check enable disable"),
    Act("Preflight", "preflight", words="check findings"),
    Act("Use Default Synchronization Setup", "mapping_defaults", right=CHIEF, words="reset standard mappings"),
    Act("Create Sales Orders in Business Central", "sales_orders", right=RUNS, words="submitted"),
    Act("Process Sales Quotes", "sales_quotes", right=RUNS, words="activated won"),
    Act("Change Password", "own_password"),
    Act("My Settings", "own_settings", words="time zone dates numbers theme formats language"),
    Act("Keyboard", "keyboard_help", words="help keys shortcuts"),
)


def _is(table: str) -> Callable[[tuple[str, str, object]], bool]:
    """A record is (side, table, id)."""
    return lambda subject: subject[:2] == ("erp", table)


def _is_of_sales(table: str) -> Callable[[tuple[str, str, object]], bool]:
    return lambda subject: subject[:2] == ("crm", table)


def _id(subject: tuple[str, str, object]) -> tuple[object, ...]:
    return subject[2:]


PARTS: tuple[PagePart, ...] = (
    PagePart("record", -6, "Posted Sales Invoice", "posted_invoice", _id, when=_is("sales_invoice_header")),
    PagePart("record", -5, "Posted Sales Credit Memo", "posted_credit_memo", _id, when=_is("sales_cr_memo_header")),
    PagePart("record", -4, "Customer Ledger Entry", "ledger_entry", _id, when=_is("cust_ledger_entry")),
    PagePart("record", -5, "Sales Order", "sales_order", _id, when=_is_of_sales("salesorder")),
    PagePart("record", -4, "Sales Quote", "sales_quote", _id, when=_is_of_sales("quote")),
    PagePart("record", -3, "Sales Document", "document", _id, when=_is("sales_header")),
    PagePart("record", -2, "Posted Sales Shipment", "shipment", _id, when=_is("sales_shipment_header")),
    PagePart("record", -1, "Sales Archive", "archived", _id, when=_is("sales_header_archive")),
)
