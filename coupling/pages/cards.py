"""A card of one record: its fields, its coupling, the coupled record beside it. Its buttons are in the template,
``templates/coupling/record_card.html``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from coupling.pages import records
from coupling.pages.captions import noun
from coupling.pages.comparison.agreements import last_known, last_name
from coupling.pages.list_states import ENDED, Known, of_ids, of_outcome
from coupling.pages.lists import other
from coupling.pages.tables import fasttabs
from coupling.sides import opened
from integration.connection.live_systems import NAMES
from integration.connection.opening import at_a_glance
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages.advice import advice, meaning
from integration.pages.in_sales import record_in_sales
from integration.pages.lists.cells import KEYS
from integration.pages.states import Shown
from integration.sync.memory.ledger import Pair, Result
from integration.sync.rules import Direction
from integration.systems.errors import Problem, TableMissing, TimedOut
from integration.systems.filters import FilterError, matches, parse
from integration.systems.values import FieldType, Record, Side, Table

ERRORS_SHOWN = 5
GONE = "This record does not exist any more; its coupling is still there."


@dataclass(frozen=True, slots=True)
class Last:
    """How the last run in one direction ended. ``waits_for``: (table, id) of the record to couple first."""

    caption: str
    shown: Shown | None
    code: str
    waits_for: tuple[str, str] | None
    source: Side

    @property
    def meaning(self) -> str:
        """What its code says, unless it went well."""
        return meaning(self.code) if self.code and not self.went_well else ""

    @property
    def went_well(self) -> bool:
        return self.shown == ENDED[Result.SUCCESS]

    @property
    def waiting(self) -> str:
        """What ``waits_for`` means: it keeps the record out, or one value of it."""
        return "One value is carried once this one is coupled" if self.went_well else "Waits for this one"


@dataclass(frozen=True, slots=True)
class Concern:
    """An open error about the record, with its cure."""

    error: SyncError

    @property
    def meaning(self) -> str:
        return meaning(self.error.code)

    @property
    def cure(self) -> str:
        return advice(self.error.code)

    @property
    def waits_in(self) -> TableMapping | None:
        """The mapping in which the record that this one waits for is coupled."""
        table, _ = self.error.waits_for or ("", "")
        return next(iter(records.mappings_of(Side(self.error.source_side), table)), None) if table else None


@dataclass(slots=True)
class Card:
    """What the template shows. ``problem``: what cannot be shown, and why; ``outside``: the record is none of any
    mapping's business, so there is nothing to couple; ``waits``: Sales has not answered yet, the page asks again by
    itself; ``remembered``: what our side knows of a record whose system does not answer, ``remembered_name`` what it
    was called."""

    side: Side
    name: str
    id: uuid.UUID
    is_enabled: bool
    table: Table | None = None
    record: Record | None = None
    mapping: TableMapping | None = None
    pair: Pair | None = None
    known: Known = field(default_factory=Known)
    outside: bool = False
    problem: str = ""
    sales_url: str = ""
    other_name: str = ""
    waits: bool = False
    remembered: Sequence[records.Cell] = ()
    remembered_name: str = ""
    errors: Sequence[Concern] = field(default_factory=list)
    setup: ConnectionSetup | None = None
    """As this page has read it."""

    @property
    def is_erp(self) -> bool:
        return self.side is Side.ERP

    @property
    def title(self) -> str:
        if self.table is None or self.record is None:
            return self.remembered_name or f"{noun(self.name)} {self.id}"
        return records.name_of(self.side, self.table, self.record)

    @property
    def subtitle(self) -> str:
        label = self.table.label if self.table else noun(self.name)
        return label if self.is_erp else f"{label} – {NAMES[Side.CRM]}"

    @property
    def groups(self) -> list[tuple[str, tuple[records.Cell, ...]]]:
        """The fields by group. Of a Sales record only those that hold something: it has hundreds."""
        table, record = self.table, self.record
        if table is None or record is None:
            return []
        names = {name for name in record.values if name in table.fields and table.fields[name].type not in KEYS}
        names = {name for name in names if self.is_erp or records.shown(record.values.get(name))}
        grouped = [(label, [name for name in held if name in names]) for label, held in fasttabs(self.side, table)]
        return [(label, records.cells(table, held, record)) for label, held in grouped if held]

    @property
    def coupled(self) -> bool:
        return self.known.is_coupled

    @property
    def other_noun(self) -> str:
        """What the coupled record is called until its name is known."""
        return self.other_name or (noun(other(self.mapping, self.side)) if self.mapping is not None else "")

    @property
    def last(self) -> list[Last]:
        """How the last runs ended, in the directions of the mapping."""
        if self.pair is None or self.mapping is None:
            return []
        captions = {Direction.TO_CRM: "To Sales", Direction.TO_ERP: "From Sales"}
        waits = _waits(self.mapping, self.pair)
        return [_last(captions[one], waits, self.pair, one) for one in Direction(self.mapping.direction).passes]

    @property
    def create_caption(self) -> str:
        """Create Account in Dynamics 365 Sales, Create Customer in Business Central, …; blank: it cannot be."""
        direction = Direction.TO_CRM if self.is_erp else Direction.TO_ERP
        if self.mapping is None or self.outside or not creates(self.mapping, direction):
            return ""
        return f"Create {noun(other(self.mapping, self.side))} in {NAMES[self.side.other]}"


_ID = FieldType.UUID


def card(side: Side, name: str, id: uuid.UUID, *, patient: bool = True) -> Card | None:
    """The card, ``None`` where there is neither such a record nor a coupling of it. Raises ``TableMissing``; a side
    that does not answer is told in ``problem``. Not ``patient``: Sales has a moment to answer, then what our side
    knows is shown."""
    setup = ConnectionSetup.current()
    shown = Card(side, name, id, setup.is_enabled, setup=setup)
    mappings = records.mappings_of(side, name)
    with nullcontext() if patient or side is Side.ERP else at_a_glance():
        _read(shown, setup, patient=patient)
    read = {side: {id: shown.record}} if shown.record is not None else {}
    shown.known = of_ids(side, mappings, [id], read)[id]
    shown.mapping, shown.pair = shown.known.mapping, shown.known.pair
    if shown.mapping is None:
        _choose_mapping(shown, mappings)
    if shown.record is None and not shown.problem and not shown.waits:
        if not shown.coupled:
            return None
        shown.problem = GONE
    _link(shown, setup)
    if shown.coupled and shown.mapping is not None and shown.pair is not None:
        _name_other(shown)
        if shown.record is None and not shown.is_erp:
            _remember(shown, shown.mapping, shown.pair)
    shown.errors = _errors(shown)
    return shown


def _remember(shown: Card, mapping: TableMapping, pair: Pair) -> None:
    """What our side knows of a record of Sales that does not come: its values as both sides agreed on them last."""
    with opened(Side.ERP) as erp:
        ours = erp.describe(mapping.erp_table)
    known = last_known(pair, ours, shown.table, shown.side)
    names = {ours.name_field, shown.table.name_field if shown.table is not None else ""} - {""}
    named = mapping.fields.filter(erp_field__in=names).values_list("crm_field", flat=True)
    called = {*named, *names}
    shown.remembered = [records.Cell(label, text) for _, label, text in known]
    shown.remembered_name = next((text for column, _, text in known if column in called), shown.other_name)


def _read(shown: Card, setup: ConnectionSetup, *, patient: bool) -> None:
    try:
        with opened(shown.side, setup) as system:
            shown.table = system.describe(shown.name)
            readable = [name for name, field in shown.table.fields.items() if field.type is not _ID]
            shown.record = system.get(shown.name, [shown.id], readable).get(shown.id)
    except TableMissing:
        raise
    except TimedOut as problem:
        shown.waits = not patient
        shown.problem = "" if shown.waits else str(problem)
    except Problem as problem:
        shown.problem = str(problem)


def _choose_mapping(shown: Card, mappings: Sequence[TableMapping]) -> None:
    """The mapping whose filter the record passes; where there is none, the first one tells what is in the way."""
    shown.mapping = next((one for one in mappings if passes(one, shown.side, shown.table, shown.record)), None)
    if shown.mapping is None and mappings:
        shown.mapping, shown.outside = mappings[0], True


def passes(mapping: TableMapping, side: Side, table: Table | None, record: Record | None) -> bool:
    """Is the record inside the mapping's filter of its side? What cannot be said counts as yes: the run will."""
    if table is None or record is None:
        return True
    with suppress(FilterError):
        return matches(parse(mapping.filter(side), table), record)
    return True


