"""Both records of a pair as they are now, field by field."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence

from coupling.pages import records
from coupling.pages.compare import planner_of
from coupling.pages.comparison.agreements import Agreements
from coupling.pages.comparison.differences import Alike, Compared, Difference, Next, Touched, without_partner
from coupling.pages.editing.seen import CONNECTION, last_author
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.memory.halves import PARTNERLESS, changed
from integration.sync.memory.ledger import Pair, State
from integration.sync.plan import Planner
from integration.sync.record.draft import Draft
from integration.sync.record.field_transfer import FieldTransfer
from integration.sync.rules import Direction, TableRule
from integration.systems.filters import matches
from integration.systems.values import Record, Side, Value

USER = ("systemuser", "fullname")


def compared(connected: Connected, mapping: TableMapping, pair: Pair) -> Compared:
    """Compare both records of a coupled pair. Raises ``ConnectionProblem``, of which a broken mapping is one."""
    rule, shown = build_rule(mapping, connected.erp, connected.crm), Compared(mapping, pair)
    planners = [planner_of(connected, mapping, rule, one) for one in Direction(mapping.direction).passes]
    rows = {side: _read(connected, rule, planners, side, pair) for side in Side}
    shown.rows = {side: row for side, row in rows.items() if row is not None}
    shown.names = {side: records.name_of(side, rule.table(side), row) for side, row in shown.rows.items()}
    ours, theirs = rows[Side.ERP], rows[Side.CRM]
    if ours is None or theirs is None:
        return shown
    here = Touched(ours.modified_at, last_author(rule.erp, ours))
    shown.touched = {Side.ERP: here, Side.CRM: _touched(connected, theirs)}
    agreements = Agreements(connected, rule, pair, (ours, theirs))
    listed: set[str] = set()
    for planner in planners:
        _add(shown, planner, (ours, theirs), agreements, listed)
    return shown


def pair_of(side: Side, table: str, id: uuid.UUID) -> tuple[TableMapping, Pair] | None:
    """The pair of a record, ``None`` where it is coupled with nothing."""
    found = records.mapped_pairs(side, records.mappings_of(side, table), [id]).get(id)
    return found if found is not None and found[1].state is not State.RESERVED else None


def _read(connected: Connected, rule: TableRule, planners: Sequence[Planner], side: Side, pair: Pair) -> Record | None:
    table, columns = rule.table(side), {name for planner in planners for name in planner.read_columns[side]}
    columns |= {name for name in (table.number_field, table.name_field) if name in table.fields}
    return connected.system(side).get(table.name, [pair.id(side)], sorted(columns)).get(pair.id(side))


def _touched(connected: Connected, record: Record) -> Touched:
    """Who wrote the record of Sales last."""
    by, (table, column) = record.modified_by, USER
    if by is None:
        return Touched(record.modified_at, "")
    if by == connected.context.user_id:
        return Touched(record.modified_at, CONNECTION)
    person = connected.crm.get(table, [by], [column]).get(by)
    return Touched(record.modified_at, str(person.values.get(column) or "") if person is not None else "")


def _add(
    shown: Compared,
    planner: Planner,
    rows: tuple[Record, Record],
    agreements: Agreements,
    listed: set[str],
) -> None:
    """What this pass says of the fields that none before it has said anything about."""
    to_crm = planner.run.direction is Direction.TO_CRM
    record, twin = rows if to_crm else rows[::-1]
    verdicts, draft = planner.judged(record, twin, shown.pair)
    shown.stopped = shown.stopped or _stopped(planner, record, draft)
    values = {side: planner.memories[side].values(row) for side, row in zip(Side, rows, strict=True)}
    for one in planner.transfer.fields:
        if one.key in listed:
            continue
        listed.add(one.key)
        texts, labels = _texts(planner, one, record, twin), (one.label, one.destination_label)
        erp_text, crm_text = texts if to_crm else texts[::-1]
        erp_label, crm_label = labels if to_crm else labels[::-1]
        halves = shown.pair.agreed.get(one.key)
        changed_sides = list(_changed_sides(halves, one.key, values))
        verdict = verdicts.get(one.key) or _unsaid(draft, one.key, halves, changed_sides)
        if verdict == "equal":
            note = without_partner(_lacking(halves))
            shown.alike.append(Alike(erp_label or crm_label, erp_text or crm_text, note))
            continue
        shown.differences.append(
            Difference(
                one.key, erp_label, crm_label, erp_text, crm_text, _next(verdict, to_crm=to_crm),
                changed_sides, agreements.of(one.key, halves), _lacking(halves),
                agreements.why_none(one.key, halves),
            )
        )  # fmt: skip


def _unsaid(draft: Draft, key: str, halves: tuple[str, str] | None, changed_sides: Sequence[Side]) -> str:
    """What becomes of a field the draft says nothing of. It waits for the record it names, or the table carries such a
    field only once, as that of an invoice: then both records agree for as long as neither has changed it."""
    if key in draft.lacking or draft.left_out_waits:
        return "waits"
    return "keep" if halves is None or changed_sides else "equal"


def _texts(planner: Planner, one: FieldTransfer, record: Record, twin: Record) -> tuple[str, str]:
    rule, direction = planner.run.rule, planner.run.direction
    source = rule.table(direction.source).fields.get(getattr(one, "source", ""))
    destination = rule.table(direction.destination).fields.get(one.destination)
    values: tuple[Value, Value] = (one.shows(record), one.shows_twin(twin))
    return records.shown(values[0], source or destination), records.shown(values[1], destination)


def _next(verdict: str, *, to_crm: bool) -> Next:
    if verdict in ("write", "leave"):
        return Next.SENT if (verdict == "write") is to_crm else Next.FETCHED
    return {"conflict": Next.CONFLICT, "waits": Next.WAITS}.get(verdict, Next.STAYS)


def _stopped(planner: Planner, record: Record, draft: Draft) -> str:
    """Why nothing of the record goes this way."""
    way = NAMES[planner.run.direction.destination]
    if not matches(planner.read_filter, record):
        return f"Nothing goes to {way}: the record is outside the filter of {planner.run.rule.name}."
    if draft.problem is not None:
        return f"Nothing goes to {way}: {draft.problem}"
    return f"Nothing goes to {way}: {draft.left_out}" if draft.left_out else ""


def _changed_sides(
    halves: tuple[str, str] | None, key: str, values: Mapping[Side, Mapping[str, str]]
) -> Iterator[Side]:
    """The sides that hold another value than when both last agreed."""
    for side, half in zip(Side, halves or ("", ""), strict=True):
        if halves is not None and key in values[side] and changed(half, values[side][key]):
            yield side


def _lacking(halves: tuple[str, str] | None) -> Side | None:
    if halves is None:
        return None
    return next((side for side, half in zip(Side, halves, strict=True) if half[:1] == PARTNERLESS), None)
