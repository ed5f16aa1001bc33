"""Codes of Business Central and the values of an option column of Sales: which belong together, and which have
nothing on the other side. Adding what is missing is a person's decision, one value at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.mappings.recommend import BothSystems
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audit import AuditEntry, record
from integration.sync.memory.ledger import State
from integration.systems.errors import Refused
from integration.systems.system import every
from integration.systems.text import fold
from integration.systems.values import Record, Row, Side, split_option_table

CODE, LABEL, DESCRIPTION = "code", "label", "description"


@dataclass(frozen=True, slots=True)
class OptionLine:
    """A code, an option, or both where they belong together. ``linked``: by a coupling; otherwise the same label only
    says that the next run of the mapping will couple them."""

    code: Record | None
    option: Record | None
    linked: bool

    @property
    def missing(self) -> Side | None:
        """The side that has nothing yet."""
        if self.option is None:
            return Side.CRM
        return Side.ERP if self.code is None else None


def option_lines(mapping: TableMapping, connected: BothSystems) -> list[OptionLine]:
    """All codes with their options, then the options without a code, as Sales has them at this moment. Raises
    ``ConnectionProblem``."""
    connected.crm.forget(mapping.crm_table)
    columns = [name for name in (CODE, DESCRIPTION) if name in connected.erp.describe(mapping.erp_table).fields]
    codes = list(every(connected.erp, mapping.erp_table, fields=columns, order=[CODE]))
    options = {row.id: row for row in every(connected.crm, mapping.crm_table, fields=[LABEL])}
    coupled = dict(mapping.couplings.filter(state=State.COUPLED.value).values_list("erp_id", "crm_id"))
    called = {_plain(row.values[LABEL]): row for id, row in options.items() if id not in set(coupled.values())}
    lines = [_line(code, options.get(coupled.get(code.id, code.id)), called) for code in codes]
    used = {line.option.id for line in lines if line.option is not None}
    return lines + [OptionLine(None, row, linked=False) for id, row in options.items() if id not in used]


def _line(code: Record, option: Record | None, called: dict[str, Record]) -> OptionLine:
    return OptionLine(code, option or called.get(_plain(code.values[CODE])), linked=option is not None)


def add(mapping: TableMapping, connected: BothSystems, side: Side, id: uuid.UUID, code: str = "") -> str:
    """Add the value ``id`` of this side on the other one; ``code`` is what an option is to be called in Business
    Central. Answers what it is called there. Raises ``Problem``."""
    if side is Side.ERP:
        return add_option(mapping, connected, id)
    return add_code(mapping, connected, id, code)


def add_option(mapping: TableMapping, connected: BothSystems, code_id: uuid.UUID) -> str:
    """Add a code as an option in Sales, publish it and couple the two; an option of that label that is there already
    is only coupled. Answers what it is called. Raises ``Problem``."""
    line = _found(mapping, connected, Side.ERP, code_id)
    if line.code is None or line.linked:
        raise Refused("This code has its option already.")
    label = str(line.code.values[CODE])
    if line.option is None:
        anchor = next(iter(every(connected.crm, mapping.crm_table, fields=[LABEL])), None)
        added = connected.crm.act(mapping.crm_table, anchor.id if anchor else uuid.uuid4(), "add_option", label=label)
    else:
        added = line.option.id
    _link(mapping, code_id, added)
    record(AuditEntry.Action.CREATED, "option in Dynamics 365 Sales", mapping, after={"option": label})
    return label


def add_code(mapping: TableMapping, connected: BothSystems, option_id: uuid.UUID, code: str) -> str:
    """Add an option of Sales as a code in Business Central and couple the two. ``code`` is what a person calls it
    there: labels may be longer than codes. Raises ``Problem``."""
    line = _found(mapping, connected, Side.CRM, option_id)
    if line.option is None or line.code is not None:
        raise Refused("This option has its code already.")
    table, id, label = connected.erp.describe(mapping.erp_table), uuid.uuid4(), str(line.option.values[LABEL])
    code, limit = code.strip().upper(), table.fields[CODE].max_length
    if not code or (limit is not None and len(code) > limit):
        raise Refused(f"A code has 1 to {limit} characters; “{code}” has {len(code)}.")
    values = {CODE: code} | ({DESCRIPTION: label} if DESCRIPTION in table.fields else {})
    [written] = connected.erp.insert(mapping.erp_table, [Row(id, values)])
    if written.error is not None:
        raise written.error
    _link(mapping, id, option_id)
    record(AuditEntry.Action.CREATED, "code in Business Central", mapping, after={"code": code})
    return code


def _found(mapping: TableMapping, connected: BothSystems, side: Side, id: uuid.UUID) -> OptionLine:
    for line in option_lines(mapping, connected):
        record = line.code if side is Side.ERP else line.option
        if record is not None and record.id == id:
            return line
    raise Refused("This value is not there any more.")


def _link(mapping: TableMapping, code_id: uuid.UUID, option_id: uuid.UUID) -> None:
    """Couple the two, and have those records compared once more that were left blank for want of it."""
    mapping.couplings.couple(code_id, option_id)
    _, column = split_option_table(mapping.crm_table)
    users = FieldMapping.objects.filter(crm_field=column, is_enabled=True).select_related("mapping")
    for user in {field.mapping_id: field.mapping for field in users}.values():
        user.require_full_run(look_again=True)


def _plain(text: object) -> str:
    return fold(str(text or "").strip())
