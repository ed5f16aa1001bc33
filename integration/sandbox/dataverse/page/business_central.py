"""What Business Central shows here once the integration solution is imported: statistics of an account, where its
record is, and how much of a product is available."""

from __future__ import annotations

import base64
import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from integration.sandbox.dataverse.page.api_client import Declined, Row, shown
from integration.sandbox.dataverse.page.kinds import Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import Cell
from integration.sandbox.dataverse.webhooks.address import check_address
from integration.sandbox.shell.refusal import Refusal

CONNECTION, STATISTICS = "bci_connection", "bci_accountstatistics"
SECONDS = 3
LARGEST = 64 * 1024
SAFE = "/()'%"
SWITCHED_OFF = "Item availability is not switched on in Business Central."
NOT_SEEN = "Your roles do not let you see the statistics: Product Availability User is missing."
NOT_ALLOWED = "Your roles do not let you ask Business Central: Product Availability User is missing."
WHY = {
    401: "Business Central does not accept the access key.",
    404: "Business Central does not publish it at this address.",
    429: "Business Central is asked too often just now.",
}
"""What an answer without rows means."""
SHOWN = (
    ("bci_customerno", "Customer No."), ("bci_balancelcy", "Balance (LCY)"),
    ("bci_outstandingorderslcy", "Outstanding Orders (LCY)"), ("bci_shippednotinvoicedlcy", "Shipped Not Invd. (LCY)"),
    ("bci_outstandinginvoiceslcy", "Outstanding Invoices (LCY)"), ("bci_totallcy", "Total (LCY)"),
    ("bci_creditlimitlcy", "Credit Limit (LCY)"), ("bci_overdueamountslcy", "Overdue Amounts (LCY)"),
    ("bci_overdueamountsasof", "Overdue Amounts as of"), ("bci_totalsaleslcy", "Total Sales (LCY)"),
    ("bci_invoicedprepaymentamountlcy", "Invoiced Prepayment Amount (LCY)"),
)  # fmt: skip


def _connection(context: PageContext) -> Row | None:
    """The one row that says where Business Central is; ``None`` without the solution. Raises :class:`Declined`."""
    table = context.client.organization.model.tables.get(CONNECTION)
    return next(iter(context.client.rows(table.set, "$top=1")), None) if table else None


def opening(context: PageContext, kind: Kind, row: str) -> str:
    """The address of the record in Business Central; blank unless there is one that the person may see."""
    try:
        found = _connection(context)
    except Declined:
        return ""
    base = str((found or {}).get("bci_webclienturl") or "").rstrip("/")
    return f"{base}/open/{kind.table}/{row}/" if base and _safe(base) else ""


class Unanswered(Exception):
    """Business Central answered, and not with rows; the message says why."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Labelled values, or why they cannot be shown."""

    facts: list[tuple[str, Cell]]
    problem: str = ""


def statistics(context: PageContext, found: Row) -> Statistics | None:
    """The statistics of an account that has them."""
    table = context.client.organization.model.tables.get(STATISTICS)
    named = found.get("_bci_accountstatisticsid_value")
    if table is None or not named:
        return None
    try:
        row = context.client.get(f"{table.set}({named})")
    except Declined as declined:
        return Statistics([], NOT_SEEN if declined.status == 403 else f"The statistics cannot be shown: {declined}")
    return Statistics([(label, Cell(shown(row, name))) for name, label in SHOWN if shown(row, name)])


def availability(context: PageContext, product: str) -> str:
    """A line about how much of a product is available, or why that is not known."""
    try:
        found = _connection(context)
    except Declined:
        return NOT_ALLOWED
    if not found or not found.get("bci_odataurl"):
        return SWITCHED_OFF
    address = str(found["bci_odataurl"]).rstrip("/")
    if not _safe(address):
        return "The availability cannot be shown: Business Central is asked by https, or by http on this machine."
    proof = f"{found.get('bci_odatausername') or ''}:{found.get('bci_odataaccesskey') or ''}"
    try:
        return _line(_ask(address, product, base64.b64encode(proof.encode()).decode()))
    except Unanswered as unanswered:
        return f"The availability cannot be shown: {unanswered}"
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return "The availability cannot be shown: Business Central does not answer."


def _line(rows: list[Row]) -> str:
    if not rows:
        return "This product is not coupled with an item in Business Central."
    return f"Available: {rows[0]['AvailableQuantity']} {rows[0].get('UnitOfMeasure') or ''}".rstrip()


def _safe(address: str) -> bool:
    try:
        check_address(address)
    except Refusal:
        return False
    return True


def _ask(address: str, product: str, proof: str) -> list[Row]:
    """The rows the web service answers within three seconds; nothing is followed. Raises ``OSError``,
    ``HTTPException``, ``ValueError``, ``Unanswered`` for what is no such answer."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line, until = kind(parts.hostname or "", parts.port, timeout=SECONDS), time.monotonic() + SECONDS
    try:
        query = quote(f"$filter=ProductId eq {product}&$format=json", safe="=&$")
        headers = {"Accept": "application/json", "Authorization": f"Basic {proof}"}
        line.request("GET", f"{quote(parts.path, safe=SAFE)}?{query}", headers=headers)
        answer = line.getresponse()
        body = _read(answer, until)
    finally:
        line.close()
    if answer.status != http.client.OK:
        raise Unanswered(WHY.get(answer.status, f"Business Central answered {answer.status}."))
    rows: list[Row] = json.loads(body)["value"]
    return rows


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    """At most 64 KB and not for longer than is left. Raises ``TimeoutError`` and ``ValueError``."""
    body = b""
    while piece := answer.read1(LARGEST):
        body += piece
        if time.monotonic() > until:
            raise TimeoutError
        if len(body) > LARGEST:
            raise ValueError("The answer is too long.")
    return body
