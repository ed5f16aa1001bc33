"""Notices to Dynamics 365 Sales of where we are, or that this is withdrawn.

A notice is stored first (``ConnectionSetup.pending_notice``) and sent at once while a person waits. An organization
that does not answer within seconds keeps nobody waiting: the scheduler has a worker send the notice again until the
organization has it (``tasks.start(TASK)``).
"""

from __future__ import annotations

import datetime as dt

from integration.connection.opening import open_either
from integration.connection.published import publish, withdraw
from integration.dataverse.session import Gate
from integration.defaults.tasks import Task
from integration.models import ConnectionSetup
from integration.models.connection.moving import PendingNotice
from integration.systems.errors import Problem

TASK = Task.NOTIFY_SALES
AGAIN_AFTER = dt.timedelta(minutes=5)
NOT_WRITTEN = "The addresses were not written into Dynamics 365 Sales: {}"
LATER = f" This is tried again every {AGAIN_AFTER.seconds // 60} minutes."


def notify_sales(setup: ConnectionSetup, *, withdrawn: bool = False) -> bool:
    """Write into Sales where we are, or take it back: now if that goes soon, else later by a worker. An organization
    that does not take it is noted as the last error: records are synchronized all the same. ``False``: Sales does not
    know (yet)."""
    if not (setup.solution_version and setup.sales_enabled):
        setup.note(pending_notice="")
        return False
    setup.note(pending_notice=PendingNotice.WITHDRAWAL if withdrawn else PendingNotice.ADDRESSES)
    try:
        send_pending_notice(setup, None)
    except Problem:
        return False
    return True


def send_pending_notice(setup: ConnectionSetup, gate: Gate | None) -> bool:
    """Send the notice that is pending, as a worker behind its gate, without one while a person waits; ``False``: there
    is none. A notice that a later attempt may deliver stays pending. The access key is handed over and not kept. Raises
    ``Problem``, noted as the last error."""
    what = setup.pending_notice
    if not what:
        return False
    try:
        with open_either(setup, gate, even_disabled=what == PendingNotice.WITHDRAWAL) as connected:
            withdraw(connected.crm) if what == PendingNotice.WITHDRAWAL else publish(setup, connected.crm)
    except Problem as problem:
        words = NOT_WRITTEN.format(problem.message)
        if setup.is_at(setup.place):
            setup.note(last_error=words + LATER if problem.retryable else words)
            if not problem.retryable:
                setup.note(pending_notice="")
        raise
    _note_sent(setup, what)
    return True


def _note_sent(setup: ConnectionSetup, what: str) -> None:
    """Note that the notice was sent. What somebody decided or typed meanwhile is still pending, and another address has
    no notice."""
    if not setup.is_at(setup.place):
        return
    if what == PendingNotice.ADDRESSES:
        type(setup).objects.filter(pk=setup.pk, odata_key=setup.odata_key).update(odata_key="")
        setup.odata_key = ""
    if setup.last_error.startswith(NOT_WRITTEN.format("")):
        setup.note(last_error="")
    if type(setup).objects.filter(pk=setup.pk, pending_notice=what).update(pending_notice=""):
        setup.pending_notice = ""
