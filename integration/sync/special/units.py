"""Units of measure are unit groups in Sales, each with just one unit: UNIT OF MEASURE, and the way from a unit
group to its unit that products and prices need."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration.sync.actions import Insert, Update
from integration.sync.matching.pairs import by_name
from integration.sync.record.transfer import Draft
from integration.sync.rules import Reference
from integration.sync.special.base import Run, Special
from integration.sync.special.fixed import FieldFixed, hold_back
from integration.systems.errors import Problem, RecordProblem, Refused
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.text import storable
from integration.systems.values import Record, Ref, Row, Side

GROUP, UNIT = "uomschedule", "uom"
UNITS = Reference("unit_of_measure", GROUP)
INACTIVE = 1
BASE_UNIT = "baseuomname"


def group_name(code: str) -> str:
    """The name of the unit group that belongs to a unit of measure."""
    return f"NAV {storable(code)}"


class UnitRules(Special):
    """UNIT OF MEASURE: found by the group's name; Sales makes the base unit together with the group."""

    def columns(self, side: Side) -> Sequence[str]:
        return ("code",) if side is Side.ERP else ("name", "statecode", BASE_UNIT)

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        name = group_name(str(record.values["code"]))
        if twin is not None and twin.values.get("statecode") == INACTIVE:
            draft.problem = Refused(f"The unit group {name} is inactive in Dynamics 365 Sales. Activate it first.")
            return
        draft.extra["name"] = name
        code = str(record.values["code"])
        stays = str(twin.values.get(BASE_UNIT) or "") if twin is not None else code
        if stays != code:
            hold_back(draft, self._fixed(name, stays, code), BASE_UNIT)

    def _fixed(self, group: str, stays: str, code: str) -> FieldFixed:
        return FieldFixed(
            f"The Base Unit of the unit group {group} cannot be changed in Dynamics 365 Sales: it stays {stays} there, "
            f"and is {code} here. Change the code back to {stays}, or delete the coupling and rename the unit group "
            "there: the next run then makes a new one."
        )

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        names = {record.id: group_name(str(record.values["code"])) for record in records}
        columns = sorted({*self.run.rule.columns(Side.CRM), *self.columns(Side.CRM)})
        return by_name(names, every(self.run.crm, GROUP, OneOf("name", tuple(names.values())), columns), "name")

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        """Groups that were there already must hold one unit, named like the code."""
        updated = {action.pair.crm_id: action.record for action in done if isinstance(action, Update)}
        if not updated:
            return {}
        units = Units(self.run)
        failures: dict[uuid.UUID, Problem] = {}
        rows = {}
        for group_id, record in updated.items():
            unit, code = units.of(group_id), storable(str(record.values["code"]))
            if isinstance(unit, Problem):
                failures[record.id] = unit
            elif unit.values.get("name") != code:
                rows[unit.id] = (record.id, Row(unit.id, {"name": code}))
        answers = self.run.crm.update(UNIT, [row for _, row in rows.values()]) if rows else []
        failures |= {rows[answer.id][0]: answer.error for answer in answers if answer.error is not None}
        return failures


class Units:
    """The units of Sales by their group, read once a run and again when a group turns out to be new."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._by_group: dict[uuid.UUID, list[Record]] = {}

    def of(self, group_id: uuid.UUID) -> Record | RecordProblem:
        """The one unit of a group, or what is wrong with the group."""
        if group_id not in self._by_group:
            self._read()
        units = self._by_group.get(group_id, [])
        if len(units) == 1:
            return units[0]
        named = "no unit" if not units else f"{len(units)} units"
        return Refused(f"The unit group has {named} in Dynamics 365 Sales; it must have exactly one.")

    def _read(self) -> None:
        self._by_group = {}
        for unit in every(self.run.crm, UNIT, fields=["name", "uomscheduleid", "quantity"]):
            group = unit.values.get("uomscheduleid")
            if isinstance(group, Ref):
                self._by_group.setdefault(group.id, []).append(unit)
