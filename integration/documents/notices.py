"""Notifying Sales that its orders are orders here: the date, the number, and the state that stays Submitted.

Each notice is written only if the order still has the version that its lines were read under. Somebody who was faster
gets a second look: the same digests mean that nothing of it matters; anything else is judged later, and nothing is
written over it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integration.documents.flow import Flow, Noted, digests, is_as_agreed, went_well
from integration.documents.problems import NotNotified
from integration.documents.reading import SalesReader
from integration.documents.sources import (
    ACTIVE,
    DAY_OF_MOMENT,
    IN_PROGRESS,
    INVOICED,
    INVOICED_COMPLETELY,
    PENDING,
    SUBMITTED,
    SalesDocument,
    day,
    integer,
    moment,
)
from integration.sync.memory.ledger import Pair
from integration.systems.errors import VersionConflict
from integration.systems.filters import AllOf, Comparison, Filter
from integration.systems.values import Field, FieldType, Record, Row, Value, Written

TABLE = "salesorder"
SENT, NUMBER = "lastbackofficesubmit", "bci_number"


NEVER_SENT = dt.date(1900, 1, 1)
"""What stands for a blank date in organizations that were moved."""


def was_never_sent(header: Record) -> bool:
    """Is the date of its last submission blank, or what stands for that?"""
    sent = header.values.get(SENT)
    if isinstance(sent, dt.datetime):
        return NEVER_SENT in (sent.date(), day(header, SENT))
    return sent is None or sent == NEVER_SENT


def stands_for_never(sent: Field) -> Filter:
    """The same of a date that is not blank, as a question. A moment is any that may mean that day somewhere."""
    if sent.type is not FieldType.DATETIME:
        return Comparison(SENT, "=", NEVER_SENT)
    midnight = dt.datetime.combine(NEVER_SENT, dt.time(), dt.UTC)
    behind = midnight + dt.timedelta(days=1)
    return AllOf((Comparison(SENT, ">=", midnight - DAY_OF_MOMENT), Comparison(SENT, "<", behind)))


@dataclass(frozen=True, slots=True)
class Notice:
    """An order that Sales is to be notified of: as it was read, its pair, and its number here."""

    document: SalesDocument
    pair: Pair
    no: str


def notify(flow: Flow, reader: SalesReader, notices: Sequence[Notice]) -> list[uuid.UUID]:
    """Write the notices, and remember what became of each. Answers the ids of orders that somebody changed meanwhile:
    they are to be judged. Raises a ``ConnectionProblem``."""
    if not notices:
        return []
    noted, overtaken = Noted(), list[Notice]()
    for notice, answer in _sent(flow, notices):
        if isinstance(answer.error, VersionConflict):
            overtaken.append(notice)
        else:
            _note(noted, notice, answer)
    left: list[uuid.UUID] = []
    if overtaken:
        left = _second_look(flow, reader, overtaken, noted)
    with flow.ledger.page():
        noted.store(flow)
    return left


def _sent(flow: Flow, notices: Sequence[Notice]) -> list[tuple[Notice, Written]]:
    fields = flow.writer.describe(TABLE).fields
    today = flow.context.clock().date()
    sent = moment(today) if fields[SENT].type is FieldType.DATETIME else today
    rows = [
        Row(
            each.document.id,
            _values(each, sent, has_number=NUMBER in fields),
            each.document.header.version,
            from_states=frozenset({SUBMITTED}),
        )
        for each in notices
    ]
    return list(zip(notices, flow.writer.update(TABLE, rows), strict=True))


def _values(notice: Notice, sent: dt.date, *, has_number: bool) -> Mapping[str, Value]:
    values: dict[str, Value] = {"statecode": SUBMITTED, "statuscode": IN_PROGRESS, SENT: sent}
    return {**values, NUMBER: notice.no} if has_number else values


def close(*, is_invoiced: bool, number: bool) -> Mapping[str, Value]:
    """What is written of an order that is no order here any more: Invoiced where something of it was invoiced, else
    Pending, so that it can be submitted once more."""
    if is_invoiced:
        return {"statecode": INVOICED, "statuscode": INVOICED_COMPLETELY}
    return {"statecode": ACTIVE, "statuscode": PENDING, **never_sent(number)}


def never_sent(number: bool) -> Mapping[str, Value]:
    """What is written of an order that a salesperson has taken back already: it comes when it is submitted."""
    return {SENT: None, NUMBER: ""} if number else {SENT: None}


def _note(noted: Noted, notice: Notice, answer: Written) -> None:
    pair, label = notice.pair, notice.document.label
    if answer.error is None:
        noted.remembered.append(replace(went_well(pair), seen_crm=answer.version or "", owed_erp=False, waits=None))
        noted.recovered.append(pair.crm_id)
        return
    problem = NotNotified(
        f"{notice.document.named} was created as order {notice.no}; Sales could not be notified: {answer.error} It is "
        "tried again with the next run.",
        raw=answer.error.raw,
    )
    noted.fail(replace(pair, owed_erp=True), problem, label)


def _second_look(flow: Flow, reader: SalesReader, overtaken: Sequence[Notice], noted: Noted) -> list[uuid.UUID]:
    headers = reader.headers([each.document.id for each in overtaken])
    there = {each.id: each for each in reader.documents(list(headers.values()))}
    again, left = list[Notice](), list[uuid.UUID]()
    for notice in overtaken:
        document = there.get(notice.document.id)
        same = document is not None and is_as_agreed(notice.pair, digests(document))
        if document is not None and same and integer(document.header, "statecode") == SUBMITTED:
            again.append(replace(notice, document=document))
        else:
            left.append(notice.document.id)
    for notice, answer in _sent(flow, again) if again else ():
        if isinstance(answer.error, VersionConflict):
            left.append(notice.document.id)
        else:
            _note(noted, notice, answer)
    return left
