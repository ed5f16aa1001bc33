"""What has to be posted, kept in the transaction of the event: a system job people can look at, and the body."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Happened, Write
from integration.sandbox.dataverse.webhooks.context import Event, Sender, body

SYSTEM_EVENT = 1
SILENT = frozenset({"asyncoperation", "sdkmessage", "sdkmessagefilter", "sdkmessageprocessingstep", "serviceendpoint"})
"""Of these nobody gets a call: a job about a job would have no end."""
STEPS = (
    "SELECT s.sdkmessageprocessingstepid, s.name, m.name, f.primaryobjecttypecode, s.filteringattributes,"
    " s.asyncautodelete, s.eventhandler FROM sdkmessageprocessingstep s JOIN sdkmessage m USING (sdkmessageid)"
    " LEFT JOIN sdkmessagefilter f ON f.sdkmessagefilterid = s.sdkmessagefilterid"
    " WHERE s.statecode = 0 ORDER BY s.rank, s.versionnumber"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One registration: ``table`` is blank for all, ``columns`` for any."""

    id: str
    name: str
    message: str
    table: str
    columns: frozenset[str]
    forgotten: bool
    endpoint: str

    def hears(self, happened: Happened, values: Values) -> bool:
        return (
            self.message == happened.message
            and self.table in ("", happened.table.name)
            and (not self.columns or happened.message != "Update" or not self.columns.isdisjoint(values))
        )


def enlist(write: Write, moment: dt.datetime) -> list[str]:
    """Keep a job and a body for everybody who registered for what happened; the ids of the jobs. Inside the
    transaction, at its end."""
    happened = [each for each in write.happened if each.table.name not in SILENT]
    steps = [_step(*row) for row in write.connection.execute(STEPS)] if happened else []
    if not steps:
        return []
    sender = _sender(write, moment)
    jobs = [_keep(write, sender, each, row, values, step) for each, row, values, step in _heard(happened, steps)]
    if jobs:
        write.create(write.model["asyncoperation"], jobs)
    return [str(job["asyncoperationid"]) for job in jobs]


def _sender(write: Write, moment: dt.datetime) -> Sender:
    name, unit = write.connection.execute(
        "SELECT o.name, u.businessunitid FROM organization o LEFT JOIN systemuser u ON u.systemuserid = ?",
        (write.user,),
    ).fetchone()
    return Sender(write.settings.organization, name, write.user, unit or "", moment)


def _step(
    id: str, name: str | None, message: str, table: str | None, columns: str | None, forgotten: int, endpoint: str
) -> Step:
    listed = frozenset(part.strip() for part in (columns or "").split(",") if part.strip())
    return Step(id, name or "", message, table or "", listed, bool(forgotten), endpoint)


def _heard(happened: list[Happened], steps: list[Step]) -> Iterator[tuple[Happened, str, Values, Step]]:
    for each in happened:
        for row, values in each.rows.items():
            for step in steps:
                if step.hears(each, values):
                    yield each, row, values, step


def _keep(write: Write, sender: Sender, happened: Happened, row: str, values: Values, step: Step) -> Values:
    """Keep the body; the job as it is created."""
    correlation, job = str(uuid.uuid4()), str(uuid.uuid4())
    name = (step.id, step.name)
    text, cut = body(Event(happened.message, happened.table, row, values, happened.tag, sender, name, job, correlation))
    headers = {
        "x-ms-dynamics-entity-name": happened.table.name,
        "x-ms-dynamics-request-name": happened.message,
        "x-ms-correlation-request-id": correlation,
        **({"x-ms-dynamics-msg-size-exceeded": "True"} if cut else {}),
    }
    write.connection.execute(
        "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?)",
        (job, step.endpoint, write.user, int(not step.forgotten), json.dumps(headers), text),
    )
    return {
        "asyncoperationid": job,
        "name": step.name[:256] or None,
        "operationtype": SYSTEM_EVENT,
        "messagename": happened.message,
        "primaryentitytype": happened.table.name,
        "correlationid": correlation,
        "retrycount": 0,
    }