def _link(shown: Card, setup: ConnectionSetup) -> None:
    """Where Sales shows the Sales record."""
    if not shown.is_erp:
        shown.sales_url = record_in_sales(setup.url, shown.name, shown.id)
    elif shown.coupled and shown.mapping and shown.pair and not shown.mapping.is_option:
        shown.sales_url = record_in_sales(setup.url, shown.mapping.crm_table, shown.pair.crm_id)


def _name_other(shown: Card) -> None:
    """What the coupled record is called: that of Business Central now, that of Sales as it was agreed last. What it is
    called there now comes with the comparison."""
    if shown.mapping is None or shown.pair is None:
        return
    if shown.is_erp:
        shown.other_name = last_name(shown.pair, shown.table, Side.CRM) if shown.table is not None else ""
        return
    with opened(Side.ERP) as erp, suppress(Problem):
        table = erp.describe(shown.mapping.erp_table)
        record = erp.get(table.name, [shown.pair.erp_id], records.naming(Side.ERP, table)).get(shown.pair.erp_id)
        shown.other_name = records.name_of(Side.ERP, table, record) if record is not None else ""


def _errors(shown: Card) -> list[Concern]:
    """The open errors about this record and the one it is coupled with."""
    about = Q(**{f"{shown.side.value}_id": shown.id})
    if shown.coupled and shown.pair is not None:
        about |= Q(erp_id=shown.pair.erp_id) | Q(crm_id=shown.pair.crm_id)
    found = SyncError.objects.open().filter(about).select_related("mapping", "job")
    return [Concern(error) for error in found[:ERRORS_SHOWN]]


def _last(caption: str, waits: Mapping[str, Any], pair: Pair, direction: Direction) -> Last:
    outcome, wait = pair.outcome(direction), waits.get(direction.destination.value)
    waits_for = (wait.table, str(wait.record_id)) if wait is not None else None
    return Last(caption, of_outcome(outcome), outcome.code, waits_for, direction.source)


def _waits(mapping: TableMapping, pair: Pair) -> dict[str, Any]:
    """The first record that the pass towards each side waits for."""
    return {wait.towards: wait for wait in mapping.waits.filter(erp_id=pair.erp_id).order_by("-pk")}
