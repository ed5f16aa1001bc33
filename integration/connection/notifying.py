"""Telling Dynamics 365 Sales where we are, or taking that back: at once while a person waits, else later by a worker.

What is to be told is written down first (``ConnectionSetup.untold``). An organization that does not answer within
seconds keeps nobody waiting: the scheduler has a worker tell it until it was taken (``tasks.start(TASK)``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from integration.connection.opening import open_either
from integration.connection.published import publish, withdraw
from integration.dataverse.session import Gate
from integration.systems.errors import Problem

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

TASK = "tell_sales"
AGAIN_AFTER = dt.timedelta(minutes=5)
NOT_WRITTEN = "The addresses were not written into Dynamics 365 Sales: {}"
LATER = f" This is tried again every {AGAIN_AFTER.seconds // 60} minutes."


class Untold(models.TextChoices):
    """What Sales does not know yet."""

    ADDRESSES = "addresses", "where Business Central is"
    WITHDRAWAL = "withdrawal", "that the addresses are withdrawn"


def tell(setup: ConnectionSetup, what: Untold) -> bool:
    """Tell Sales, while a person waits. An organization that does not take it is noted as the last error: records are
    synchronized all the same. ``False``: Sales was not told (yet)."""
    if not (setup.solution_version and setup.sales_enabled):
        setup.note(untold="")
        return False
    setup.note(untold=what)
    try:
        tell_rest(setup, None)
    except Problem:
        return False
    return True


def tell_rest(setup: ConnectionSetup, gate: Gate | None) -> bool:
    """Tell what is still untold, as a worker behind its gate, without one while a person waits; ``False``: nothing was.
    What a later attempt may mend stays untold. The access key is handed over and not kept. Raises ``Problem``, noted as
    the last error."""
    what = setup.untold
    if not what:
        return False
    try:
        with open_either(setup, gate, even_disabled=what == Untold.WITHDRAWAL) as connected:
            withdraw(connected.crm) if what == Untold.WITHDRAWAL else publish(setup, connected.crm)
    except Problem as problem:
        words = NOT_WRITTEN.format(problem.message)
        if setup.is_at(setup.place):
            setup.note(last_error=words + LATER if problem.retryable else words)
            if not problem.retryable:
                setup.note(untold="")
        raise
    _told(setup, what)
    return True


def _told(setup: ConnectionSetup, what: str) -> None:
    """It is done. What somebody decided or typed meanwhile is still to be told, and another address knows nothing of
    it."""
    if not setup.is_at(setup.place):
        return
    if what == Untold.ADDRESSES:
        type(setup).objects.filter(pk=setup.pk, odata_key=setup.odata_key).update(odata_key="")
        setup.odata_key = ""
    if setup.last_error.startswith(NOT_WRITTEN.format("")):
        setup.note(last_error="")
    if type(setup).objects.filter(pk=setup.pk, untold=what).update(untold=""):
        setup.untold = ""
