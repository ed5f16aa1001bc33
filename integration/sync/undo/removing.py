"""Which records that a run made may be deleted again, and what keeps one from it.

Deleting is defined for firms and people alone: of these it is written down what else may hang on them. Of all other
tables (products that were published, price lists that prices stand in, documents) nobody can say from here what a
deletion takes along, so their records stay.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integration.sync.memory.history import label_of, naming_columns
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.outcomes import UNDONE
from integration.sync.memory.side_memory import SideMemory
from integration.sync.rules import Direction
from integration.sync.undo.past import Past
from integration.systems.errors import PrivilegeMissing, TableMissing
from integration.systems.filters import EVERYTHING, Comparison, Filter, OneOf, both
from integration.systems.system import System, every
from integration.systems.values import FieldType, Record, Ref, Side
from integration.systems.wording import shorten

SOLD = (
    "sales_header", "sales_header_archive", "sales_shipment_header", "sales_invoice_header", "sales_cr_memo_header",
)  # fmt: skip
OF_BOTH = (
    ("annotation", "objectid"),
    ("activitypointer", "regardingobjectid"),
    ("activityparty", "partyid"),
    ("connection", "record1id"),
    ("connection", "record2id"),
    ("post", "regardingobjectid"),
    ("incident", "customerid"),
    ("contract", "customerid"),
    ("opportunity", "customerid"),
    ("quote", "customerid"),
    ("salesorder", "customerid"),
    ("invoice", "customerid"),
    ("lead", "customerid"),
    ("listmember", "entityid"),
)
"""What hangs on an account as on a contact. Calls, tasks, appointments, e-mails and all other activities are rows
of ``activitypointer``, whom they were held with is an ``activityparty``."""

MAY_GO: Mapping[tuple[Side, str], Sequence[tuple[str, str]]] = {
    (Side.CRM, "account"): (
        *OF_BOTH,
        ("contact", "parentcustomerid"),
        ("contact", "accountid"),
        ("account", "parentaccountid"),
        ("account", "masterid"),
        ("opportunity", "parentaccountid"),
        ("lead", "parentaccountid"),
    ),
    (Side.CRM, "contact"): (
        *OF_BOTH,
        ("account", "primarycontactid"),
        ("contact", "parentcustomerid"),
        ("contact", "parentcontactid"),
        ("contact", "masterid"),
        ("opportunity", "parentcontactid"),
        ("lead", "parentcontactid"),
        ("incident", "primarycontactid"),
        ("incident", "responsiblecontactid"),
    ),
    (Side.ERP, "customer"): (
        *((table, f"{role}_customer_no") for table in SOLD for role in ("sell_to", "bill_to")),
        ("cust_ledger_entry", "customer_no"),
        ("cust_ledger_entry", "sell_to_customer_no"),
        ("customer", "bill_to_customer_no"),
        ("sales_price", "customer_no"),
    ),
    (Side.ERP, "vendor"): (("item", "vendor_no"), ("resource", "vendor_no")),
    (Side.ERP, "contact"): (
        ("contact", "company_no"),
        ("customer", "primary_contact_no"),
        ("vendor", "primary_contact_no"),
        ("opportunity", "contact_no"),
        ("opportunity", "contact_company_no"),
    ),
}
"""(side, table) -> the (table, column) pairs whose rows may refer to a record of it."""

WRITTEN_BY_PEOPLE: Mapping[str, Filter] = {"post": Comparison("source", "<>", 1)}
"""table -> the rows that people wrote: the others the system makes along with records of its own accord."""

STAYS = "It was made by this run and stays."
NOT_DEFINED = "What the deletion of such a record takes along is not defined, so it stays."
ANOTHER_RUN = "Another run has written it since, so it stays."
TOUCHED = "Somebody has changed it since it was made, so it stays."
REFERRED = "Other records refer to it, so it stays."
UNSEEN = "The integration user may not read {tables}, so it cannot be seen whether such records refer to it: it stays."
UNKNOWN, LONGEST = "Record", 60
UNCOUPLED = "It is not coupled any more, so nobody can say whether it was changed since: it stays."


def why_it_stays(past: Past, pair: Pair | None, row: Record, memory: SideMemory) -> str:
    """Why a record that the run made is not deleted; blank where it may go as far as one can say without asking what
    refers to it."""
    if (memory.side, row.table) not in MAY_GO:
        return NOT_DEFINED
    if pair is None or pair.state is not State.COUPLED:
        return UNCOUPLED
    if past.later:
        return ANOTHER_RUN
    if past.referred:
        return REFERRED
    ours = memory.user_id is not None and row.modified_by == memory.user_id
    as_left = bool(row.version) and row.version == pair.seen(memory.side)
    if not (ours or as_left) or not memory.is_as_agreed(pair, row):
        return TOUCHED
    return ""


Referrers = dict[uuid.UUID, dict[str, dict[uuid.UUID, str]]]
"""By record: what refers to it, the names by id, by what one record of their table is called."""


@dataclass(frozen=True, slots=True)
class Referring:
    """What refers to records that are to be deleted: ``by`` says which rows name them, ``unseen`` are the tables of
    which nobody can say, as people call them, since we may not read them."""

    by: Referrers
    unseen: Sequence[str] = ()

    def why_it_stays(self, id: uuid.UUID) -> str:
        """Blank: it may go."""
        if id in self.by:
            return REFERRED
        return UNSEEN.format(tables=" and ".join(self.unseen)) if self.unseen else ""


def referring(system: System, table: str, ids: Sequence[uuid.UUID]) -> Referring:
    """Which of these records other rows of their own system refer to. A right that is missing to see that keeps these
    records, it does not stop the run. Raises any other ``ConnectionProblem``."""
    found, unseen = Referrers(), dict[str, str]()
    for other, column in MAY_GO[system.side, table] if ids else ():
        if other not in unseen:
            try:
                _look(found, system, other, column, ids)
            except PrivilegeMissing:
                unseen[other] = system.describe(other).label
    return Referring(found, list(unseen.values()))


def _look(found: Referrers, system: System, other: str, column: str, ids: Sequence[uuid.UUID]) -> None:
    """Add the rows of this table that name one of these records in this column."""
    try:
        table = system.describe(other)
    except TableMissing:
        return
    described = table.fields.get(column)
    if described is None or described.type is not FieldType.REFERENCE:
        return
    where = both(OneOf(column, tuple(ids)), WRITTEN_BY_PEOPLE.get(other, EVERYTHING))
    for row in every(system, other, where, [column, *naming_columns(table)]):
        value = row.values.get(column)
        if isinstance(value, Ref) and value.id != row.id:
            found.setdefault(value.id, {}).setdefault(table.label, {})[row.id] = label_of(table, row)


def remembered(system: System, pasts: Sequence[Past]) -> Referrers:
    """The same of what refers to them by what their pairs remember: of each table the first one is asked for its
    name."""
    found, first = Referrers(), dict[str, dict[uuid.UUID, uuid.UUID]]()
    for past in pasts:
        for table, id in past.referred:
            first.setdefault(table, {}).setdefault(past.id(system.side), id)
    labels = {name: _named(system, name, list(asked.values())) for name, asked in first.items()}
    for past in pasts:
        for table, id in past.referred:
            label, names = labels[table]
            found.setdefault(past.id(system.side), {}).setdefault(label, {})[id] = names.get(id, "")
    return found


def _named(system: System, name: str, ids: Sequence[uuid.UUID]) -> tuple[str, dict[uuid.UUID, str]]:
    """What one record of the table is called, and the names of these, as far as we may know."""
    try:
        table = system.describe(name)
        there = system.get(name, ids, naming_columns(table))
    except (TableMissing, PrivilegeMissing):
        return UNKNOWN, {}
    return table.label, {id: label_of(table, record) for id, record in there.items()}


def in_words(referrers: Mapping[str, Mapping[uuid.UUID, str]]) -> str:
    """``Contact Nora Adams and 2 more, Opportunity Chairs``."""
    return ", ".join(_some(label, list(names.values())) for label, names in referrers.items())


def _some(label: str, names: Sequence[str]) -> str:
    named = next((name for name in names if name), "")
    if not named:
        return f"{len(names)} × {label}"
    return f"{label} {shorten(named, LONGEST)}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def about_to_go(pair: Pair, direction: Direction) -> Pair:
    """The pair before its record is deleted: all that is remembered of both rows stays, so that whoever comes back to
    it sees whether somebody has changed the record since. The mark says what was going to be done, it allows nothing;
    no run takes the record for deleted by a person."""
    return pair.with_outcome(direction, UNDONE)


def set_aside(pair: Pair, direction: Direction, source: Record | None) -> Pair:
    """The pair of a record that is deleted again: its place is kept, so that no run makes the record once more until
    its source changes, or a person retries it."""
    place = Pair(
        pair.erp_id, pair.crm_id, State.RESERVED, raised=pair.raised, waits=frozenset(), stored_as=pair.stored_as
    )
    place = place.with_outcome(direction, UNDONE)
    return place if source is None else place.with_seen(direction.source, source.version)
