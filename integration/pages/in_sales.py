"""Where Dynamics 365 Sales shows what this application knows of it, and what waits there."""

from __future__ import annotations

from contextlib import nullcontext

from integration.connection.opening import at_a_glance, open_crm_for_page
from integration.documents.notices import SENT, TABLE, stands_for_never
from integration.documents.sources import SUBMITTED
from integration.models import ConnectionSetup
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, both
from integration.systems.values import Table

RECORD = "{url}/main.aspx?pagetype=entityrecord&etn={entity}&id={id}"
LIST = "{url}/main.aspx?pagetype=entitylist&etn={entity}"


def record_in_sales(url: str, entity: str, id: object) -> str:
    """The address of a record there; blank while nobody has named the organization's ``url``."""
    return RECORD.format(url=url, entity=entity, id=id) if url else ""


def list_in_sales(url: str, entity: str) -> str:
    """The address of the list of a table there; blank as above."""
    return LIST.format(url=url, entity=entity) if url else ""


def unsent(table: Table) -> Filter:
    """Documents that nobody has marked as sent to a back office; all, where the table does not know."""
    if SENT not in table.fields:
        return EVERYTHING
    return AnyOf((Comparison(SENT, "=", None), stands_for_never(table.fields[SENT])))


def submitted_orders(setup: ConnectionSetup, *, patient: bool = False) -> int | None:
    """How many orders are submitted and wait to be made here; 0 while the connection is disabled. Sales has a moment to
    answer, or as long as a page waits (``patient``): ``None`` where it does not."""
    if not setup.is_enabled:
        return 0
    try:
        with nullcontext() if patient else at_a_glance(), open_crm_for_page(setup) as crm:
            wanted = both(Comparison("statecode", "=", SUBMITTED), unsent(crm.describe(TABLE)))
            return crm.count(TABLE, wanted)
    except Problem:  # What keeps it from answering is said by the connection and the preflight.
        return None
