"""A page of source records -> a list of actions. Reads both sides and the ledger, writes nothing: this is the plan."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from integration.sync.actions import Action, Ignore, Insert, Skip, Unchanged, Uncouple, Update
from integration.sync.decide import MASTER, Judge
from integration.sync.ledger import Agreed, Partner, State
from integration.sync.merge import Merger, agreed_with_winners
from integration.sync.rules import Reference
from integration.sync.run import Scope
from integration.sync.special import special_for
from integration.sync.special.base import Run
from integration.sync.special.currency import LocalCurrency
from integration.sync.transfer import Draft, Known, ReferenceNotCoupled, Resolved, Transfer, known
from integration.systems.base import Page, Record, Side, Value
from integration.systems.errors import ConfigurationProblem, Problem
from integration.systems.filters import matches

CURRENCY = Reference("currency", "transactioncurrency")


class Planner:
    """Plans page after page of one run. ``again`` collects the records that refer to another record of their own
    table which is not coupled yet: the engine plans them once more at the end (``last_round``)."""

    def __init__(self, run: Run) -> None:
        if not run.rule.fields:
            raise ConfigurationProblem(f"{run.rule.name} has no enabled field mapping rows.")
        self.run = run
        self.special = special_for(run)
        self.transfer = Transfer(run.rule, run.direction)
        user = run.context.user_id
        self.merger = Merger(run.rule, self.transfer, user_id=user)
        self.judge = Judge(
            run.rule,
            run.direction,
            run.options,
            self.merger,
            user_id=user if run.direction.source is Side.CRM else None,
            creates=self.special.creates,
            takes_over=self.special.takes_over,
        )
        self.templates = run.rule.templates_for(run.direction.destination)
        self.local_currency = LocalCurrency(run)
        self.again: set[uuid.UUID] = set()
        self.last_round = False
        self._own = Reference(run.rule.erp.name, run.rule.crm.name)

    @property
    def source_columns(self) -> list[str]:
        return self._columns(self.run.direction.source)

    @property
    def destination_columns(self) -> list[str]:
        return self._columns(self.run.direction.destination)

    def _columns(self, side: Side) -> list[str]:
        columns = {*self.run.rule.columns(side), *self.special.columns(side)}
        if side is self.run.direction.destination and MASTER in self.run.rule.table(side).fields:
            columns.add(MASTER)
        return sorted(columns)

    def plan(self, page: Page) -> list[Action]:
        """One action per record and per deletion, in the page's order."""
        run, side = self.run, self.run.direction.source
        partners = run.ledger.partners(side, [record.id for record in page.records] + list(page.deleted))
        actions: dict[uuid.UUID, Action] = {}
        ahead: list[Record] = []
        for record in page.records:
            action = self._before(record, partners.get(record.id))
            if action is None:
                ahead.append(record)
            else:
                actions[record.id] = action
        actions.update(self._look(ahead, partners))
        planned = [actions[record.id] for record in page.records if record.id in actions]
        return planned + self._deletions(page.deleted, partners)

    def _before(self, record: Record, partner: Partner | None) -> Action | None:
        if not matches(self.run.rule.filter(self.run.direction.source), record):
            if partner is not None and self._coupled(partner) and self.special.ends_outside(record):
                return None
            asked = self.run.options.scope is Scope.IDS
            return (
                Skip(record, "It is outside the mapping's filter.", partner) if asked else Ignore(record, outside=True)
            )
        concerned = self.last_round and record.id in self.again
        beside = concerned or self.special.looks_beside(record)
        looks = beside and partner is not None and self._coupled(partner) and not partner.skipped
        dismissed = None if looks else self.judge.dismiss(record, partner)
        if dismissed is not None:
            return dismissed
        reason = self.special.leave_out(record)
        return Skip(record, reason, partner) if reason else None

    # --- records that need the other side ----------------------------------------------------------------

    def _look(self, records: Sequence[Record], partners: Mapping[uuid.UUID, Partner]) -> dict[uuid.UUID, Action]:
        if not records:
            return {}
        run = self.run
        self.special.prepare(records)
        self.again |= self.special.concerned()
        resolved = self._resolve(records)
        twins = self._twins([partners[r.id] for r in records if r.id in partners])
        twin_of = {id: twins.get(partner.id(run.direction.destination)) for id, partner in partners.items()}
        drafts = {record.id: self._draft(record, resolved, twin_of.get(record.id)) for record in records}
        found = self._natural_matches(
            [r for r in records if not (drafts[r.id].problem or drafts[r.id].left_out)], partners
        )
        taken = self._taken(found)
        decided = {
            record.id: self.judge.decide(
                record,
                partners.get(record.id),
                twin_of.get(record.id),
                drafts[record.id],
                [(match, taken.get(match.id)) for match in found.get(record.id, ())],
            )
            for record in records
        }
        self._once_more(decided)
        taken_over = {action.twin.id for action in decided.values() if isinstance(action, Update) and action.coupled}
        decided = {id: self._with_side_writes(action, twin_of.get(id)) for id, action in decided.items()}
        return {id: self._to_come_again(id, _without_twins(action, taken_over)) for id, action in decided.items()}

    def _with_side_writes(self, action: Action, twin: Record | None) -> Action:
        """A record that has not changed and whose rows besides are looked at: an update of nothing."""
        if not isinstance(action, Unchanged) or action.partner is None or twin is None:
            return action
        if not self.special.looks_beside(action.record):
            return action
        return Update(action.record, twin, action.partner, before=action.before, partial=action.partial)

    def _once_more(self, decided: Mapping[uuid.UUID, Action]) -> None:
        """What moved gets its new twin at the end of the run, and so does whoever inherits the place it had."""
        gone = {id: one for id, one in decided.items() if isinstance(one, Uncouple)}
        twins = [action.twin for action in gone.values() if action.twin is not None]
        self.again |= {id for id, action in gone.items() if action.again is not None}
        self.again |= set(self.special.heirs(twins).values() if twins else ())

    def _to_come_again(self, id: uuid.UUID, action: Action) -> Action:
        """A row whose reference is set in the second round stays open until then, also where this run ends before."""
        if self.last_round or id not in self.again or not isinstance(action, Insert | Update | Unchanged):
            return action
        if action.partner is None:
            return action
        return replace(action, partner=replace(action.partner, pending=self.run.direction))

    def differing(self, record: Record, twin: Record) -> set[str]:
        """The keys of the fields in which the twin does not hold what this record would make it hold."""
        self.special.prepare([record])
        values = self._draft(record, self._resolve([record]), twin).values
        return {
            carry.key
            for carry in self.transfer.carries
            if carry.destination in values
            and carry.normal_destination(values[carry.destination])
            != carry.normal_destination(twin.values.get(carry.destination))
        }

    def decided(self, record: Record, twin: Record, winners: Mapping[str, Side]) -> Agreed:
        """Agreed values of these fields, made so that the next passes let the given sides win."""
        self.special.prepare([record])
        return agreed_with_winners(self.merger, self._draft(record, self._resolve([record]), twin), twin, winners)

    def problems(self, records: Sequence[Record]) -> list[Problem]:
        """What keeps these records from being synchronized, without looking at the other side."""
        self.special.prepare(records)
        resolved = self._resolve(records)
        found = (self._draft(record, resolved, None).problem for record in records)
        return [problem for problem in found if problem is not None]

    def _natural_matches(
        self, records: Sequence[Record], partners: Mapping[uuid.UUID, Partner]
    ) -> Mapping[uuid.UUID, Sequence[Record]]:
        alone = [record for record in records if not self._coupled(partners.get(record.id))]
        return self.special.candidates(alone) if alone else {}

    def _draft(self, record: Record, resolved: Resolved, twin: Record | None) -> Draft:
        excluded = self.special.exclude(record)
        if excluded is not None:
            return Draft(left_out=excluded.reason, ends_pair=excluded.ends_pair)
        seen = self.special.adjusted(record)
        draft = self.transfer.draft(seen, resolved)
        if isinstance(draft.problem, ReferenceNotCoupled) and self._waits_for_own_table(draft.problem):
            draft = self._without_own_reference(seen, resolved)
        if draft.problem is None:
            self.special.complete(record, draft, twin)
        if twin is None and self.templates:
            draft.filled = self._template(seen)
        return draft

    def _template(self, record: Record) -> Mapping[str, Value]:
        """The values of the first template whose condition this record meets."""
        fitting = (template.values for template in self.templates if matches(template.condition, record))
        return next(fitting, {})

    def _waits_for_own_table(self, problem: ReferenceNotCoupled) -> bool:
        return problem.table == self.run.source_table and not self.last_round

    def _without_own_reference(self, record: Record, resolved: Resolved) -> Draft:
        """Leave a reference to the own table out for now; a second round sets it when all rows are there."""
        self.again.add(record.id)
        own = {carry.source for carry in self.transfer.referring if carry.reference == self._own}
        blank = {name: None if name in own else value for name, value in record.values.items()}
        reduced = Record(record.table, record.id, blank, record.version, record.modified_at, record.modified_by)
        return self.transfer.draft(reduced, resolved)

    def _resolve(self, records: Sequence[Record]) -> dict[Reference, Known]:
        """Ids of the other side for everything these records refer to, one ledger query per reference."""
        side = self.run.direction.source
        resolved: dict[Reference, Known] = {}
        for reference, ids in self.transfer.wanted(records).items():
            resolved[reference] = known(self.run.ledger.resolve(reference, side, ids) if ids else {})
        if CURRENCY in resolved:
            self.local_currency.add_to(resolved[CURRENCY])
        return resolved

    def _twins(self, partners: Sequence[Partner]) -> dict[uuid.UUID, Record]:
        side = self.run.direction.destination
        ids = [partner.id(side) for partner in partners if partner.state is not State.RESERVED]
        if not ids:
            return {}
        return self.run.destination.get(self.run.destination_table, ids, self.destination_columns)

    def _coupled(self, partner: Partner | None) -> bool:
        return partner is not None and partner.state is not State.RESERVED

    def _taken(self, found: Mapping[uuid.UUID, Sequence[Record]]) -> dict[uuid.UUID, Partner]:
        ids = {match.id for candidates in found.values() for match in candidates}
        return self.run.ledger.partners(self.run.direction.destination, ids) if ids else {}

    # --- deletions ----------------------------------------------------------------------------------------

    def _deletions(self, ids: Sequence[uuid.UUID], partners: Mapping[uuid.UUID, Partner]) -> list[Action]:
        gone = [partners[id] for id in ids if id in partners]
        if not gone:
            return []
        side, twins = self.run.direction.destination, self._twins(gone)
        heirs = self.special.heirs(list(twins.values())) if twins else {}
        self.again |= set(heirs.values())
        left = [partner for partner in gone if partner.id(side) not in heirs]
        return [self.judge.deleted(partner, twins.get(partner.id(side))) for partner in left]


def _without_twins(action: Action, taken_over: Collection[uuid.UUID]) -> Action:
    """What loses its twin to another record of the same page does not have it deleted."""
    if isinstance(action, Uncouple) and action.twin is not None and action.twin.id in taken_over:
        return replace(action, twin=None)
    return action
