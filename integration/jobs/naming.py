"""The names of the records of a plan, where its actions have not said them: pairs, and what is left of deleted ones."""

from __future__ import annotations

import uuid

from integration.connection.systems import Connected
from integration.models import PlannedChange, SyncJob
from integration.models.plan import LABEL
from integration.sync.results import label_of
from integration.sync.rules import TableRule
from integration.systems.values import Side

AT_ONCE = 500


def name_rows(job: SyncJob, connected: Connected, rule: TableRule) -> None:
    """Say which records the rows of this job's mapping are about: as Business Central calls them, else as Sales does,
    else by their id. Raises ``ConnectionProblem``."""
    rows = PlannedChange.objects.filter(plan=job.plan, mapping=job.mapping, label="").order_by("pk")
    while chunk := list(rows[:AT_ONCE]):
        names = {**_names(connected, rule, Side.CRM, chunk), **_names(connected, rule, Side.ERP, chunk)}
        for row in chunk:
            row.label = names.get(row.pk, "")[:LABEL] or str(row.erp_id or row.crm_id or "All records")
        PlannedChange.objects.bulk_update(chunk, ["label"])


def _names(connected: Connected, rule: TableRule, side: Side, rows: list[PlannedChange]) -> dict[int, str]:
    """By row: what the record of this side is called."""
    table, system = rule.table(side), connected.system(side)
    ids: dict[int, uuid.UUID] = {row.pk: id for row in rows if (id := getattr(row, f"{side}_id")) is not None}
    columns = list(dict.fromkeys(name for name in (table.number_field, table.name_field) if name))
    found = system.get(table.name, list(ids.values()), columns or list(rule.columns(side))) if ids else {}
    return {pk: label_of(table, found[id]) for pk, id in ids.items() if id in found}
