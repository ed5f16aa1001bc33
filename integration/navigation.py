"""What this app adds to the navigation."""

from __future__ import annotations

from integration.models.people.rights import MANAGE_USERS, READ_AUDIT
from integration.pages.parts import Entry, Part

SETUP, SYNCHRONIZATION, LEDGER = "Setup", "Synchronization", "Customer Ledger"

ENTRIES = (
    Entry("", 0, "Home", "home"),
    Entry(SETUP, 110, "Connection Setup", "connection"),
    Entry(SETUP, 120, "Table Mappings", "mappings"),
    Entry(SETUP, 130, "Users", "users", right=MANAGE_USERS),
    Entry(SETUP, 140, "Audit Log", "audit", right=READ_AUDIT),
    Entry(SETUP, 150, "Sales & Receivables Setup", "sales_setup"),
    Entry(SETUP, 152, "General Ledger Setup", "ledger_setup"),
    Entry(SETUP, 154, "VAT Posting Setup", "vat_setup"),
    Entry(LEDGER, 370, "Posted Sales Invoices", "posted_invoices"),
    Entry(LEDGER, 372, "Posted Sales Credit Memos", "posted_credit_memos"),
    Entry(LEDGER, 374, "Customer Ledger Entries", "ledger_entries"),
    Entry(SYNCHRONIZATION, 200, "Full Synch. Review", "full_synch"),
    Entry(SYNCHRONIZATION, 210, "Synch. Job Log", "synch_jobs"),
    Entry(SYNCHRONIZATION, 220, "Dry Runs", "plans"),
    Entry(SYNCHRONIZATION, 230, "Synch. Errors", "synch_errors"),
    Entry(SYNCHRONIZATION, 250, "Job Queue Entries", "job_queue"),
)
PARTS: tuple[Part, ...] = ()
