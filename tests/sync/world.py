"""Two systems in memory, a ledger between them, and runs of the engine over them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from integration.sync.engine import plan, synchronize
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.memory_ledger import MemoryLedger
from integration.sync.rules import Context, Direction, TableRule
from integration.sync.run import Changed, Counters, Failure, Options, Scope
from integration.systems.values import Ref, Side
from tests.makers import customer, customer_rule, salespeople_rule, systems

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP


@dataclass
class MemoryJournal:
    """Keeps what a run tells: cursor, notes, failures."""

    position: str | None = None
    failures: list[Failure] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)
    recovered: list[uuid.UUID] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    became: dict[uuid.UUID, str] = field(default_factory=dict)
    done: int = 0
    total: int | None = None

    def cursor(self) -> str | None:
        return self.position

    def advance(self, cursor: str) -> None:
        self.position = cursor

    def begin(self, total: int | None) -> None:
        self.total = total

    def go_on(self) -> None:
        """Nobody stops the run."""

    def note(self, counters: Counters, done: int) -> None:
        self.done += done

    def fail(self, failures: list[Failure]) -> None:
        self.failures += failures

    def leave_out(self, reasons: list[Failure]) -> None:
        self.left_out += reasons

    def change(self, changes: list[Changed]) -> None:
        self.changed += changes

    def outcomes(self, outcomes: dict[uuid.UUID, str]) -> None:
        self.became.update(outcomes)

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        self.recovered += source_ids


class World:
    """CRONUS and Contoso with coupled salespeople, ready for customers. ``run`` makes one pass and keeps cursors."""

    now = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)

    def __init__(self, remote: bool = True, **more: Any) -> None:
        self.erp, self.crm = systems(**more)
        self.crm.remote = remote
        # Sales gives every new account a state, and so does the company a blank "blocked".
        self.crm.plug_ins["account"] = lambda values: {"statecode": 0, **values} if "name" in values else values
        self.erp.plug_ins["customer"] = lambda values: {"blocked": 0, **values} if "name" in values else values
        self.ledgers: dict[tuple[str, str], MemoryLedger] = {}
        self.cursors: dict[tuple[str, Direction], str | None] = {}
        self.context = Context(local_currency="GBP", company="CRONUS", user_id=self.crm.check().user_id)
        self.context = replace(self.context, clock=lambda: self.now)
        self.journal = MemoryJournal()
        self.gbp = self.crm.add("transactioncurrency", isocurrencycode="GBP", currencyname="Pound")
        self.jim = self.erp.add("salesperson", code="JO", name="Jim Olive")
        self.jim_user = self.crm.add("systemuser", fullname="Jim Olive", isdisabled=False)
        self.couple(salespeople_rule(), self.jim, self.jim_user)

    def ledger(self, rule: TableRule) -> MemoryLedger:
        mapped = {side: rule.columns(side) for side in Side}
        return self.ledgers.setdefault(
            (rule.erp.name, rule.crm.name), MemoryLedger(self.ledgers, mapped, lambda: self.now)
        )

    def give_ids(self, *sides: Side) -> None:
        """Make these systems remote ones that choose the ids of their rows; new customers and accounts carry a mark."""
        for system, table, column in ((self.erp, "customer", "address_2"), (self.crm, "account", "address1_line2")):
            if system.side in sides:
                system.remote, system.keeps_ids, system.marks = True, False, {table: column}

    def described(self, rule: TableRule) -> TableRule:
        """The rule over the tables as both systems describe them now."""
        return replace(rule, erp=self.erp.describe(rule.erp.name), crm=self.crm.describe(rule.crm.name))

    def wait(self, **time: float) -> None:
        self.now += dt.timedelta(**time)

    def couple(self, rule: TableRule, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
        self.ledger(rule).remember([Pair(erp_id, crm_id, State.COUPLED)])

    def add_customer(self, name: str, **values: Any) -> uuid.UUID:
        return self.erp.add("customer", **customer(name, salesperson_code=Ref("salesperson", self.jim), **values))

    def run(
        self, direction: Direction, rule: TableRule | None = None, options: Options | None = None, **more: Any
    ) -> Counters:
        rule = rule or customer_rule()
        options = options or Options(**more)
        self.journal = MemoryJournal(self.cursors.get((rule.name, direction)))
        source, destination = self._ends(direction)
        counters = synchronize(
            rule, direction, source, destination, self.ledger(rule), self.journal, options, self.context
        )
        self.cursors[rule.name, direction] = self.journal.position
        return counters

    def both(self, rule: TableRule | None = None, **more: Any) -> tuple[Counters, Counters]:
        return self.run(TO_CRM, rule, **more), self.run(TO_ERP, rule, **more)

    def ids(self, direction: Direction, *ids: uuid.UUID, rule: TableRule | None = None, **more: Any) -> Counters:
        return self.run(direction, rule, Options(scope=Scope.IDS, ids=ids, **more))

    def plan(self, direction: Direction, rule: TableRule | None = None, **more: Any) -> list[Any]:
        rule = rule or customer_rule()
        source, destination = self._ends(direction)
        cursor = self.cursors.get((rule.name, direction))
        options = Options(dry_run=True, **more)
        ledger = self.ledger(rule)
        return list(plan(rule, direction, source, destination, ledger, cursor, options, self.context))

    def _ends(self, direction: Direction) -> Any:
        return (self.erp, self.crm) if direction.source is Side.ERP else (self.crm, self.erp)

    def pair(self, erp_id: uuid.UUID, rule: TableRule | None = None) -> Pair:
        return self.ledger(rule or customer_rule()).rows[erp_id]

    def account_of(self, erp_id: uuid.UUID) -> Any:
        crm_id = self.pair(erp_id).crm_id
        return self.crm.get("account", [crm_id], list(customer_rule().crm.fields))[crm_id]

    def customer_of(self, erp_id: uuid.UUID) -> Any:
        return self.erp.get("customer", [erp_id], list(customer_rule().erp.fields))[erp_id]

    def erp_end(self) -> str | None:
        """The cursor behind everything that has happened to customers so far."""
        return [page.cursor for page in self.erp.changes("customer", ["name"])][-1]

    def synchronized(self, name: str = "Adatum", **values: Any) -> uuid.UUID:
        """A customer that both sides know and agree on, with all echoes behind it."""
        erp_id = self.add_customer(name, **values)
        self.run(TO_CRM, create=True)
        self.both()
        return erp_id


def renamed(rule: TableRule, **more: Any) -> TableRule:
    return replace(rule, **more)
