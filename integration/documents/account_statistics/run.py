"""The run that brings account statistics into Sales: who has moved, 500 customers at a time, then up to where.

A row has an id of ours that follows from the account, so whatever is repeated finds what is there already:

    killed before the page is stored    the rows are in Sales: the next run finds them unchanged
    killed before the cursors are       the same customers are looked at once more
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from integration.connection.systems import Connected
from integration.documents.account_statistics import moved
from integration.documents.account_statistics.plan import (
    COLUMNS,
    CURRENCY,
    LINK,
    SOURCE,
    STATISTICS,
    LocalCurrency,
    NotCoupled,
    Step,
    Subject,
    plan,
    row_id,
)
from integration.documents.account_statistics.rows import ACCOUNT, StatisticsRows
from integration.mappings.build_rule import build_rule
from integration.sync.memory.history import in_words
from integration.sync.memory.ledger import Pair, SideWritten, State
from integration.sync.memory.looks import Looks
from integration.sync.rules import Direction
from integration.sync.run import Changed, Counters, Failure, Journal, Options
from integration.sync.special.base import Run
from integration.sync.special.money.currency import LocalCurrency as CurrencyRow
from integration.systems.errors import ConfigurationProblem, Problem, TableMissing
from integration.systems.values import Side

AT_ONCE = 500
NOT_INSTALLED = (
    "The integration solution is not installed in Dynamics 365 Sales, so there is no place for account statistics. "
    "Import it on the Connection Setup page."
)
RenewInvoices = Callable[[Sequence[uuid.UUID]], None]
"""Have the states of these posted invoices looked at in Sales, within the transaction that calls it."""


@dataclass(slots=True)
class Batch:
    """What became of up to 500 customers."""

    counters: Counters = field(default_factory=Counters)
    done: list[uuid.UUID] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    linked: list[SideWritten] = field(default_factory=list)


class StatisticsRun:
    """One run over the couplings of a mapping of customers. ``couplings`` is its fenced ledger, ``invoices`` says
    which posted invoices are coupled."""

    def __init__(
        self,
        connected: Connected,
        mapping: Any,
        couplings: Any,
        journal: Journal,
        invoices: Callable[[Any], set[uuid.UUID]],
        renew: RenewInvoices,
    ) -> None:
        self.erp, self.crm, self.context = connected.erp, connected.crm, connected.context
        self.couplings, self.journal = couplings, journal
        self.invoices, self.renew = invoices, renew
        rule = build_rule(mapping, self.erp, self.crm)
        self.run = Run(rule, Direction.TO_CRM, self.erp, self.crm, couplings, Options(), self.context)
        self.rows = StatisticsRows(self.crm, Looks(self.run), self.context.user_id)
        self.day = self.context.clock().date()

    def of_all(self) -> Counters:
        """Whoever was never uploaded, whoever has moved; then the cursors. Raises ``ConnectionProblem``."""
        self._require()
        seen = moved.moved(self.erp, self.day)
        wanted = self._coupled() if seen.customers is None else self._never() | seen.customers
        if seen.suspects is not None and seen.customers is not None:
            suspected = moved.suspected(self.crm, seen.suspects)
            wanted |= {id for id, account in self._accounts().items() if self._row(account) in suspected}
        total = self._upload(sorted(wanted), dated=False)
        invoices, cursor = moved.moved_invoices(self.erp, self.invoices, None)
        with self.couplings.page():
            moved.store({**seen.cursors, moved.NAMES[moved.DETAILS]: cursor}, self.day)
            if invoices:
                self.renew(sorted(invoices))
        return total

    def of(self, customers: Sequence[uuid.UUID]) -> Counters:
        """These, whether they have moved or not; no cursor moves. Raises ``ConnectionProblem``."""
        self._require()
        total = self._upload(list(dict.fromkeys(customers)), dated=True, named=True)
        invoices, _ = moved.moved_invoices(self.erp, self.invoices, customers)
        if invoices:
            with self.couplings.page():
                self.renew(sorted(invoices))
        return total

    def _require(self) -> None:
        """The place for statistics; the description of accounts may be from before the solution came."""
        try:
            self.crm.describe(STATISTICS)
        except TableMissing as missing:
            raise ConfigurationProblem(NOT_INSTALLED) from missing
        if LINK not in self.crm.describe(ACCOUNT).fields:
            self.crm.forget(ACCOUNT)
            if LINK not in self.crm.describe(ACCOUNT).fields:
                raise ConfigurationProblem(NOT_INSTALLED)

    # --- who ------------------------------------------------------------------------------------------------------

    def _pairs(self) -> Any:
        return self.couplings.filter(state=State.COUPLED.value)

    def _coupled(self) -> set[uuid.UUID]:
        return set(self._pairs().values_list("erp_id", flat=True))

    def _never(self) -> set[uuid.UUID]:
        return set(self._pairs().filter(statistics_uploaded=None).values_list("erp_id", flat=True))

    def _accounts(self) -> dict[uuid.UUID, uuid.UUID]:
        return dict(self._pairs().values_list("erp_id", "crm_id"))

    def _row(self, account_id: uuid.UUID) -> uuid.UUID:
        return row_id(self.context.organization_id, account_id)

    # --- what -----------------------------------------------------------------------------------------------------

    def _upload(self, customers: Sequence[uuid.UUID], *, dated: bool, named: bool = False) -> Counters:
        total = Counters()
        self.journal.begin(len(customers))
        currency: LocalCurrency | None = None
        for start in range(0, len(customers), AT_ONCE):
            self.journal.go_on()
            some = customers[start : start + AT_ONCE]
            pairs = {id: pair for id, pair in self.couplings.pairs(Side.ERP, some).items() if _is_coupled(pair)}
            if pairs:
                currency = currency or self._currency()
            batch = self._batch(list(pairs.values()), currency or LocalCurrency(None), dated) if pairs else Batch()
            if named:
                self._refuse([id for id in some if id not in pairs], batch)
            self._store(batch, len(some))
            total.add(batch.counters)
        return total

    def _currency(self) -> LocalCurrency:
        id = CurrencyRow(self.run).id()
        if id is None:
            return LocalCurrency(None)
        columns = [one for one in ("currencyprecision",) if one in self.crm.describe("transactioncurrency").fields]
        row = self.crm.get("transactioncurrency", [id], columns).get(id)
        decimals = row.values.get("currencyprecision") if row is not None else None
        held = CURRENCY in self.crm.describe(STATISTICS).fields
        return LocalCurrency(id if held else None, decimals if isinstance(decimals, int) else 2)

    def _batch(self, pairs: Sequence[Pair], currency: LocalCurrency, dated: bool) -> Batch:
        batch = Batch()
        steps = plan(self._subjects(pairs, currency), currency, dated=dated)
        fit = [step for step in steps if step.problem is None]
        problems = {step.subject.customer_id: step.problem for step in steps if step.problem is not None}
        problems |= self.rows.write([step for step in fit if step.values])
        batch.linked, refused = self.rows.link(
            [one for one in fit if one.links and one.subject.customer_id not in problems]
        )
        problems |= refused
        for step in steps:
            problem = problems.get(step.subject.customer_id)
            if problem is None:
                _count(step, batch)
            else:
                _fail(step.subject, problem, batch)
        return batch

    def _subjects(self, pairs: Sequence[Pair], currency: LocalCurrency) -> list[Subject]:
        rows = {pair.erp_id: self._row(pair.crm_id) for pair in pairs}
        figures = self.erp.get(SOURCE, list(rows), list(COLUMNS))
        accounts = self.crm.get(ACCOUNT, [pair.crm_id for pair in pairs], ["name", LINK])
        columns = [*COLUMNS.values(), *([CURRENCY] if currency.id is not None else [])]
        there = self.crm.get(STATISTICS, list(rows.values()), columns)
        return [
            Subject(
                pair.erp_id,
                pair.crm_id,
                rows[pair.erp_id],
                figures.get(pair.erp_id),
                accounts.get(pair.crm_id),
                there.get(rows[pair.erp_id]),
            )
            for pair in pairs
        ]

    # --- what is remembered ---------------------------------------------------------------------------------------

    def _refuse(self, customers: Sequence[uuid.UUID], batch: Batch) -> None:
        """Customers without an account."""
        figures = self.erp.get(SOURCE, list(customers), ["no", "name"]) if customers else {}
        for id in customers:
            found = figures.get(id)
            label = f"{found.values['no']} {found.values['name']}" if found is not None else ""
            words = f"Customer {label or id} is not coupled with an account. Couple it first."
            batch.counters.failed += 1
            batch.failures.append(Failure(Direction.TO_CRM, id, None, NotCoupled.code, words, label))

    def _store(self, batch: Batch, number: int) -> None:
        failed = [one.erp_id for one in batch.failures]
        with self.couplings.page():
            self.couplings.side_written(batch.linked)
            self.couplings.filter(erp_id__in=batch.done).update(statistics_uploaded=timezone.now())
            self.couplings.filter(erp_id__in=failed).update(statistics_uploaded=None)
            if batch.failures:
                self.journal.fail(batch.failures)
            if batch.changes:
                self.journal.change(batch.changes)
            if batch.done:
                self.journal.succeed(Direction.TO_CRM, batch.done)
            self.journal.note(batch.counters, number)


def _is_coupled(pair: Pair) -> bool:
    return pair.state is State.COUPLED


def _count(step: Step, batch: Batch) -> None:
    """One customer that went well; for the history, what was written."""
    subject = step.subject
    batch.done.append(subject.customer_id)
    if not step.values:
        batch.counters.modified += step.links
        batch.counters.unchanged += not step.links
        return
    before = subject.there.values if subject.there is not None else {}
    fields = [(name, in_words(before.get(name)), in_words(value)) for name, value in step.values.items()]
    batch.counters.inserted += step.is_new
    batch.counters.modified += not step.is_new
    action = "inserted" if step.is_new else "modified"
    batch.changes.append(Changed(subject.customer_id, subject.account_id, action, fields, subject.label))


def _fail(subject: Subject, problem: Problem, batch: Batch) -> None:
    batch.counters.failed += 1
    place = (Direction.TO_CRM, subject.customer_id, subject.account_id)
    batch.failures.append(Failure(*place, problem.code, problem.message, subject.label, problem.raw))
