"""The Set Up Coupling dialog: the record, free candidates on the other side, values side by side."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from coupling.models import CouplingError
from coupling.pages import records
from coupling.pages.asking.after_coupling import AfterCoupling, after_coupling
from coupling.pages.asking.exact import Exact, exact
from coupling.pages.asking.ours import OURS, is_our_price_list
from coupling.pages.compare import Comparison, Missing
from coupling.pages.comparison.judged import JudgedField
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import NEEDED, build_rule
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, TableMapping
from integration.pages import catalog, rows
from integration.pages.standings import Standing
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction, TableRule
from integration.systems.filters import both, reason_outside
from integration.systems.values import Record, Side, Table

WORD = 4
NOTHING = Exact(None)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the person has typed and chosen so far. ``search`` is ``None`` where nothing was looked for yet, ``after``
    where the proposed synchronization was not changed."""

    search: str | None = None
    chosen: uuid.UUID | None = None
    after: str | None = None
    page: str = ""


@dataclass(slots=True)
class Dialog:
    """What the template shows. ``chosen`` is the candidate whose values are shown beside; ``exact`` says why it was
    chosen for the person; ``next`` is the bookmark of more candidates. ``outside``: why the record cannot be coupled as
    it is; ``held``: what it holds, for as long as no other one is chosen."""

    mapping: TableMapping
    erp_id: uuid.UUID
    title: str
    search: str
    candidates: Sequence[records.Line]
    next: str
    notice: str
    chosen: uuid.UUID | None
    pairs: Sequence[JudgedField]
    missing: Missing | None
    coupled_with: uuid.UUID | None
    exact: Exact
    after: AfterCoupling
    outside: str = ""
    held: Sequence[records.Cell] = ()

    @property
    def can_create(self) -> bool:
        """A coupled record has its other one already."""
        return self.coupled_with is None and creates(self.mapping, Direction.TO_CRM)

    @property
    def differing(self) -> list[JudgedField]:
        return [pair for pair in self.pairs if pair.differs]

    @property
    def agreeing(self) -> list[JudgedField]:
        """All others, folded."""
        return [pair for pair in self.pairs if not pair.differs]


@dataclass(slots=True)
class Choice:
    """Free Business Central records, for a Sales record that is to be coupled; none where it is ``outside`` the
    mapping's filter, for these reasons."""

    mapping: TableMapping
    crm_id: uuid.UUID
    title: str
    outside: str
    search: str
    candidates: Sequence[records.Line]
    next: str
    exact: Exact

    @property
    def chosen(self) -> uuid.UUID | None:
        return self.exact.record.id if self.exact.record else None


def dialog(
    mapping: TableMapping, erp_id: uuid.UUID, looked: Looked, setup: ConnectionSetup | None = None
) -> Dialog | None:
    """The dialog, ``None`` where the record is gone. Before anything was looked for, the one exact match is chosen and
    the record's own name is looked for. Raises ``ConnectionProblem``."""
    prefetch_related_objects([mapping], *NEEDED)
    with both_opened(setup) as connected:
        rule = build_rule(mapping, connected.erp, connected.crm, list(connected.context.filters))
        comparison = Comparison(connected, mapping, rule)
        ours = _read(connected, rule, Side.ERP, erp_id, comparison.columns(Side.ERP))
        if ours is None:
            return None
        pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
        coupled = pair.crm_id if pair is not None and pair.state is not State.RESERVED else None
        match = NOTHING
        if looked.search is None and looked.chosen is None and coupled is None:
            match = exact(connected, mapping, rule, Side.ERP, ours)
        picked = looked.chosen or coupled or (match.record.id if match.record else None)
        theirs = _read(connected, rule, Side.CRM, picked, comparison.columns(Side.CRM))
        are_one = coupled is not None and picked == coupled
        pairs = comparison.fields(ours, theirs, pair if are_one else None)
        after = after_coupling(connected, mapping, (ours, theirs), pairs, looked.after, pair if are_one else None)
        text = _first_word(rule.erp, ours) if looked.search is None else looked.search.strip()
        candidates, following, notice = _candidates(connected, mapping, rule, Side.CRM, text, theirs, looked.page)
        return Dialog(
            mapping, erp_id, records.name_of(Side.ERP, rule.erp, ours), text, candidates, following, notice, picked,
            pairs, comparison.missing(ours), coupled, match, after,
            reason_outside(rule.erp_filter, ours, rule.erp) if coupled is None else "",
            comparison.held(ours) if theirs is None else (),
        )  # fmt: skip


def choice(mapping: TableMapping, crm_id: uuid.UUID, search: str | None, page: str = "") -> Choice | None:
    """Business Central records this Sales record may be; ``None`` where it is gone. Raises ``ConnectionProblem``, and
    :class:`CouplingError` for a record that is coupled with nothing."""
    with both_opened() as connected:
        rule = build_rule(mapping, connected.erp, connected.crm, list(connected.context.filters))
        theirs = _read(connected, rule, Side.CRM, crm_id)
        if theirs is None:
            return None
        if is_our_price_list(rule.crm.name, theirs):
            raise CouplingError(OURS)
        name, outside = records.name_of(Side.CRM, rule.crm, theirs), reason_outside(rule.crm_filter, theirs, rule.crm)
        if outside:
            return Choice(mapping, crm_id, name, outside, "", [], "", NOTHING)
        match = exact(connected, mapping, rule, Side.CRM, theirs) if search is None else NOTHING
        text = _first_word(rule.crm, theirs) if search is None else search.strip()
        found, following, _ = _candidates(connected, mapping, rule, Side.ERP, text, match.record, page)
        return Choice(mapping, crm_id, name, outside, text, found, following, match)


def _candidates(
    connected: Connected,
    mapping: TableMapping,
    rule: TableRule,
    side: Side,
    text: str,
    first: Record | None,
    page: str,
) -> tuple[list[records.Line], str, str]:
    """Free records inside the mapping's filter whose number or name contains the text, the bookmark of the next ones,
    and a notice; ``first`` heads the list on whatever page."""
    table = rule.table(side)
    asked = rows.Asked(
        connected.system(side), table, [mapping], records.read_columns(side, table),
        both(rule.filter(side), records.searched(table, text)), catalog.key_of(table),
        Standing.UNCOUPLED,
    )  # fmt: skip
    salt = f"candidates/{mapping.name}/{side}?{text}"
    found = rows.page(asked, rows.unsigned(page, salt))
    others = [one for one in found.records if first is None or one.id != first.id]
    free = [one for one in others if not is_our_price_list(table.name, one)]
    shown = records.lines(side, table, [*([first] if first else []), *free])
    return shown, rows.signed(found.after, salt), found.notice


def _read(
    connected: Connected, rule: TableRule, side: Side, id: uuid.UUID | None, more: Collection[str] = ()
) -> Record | None:
    """The record, where one is named."""
    return records.read(connected, rule, side, [id], more).get(id) if id is not None else None


def _first_word(table: Table, record: Record) -> str:
    """Something to start looking with: the first word of the name that says something."""
    name = records.shown(record.values.get(table.name_field)) if table.name_field else ""
    words = name.split()
    return next((word for word in words if len(word) >= WORD), words[0] if words else "")
