"""Bootstrap Icons, from their package: which ones the pages use, and the one file that holds them."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files

from integration.pages.parts import entries

PACKAGE, FOLDER = "bs_icon_templates", "templates/bs_icon"
BY_LABEL = {
    "Home": "house",
    "Assisted Setup": "magic",
    "Connection Setup": "plug",
    "Table Mappings": "diagram-3",
    "Users": "person-gear",
    "Audit Log": "journal-text",
    "Sales & Receivables Setup": "sliders",
    "General Ledger Setup": "bank",
    "VAT Posting Setup": "percent",
    "Full Synch. Review": "clipboard-check",
    "Synch. Job Log": "list-check",
    "Dry Runs": "eye",
    "Synch. Errors": "exclamation-triangle",
    "Skipped Records": "skip-forward",
    "Job Queue Entries": "clock-history",
    "Sales Quotes": "file-text",
    "Sales Orders": "cart",
    "Sales Invoices": "receipt",
    "Posted Sales Invoices": "file-earmark-check",
    "Posted Sales Credit Memos": "file-earmark-minus",
    "Posted Sales Shipments": "truck",
    "Sales Archive": "archive",
    "Customer Ledger Entries": "calculator",
    "Customers": "building",
    "Accounts": "building",
    "Vendors": "shop",
    "Contacts": "person-vcard",
    "Salespeople": "person-badge",
    "Items": "box-seam",
    "Products": "box-seam",
    "Resources": "tools",
    "Opportunities": "graph-up-arrow",
    "Units of Measure": "rulers",
    "Units": "rulers",
    "Unit Groups": "rulers",
    "Currencies": "currency-exchange",
    "Customer Price Groups": "tags",
    "Price Lists": "tags",
    "Sales Prices": "tag",
    "Price List Items": "tag",
    "Payment Terms": "calendar-check",
    "Shipment Methods": "signpost-2",
    "Shipping Agents": "truck",
    "Invoices": "receipt",
    "Administration": "gear",
}
"""An entry of the navigation -> its icon. One that is not here has that of its group."""
BY_GROUP = {
    "Setup": "gear",
    "Synchronization": "arrow-repeat",
    "Business Central": "table",
    "Sales Documents": "file-text",
    "Dynamics 365 Sales": "table",
}
OTHERWISE = "chevron-right"
FRAME = (
    "list", "search", "person-circle", "arrow-repeat", "chevron-down", "chevron-right", "circle-half", "sun", "moon",
    "keyboard", "key", "shield-lock", "box-arrow-right", "sliders", "lightning", "calendar3", "table", "x-lg",
)  # fmt: skip
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def icon_of(label: str, group: str = "") -> str:
    """The icon of an entry of the navigation."""
    return BY_LABEL.get(label) or BY_GROUP.get(group, OTHERWISE)


@cache
def names() -> frozenset[str]:
    """All icons that pages use."""
    own = (place.icon for places in entries().values() for place in places if place.icon)
    return frozenset((*BY_LABEL.values(), *BY_GROUP.values(), OTHERWISE, *FRAME, *own))


@cache
def sprite() -> str:
    """One SVG with every icon as a symbol: a page names one as ``icons.svg#house``. Raises ``ModuleNotFoundError``
    where the package is not installed."""
    folder = files(PACKAGE) / FOLDER
    symbols = (_symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in sorted(names()))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


@cache
def version() -> str:
    """Changes with the names, so that a browser may keep the file for ever."""
    return sha256(" ".join(sorted(names())).encode()).hexdigest()[:8]


def _symbol(name: str, icon: str) -> str:
    found = SHAPES.search(icon)
    shapes = found.group(1) if found else ""
    return f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{shapes.strip()}</symbol>'
