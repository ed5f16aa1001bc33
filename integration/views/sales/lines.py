"""One line of a list of documents of Dynamics 365 Sales: what it is, what became of it, and why it waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from integration.connection.systems import Connected
from integration.documents.notices import was_never_sent
from integration.documents.problems import FOLLOWED, KNOWN_BEFORE
from integration.documents.sources import SUBMITTED, day
from integration.models import SyncError, TableMapping
from integration.pages.states import Shown, Style
from integration.sync.memory.ledger import Pair, State
from integration.systems.filters import OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Ref, Side, Table, Value
from integration.systems.wording import value_text
from integration.views.sales.became import GONE, Became, read
from integration.views.sales.kinds import ORDERS, Kind
from integration.views.sales.money import Currency, age, currencies, day_of
from integration.views.sales.waiting import Waiting, waiting

COLUMNS = ("name", "customerid", "statecode", "statuscode", "totalamount", "transactioncurrencyid")
OF_KIND = {"salesorder": ("submitdate", "createdon", "lastbackofficesubmit"), "quote": ("createdon", "effectiveto",
           "revisionnumber")}  # fmt: skip
STATES = {
    "salesorder": {0: Style.AMBIGUOUS, 1: Style.FAVORABLE, 2: Style.UNFAVORABLE},
    "quote": {1: Style.FAVORABLE, 2: Style.FAVORABLE},
}
ACTIVE, WON = 1, 2
FOLLOWS = "Then the {} follows by itself."
MENDED = "What kept it out is mended. It is tried again with the next run."
UNMADE = "It was deleted here. The next run makes it active in Dynamics 365 Sales again, to be submitted once more."
SENT = "Marked as sent on {}, so the automatic job leaves it alone. {} makes it all the same."


@dataclass(frozen=True, slots=True)
class Line:
    """One document. ``error_text``: what keeps it out, as it is now where that is known without a run, else as the last
    run said; ``reason``: why nothing became of it so far, where that is no error; ``is_eligible``: can anything be made
    of it? ``in_the_way``: the records of Business Central that keep it out."""

    id: uuid.UUID
    number: str
    name: str
    account: Ref | None
    state: Shown
    since: dt.date | None
    total: str
    currency: str
    became: Became | None = None
    pair: Pair | None = None
    error: SyncError | None = None
    error_text: str = ""
    reason: str = ""
    is_eligible: bool = False
    in_the_way: Sequence[Ref] = ()

    @property
    def age(self) -> str:
        return age(self.since)

    @property
    def is_coupled(self) -> bool:
        return self.pair is not None and self.pair.state is not State.RESERVED

    @property
    def is_mended(self) -> bool:
        """Did an error keep it out that does not any more?"""
        return self.error_text == MENDED


def columns(kind: Kind, table: Table) -> list[str]:
    """What a list reads of a document, as far as the table has it."""
    wanted = (kind.number, *COLUMNS, *OF_KIND[kind.table])
    return [name for name in dict.fromkeys(wanted) if name in table.fields]


def lines_of(kind: Kind, connected: Connected, table: Table, records: Sequence[Record]) -> list[Line]:
    """Documents as lines, with what became of them; a fixed number of questions, however many they are."""
    mapping = kind.stored_mapping()
    pairs = coupled(mapping, [record.id for record in records])
    whole = {id: pair for id, pair in pairs.items() if pair.state is not State.RESERVED}
    became = read(kind, connected.erp, whole)
    errors = open_errors(mapping, [record.id for record in records])
    used = currencies(connected.crm, [record.values.get("transactioncurrencyid") for record in records])
    ordered = _ordered(kind, connected.crm, records, became)
    idle = [one.id for one in records if one.id not in became and _is_awaited(kind, one)]
    waits = waiting(kind, mapping, connected, idle)
    return [
        _line(
            kind,
            table,
            one,
            used,
            pairs.get(one.id),
            became.get(one.id),
            errors.get(one.id),
            _reason(kind, one, became.get(one.id), waits, one.id in ordered),
            waits,
        )
        for one in records
    ]


def coupled(mapping: TableMapping | None, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
    """What the ledger knows of these documents."""
    return mapping.couplings.pairs(Side.CRM, ids) if mapping is not None else {}


def open_errors(mapping: TableMapping | None, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, SyncError]:
    """The newest open error of each of these documents."""
    rows = SyncError.objects.open().filter(mapping=mapping, crm_id__in=list(ids)).select_related("mapping", "job")
    return {error.crm_id: error for error in reversed(rows) if error.crm_id is not None}


def _ordered(kind: Kind, crm: System, records: Sequence[Record], became: Mapping[uuid.UUID, Became]) -> set[uuid.UUID]:
    """Of the won quotes that are still quotes in Business Central: those an order of Sales was made of."""
    if kind is ORDERS:
        return set()
    still = [one.id for one in records if one.values["statecode"] == WON and one.id in became]
    waiting = tuple(id for id in still if became[id].is_there)
    if not waiting:
        return set()
    orders = every(crm, ORDERS.table, OneOf("quoteid", waiting), ("quoteid",))
    return {ref.id for order in orders if isinstance(ref := order.values["quoteid"], Ref)}


def _line(
    kind: Kind,
    table: Table,
    record: Record,
    used: Mapping[Value, Currency],
    pair: Pair | None,
    became: Became | None,
    error: SyncError | None,
    reason: str,
    waits: Waiting,
) -> Line:
    values = record.values
    currency = used.get(values.get("transactioncurrencyid"), Currency())
    account = values.get("customerid")
    return Line(
        record.id,
        str(values.get(kind.number) or values.get("name") or record.id),
        str(values.get("name") or ""),
        account if isinstance(account, Ref) else None,
        state_of(kind, table, record),
        day_of(values.get(kind.dated)) or day_of(values.get("createdon")),
        currency.text(values.get("totalamount")),
        currency.code,
        became,
        pair,
        error,
        _error_text(kind, error, waits, record.id) if error else "",
        "" if error else reason,
        values["statecode"] in kind.eligible and (kind is not ORDERS or became is None),
        waits.in_the_way.get(record.id, ()),
    )


def _error_text(kind: Kind, error: SyncError, waits: Waiting, id: uuid.UUID) -> str:
    """What keeps it out and what follows. How to mend it stands in those words already."""
    said = waits.wrong.get(id, "")
    if not said and id in waits.looked_at and error.code in KNOWN_BEFORE:
        return MENDED
    follows = FOLLOWS.format(kind.noun) if error.code in FOLLOWED else ""
    return f"{said or error.message} {follows}".strip()


def state_of(kind: Kind, table: Table, record: Record) -> Shown:
    """Its state in Sales; of a closed one the reason, which says more."""
    code = record.values.get("statecode")
    column = "statuscode" if kind is not ORDERS and code == 3 and "statuscode" in record.values else "statecode"
    style = STATES[kind.table].get(code if isinstance(code, int) else -1, Style.SUBDUED)
    return Shown(value_text(record.values.get(column), table.fields[column]), style)


def _reason(kind: Kind, record: Record, became: Became | None, waits: Waiting, is_ordered: bool) -> str:
    return _of_order(record, became, waits) if kind is ORDERS else _of_quote(record, became, waits, is_ordered)


def _of_order(record: Record, became: Became | None, waits: Waiting) -> str:
    if record.values["statecode"] != SUBMITTED:
        return ""
    if became is not None:
        return UNMADE if became.state == GONE else ""
    if was_never_sent(record):
        return waits.reason(record.id)
    return SENT.format(day(record, "lastbackofficesubmit"), ORDERS.verb)


def _of_quote(record: Record, became: Became | None, waits: Waiting, is_ordered: bool) -> str:
    state, until = record.values["statecode"], day_of(record.values.get("effectiveto"))
    if state == WON and became is not None and became.is_there:
        return "Waits for its order." if is_ordered else "Was won without an order."
    if state == ACTIVE and until is not None and until < timezone.localdate():
        return f"Expired on {until}."
    return waits.reason(record.id) if became is None and state in (ACTIVE, WON) else ""


def _is_awaited(kind: Kind, record: Record) -> bool:
    """Is it in a state in which it becomes a document here?"""
    state = record.values["statecode"]
    return state == SUBMITTED and was_never_sent(record) if kind is ORDERS else state in (ACTIVE, WON)
