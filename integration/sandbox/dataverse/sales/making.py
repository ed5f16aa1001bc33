"""One document out of another: quote, order and invoice from an opportunity, an order from a quote, an invoice from an
order, the next revision of a quote.

Columns of the same name are taken over, lines with the prices they have. What a document has for itself (number,
state, totals, dates of the system) it gets anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.rules.money import exact
from integration.sandbox.dataverse.rules.trade.documents import LINES_OF, NUMBERS
from integration.sandbox.dataverse.rules.trade.totals import COMPUTED
from integration.sandbox.dataverse.sales.closing import CLOSE_QUOTE, WIN_QUOTE, close
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.refusal import Refusal

DRAFT, ACTIVE, WON, CLOSED = 0, 1, 2, 3
REVISED = 7
CANCELED, INVOICED = 2, 4
OWN = COMPUTED | {
    "createdon",
    "createdby",
    "modifiedon",
    "modifiedby",
    "createdonbehalfby",
    "modifiedonbehalfby",
    "overriddencreatedon",
    "importsequencenumber",
    "versionnumber",
    "exchangerate",
    "statecode",
    "statuscode",
    "closedon",
    "lastbackofficesubmit",
    "submitdate",
    "submitstatus",
    "submitstatusdescription",
    "datefulfilled",
    "datedelivered",
    "ispricelocked",
    "onholdtime",
    "lastonholdtime",
    "revisionnumber",
    "baseamount",
    "extendedamount",
    "parentbundleid",
    "parentbundleidref",
    *(number for number, _ in NUMBERS.values()),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it is, amounts as decimals, and its lines in order."""

    table: Table
    row: Values
    lines: list[Values]


def source(write: Write, name: str, row: str) -> Source:
    """Raises :class:`Refusal` where there is no such document."""
    table = write.model[name]
    current = write.one(name, row)
    if current is None:
        raise refusals.missing(name, row)
    line, lookup = LINES_OF[name]
    lines = write.model[line]
    found = write.connection.execute(
        f"SELECT {lines.id} FROM {line} WHERE {lookup} = ? ORDER BY lineitemnumber, createdon",  # noqa: S608
        (row,),
    ).fetchall()
    kept = write.rows(line, [each for (each,) in found])
    return Source(table, exact(table, current), [exact(lines, kept[each]) for (each,) in found])


def generate(write: Write, opportunity: str, target: str) -> str:
    """A quote, order or invoice (its id) from an opportunity."""
    return make(write, source(write, "opportunity", opportunity), target)


def order_from_quote(write: Write, quote: str, activity: Values | None = None, status: int | None = None) -> str:
    """An order from a quote that is won, or that is active and is won by this."""
    found = source(write, "quote", quote)
    if found.row["statecode"] == ACTIVE:
        close(write, WIN_QUOTE, {**(activity or {}), "quoteid": quote}, status)
    elif found.row["statecode"] != WON:
        raise Refusal(400, "0x80048408", "Only a quote that is active or won can be converted to an order.")
    return make(write, found, "salesorder")


def invoice_from_order(write: Write, order: str) -> str:
    """An invoice from an order that is neither canceled nor invoiced; the order stays as it is."""
    found = source(write, "salesorder", order)
    if found.row["statecode"] in (CANCELED, INVOICED):
        raise Refusal(400, "0x80048408", "A canceled or invoiced order cannot be converted to an invoice.")
    return make(write, found, "invoice")


def revise_quote(write: Write, quote: str) -> str:
    """The next revision of a quote, as a draft. An active quote is closed as revised by this. Raises 0x80048d00 while
    another revision is open."""
    found = source(write, "quote", quote)
    state = found.row["statecode"]
    if state == WON:
        raise Refusal(400, "0x80048408", "A quote that is won cannot be revised.")
    revisions = write.connection.execute(
        "SELECT quoteid, statecode, revisionnumber FROM quote WHERE quotenumber = ?", (found.row["quotenumber"],)
    ).fetchall()
    if state == DRAFT or any(other in (DRAFT, ACTIVE) for row, other, _ in revisions if row != quote):
        raise Refusal(400, "0x80048d00", "Another revision of this quote is a draft or active.")
    if state == ACTIVE:
        close(write, CLOSE_QUOTE, {"quoteid": quote}, REVISED)
    last = max(revision or 0 for *_, revision in revisions)
    return make(write, found, "quote", {"quotenumber": found.row["quotenumber"], "revisionnumber": last + 1})


def make(write: Write, found: Source, target: str, given: Mapping[str, object] | None = None) -> str:
    """A new document of the table ``target`` with the columns and lines of another."""
    table, (line, lookup) = write.model[target], LINES_OF[target]
    values = {**_copied(found.table, found.row, table), **(given or {})}
    if found.table.id in table.columns and found.table is not table:
        values[found.table.id] = found.row[found.table.id]
    (made,) = write.create(table, [values])
    write.copied.add(made)
    old, new = write.model[LINES_OF[found.table.name][0]], write.model[line]
    rows = [{**_copied(old, each, new), **_origin(old, each, new), lookup: made} for each in found.lines]
    if rows:
        write.create(new, rows)
    write.copied.discard(made)
    return made


def _copied(source: Table, row: Values, target: Table) -> Values:
    """The columns that both tables have and that are not the document's own; repeated amounts follow by themselves."""
    own = OWN | {target.id, source.id} | set(source.base_columns.values())
    return {
        name: value for name, value in row.items() if name in target.columns and name not in own and value is not None
    }


def _origin(source: Table, line: Values, target: Table) -> Values:
    return {source.id: line[source.id]} if source is not target and source.id in target.columns else {}
