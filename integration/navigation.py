"""What this app adds to the navigation."""

from __future__ import annotations

from integration.models.people.rights import MANAGE_USERS, READ_AUDIT
from integration.pages.parts import Entry, Part

SETUP, SYNCHRONIZATION = "Setup", "Synchronization"
SALES = "Dynamics 365 Sales"

ENTRIES = (
    Entry("", 0, "Home", "home"),
    Entry(SETUP, 110, "Connection Setup", "connection"),
    Entry(SETUP, 120, "Table Mappings", "mappings"),
    Entry(SETUP, 130, "Users", "users", right=MANAGE_USERS),
    Entry(SETUP, 140, "Audit Log", "audit", right=READ_AUDIT),
    Entry(SYNCHRONIZATION, 200, "Full Synch. Review", "full_synch"),
    Entry(SYNCHRONIZATION, 210, "Synch. Job Log", "synch_jobs"),
    Entry(SYNCHRONIZATION, 220, "Dry Runs", "plans"),
    Entry(SYNCHRONIZATION, 230, "Synch. Errors", "synch_errors"),
    Entry(SYNCHRONIZATION, 250, "Job Queue Entries", "job_queue"),
    Entry(SALES, 450, "Sales Orders", "sales_orders"),
    Entry(SALES, 451, "Sales Quotes", "sales_quotes"),
)
PARTS: tuple[Part, ...] = ()
