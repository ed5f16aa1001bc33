"""Both records of a pair as they are now, field by field."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coupling.pages import records
from coupling.pages.compare import planners_of, read_by
from coupling.pages.comparison.agreements import Agreements
from coupling.pages.comparison.differences import Alike, Compared, Difference
from coupling.pages.comparison.judged import JudgedField, Next, judge
from coupling.pages.comparison.touched import LastChanges
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.sync.plan import Planner
from integration.sync.rules import TableRule
from integration.systems.values import Record, Side


def compared(connected: Connected, mapping: TableMapping, pair: Pair) -> Compared:
    """Compare both records of a coupled pair. Raises ``ConnectionProblem``, of which a broken mapping is one."""
    rule, shown = build_rule(mapping, connected.erp, connected.crm), Compared(mapping, pair)
    planners = planners_of(connected, mapping, rule)
    rows = {side: _read(connected, rule, planners, side, pair) for side in Side}
    shown.rows = {side: row for side, row in rows.items() if row is not None}
    shown.names = {side: records.name_of(side, rule.table(side), row) for side, row in shown.rows.items()}
    ours, theirs = rows[Side.ERP], rows[Side.CRM]
    if ours is None or theirs is None:
        return shown
    changes = LastChanges(connected, [(rule.erp, ours, theirs)])
    shown.touched = changes.of(ours, theirs)
    agreements = Agreements(connected, rule, pair, (ours, theirs))
    judgement = judge(planners, (ours, theirs), pair)
    shown.stopped = judgement.stopped
    for one in judgement.fields:
        if one.differs:
            noted = changes.noted(pair.erp_id, one.key)
            shown.differences.append(_difference(one, judgement.next_of(one), agreements, noted))
        else:
            shown.alike.append(Alike(one.label, one.erp_text or one.crm_text, one.note))
    return shown


def pair_of(side: Side, table: str, id: uuid.UUID) -> tuple[TableMapping, Pair] | None:
    """The pair of a record, ``None`` where it is coupled with nothing."""
    found = records.mapped_pairs(side, records.mappings_of(side, table), [id]).get(id)
    return found if found is not None and found[1].state is not State.RESERVED else None


def _read(connected: Connected, rule: TableRule, planners: Sequence[Planner], side: Side, pair: Pair) -> Record | None:
    table, columns = rule.table(side), read_by(planners, side)
    columns |= {name for name in (table.number_field, table.name_field) if name in table.fields}
    return connected.system(side).get(table.name, [pair.id(side)], sorted(columns)).get(pair.id(side))


def _difference(one: JudgedField, next: Next, agreements: Agreements, noted: str) -> Difference:
    return Difference(
        one.key, one.erp_label, one.crm_label, one.erp_text, one.crm_text, next, one.changed,
        agreements.of(one.key, one.halves), agreements.why_none(one.key, one.halves), one.note, noted,
    )  # fmt: skip
