"""Writing rows of account statistics into Sales, and having the accounts refer to them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from integration.documents.account_statistics.plan import LINK, NUMBER, STATISTICS, Step, account_gone, row_id
from integration.sync.memory.ledger import SideWritten
from integration.sync.memory.looks import Looks
from integration.systems.errors import DuplicateKey, Problem, TableMissing, VersionConflict
from integration.systems.filters import OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Ref, Row, Side, Value, Written

ACCOUNT = "account"
ASKED_AT_ONCE = 50
Problems = dict[uuid.UUID, Problem]
"""Why customers failed, by their ids."""


class StatisticsRows:
    """Writes the steps of a batch. ``looks`` says what of an account is mapped, ``user_id`` is ours in Sales."""

    def __init__(self, crm: System, looks: Looks, user_id: uuid.UUID | None) -> None:
        self.crm, self.looks, self.user_id = crm, looks, user_id

    def write(self, steps: Sequence[Step]) -> Problems:
        """Insert the rows that are not there, update the others. One that came meanwhile, and one whose number was held
        by a row that nobody refers to any more, gets a second try."""
        answers = self._sent(steps, set())
        taken = [step for step in steps if isinstance(answers[step.subject.row_id].error, DuplicateKey)]
        if taken:
            there = self.crm.get(STATISTICS, [step.subject.row_id for step in taken], [])
            self._free(taken)
            self._step_aside(taken)
            answers |= self._sent(taken, set(there))
        owners = {step.subject.row_id: step.subject.customer_id for step in steps}
        return {owners[id]: one.error for id, one in answers.items() if one.error is not None}

    def _sent(self, steps: Sequence[Step], there: Collection[uuid.UUID]) -> dict[uuid.UUID, Written]:
        """The answers by row; those ``there`` are no new ones any more."""
        rows = {step.subject.row_id: Row(step.subject.row_id, step.values) for step in steps}
        new = [step.subject.row_id for step in steps if step.is_new and step.subject.row_id not in there]
        others = [row for id, row in rows.items() if id not in set(new)]
        answers = self.crm.insert(STATISTICS, [rows[id] for id in new]) if new else []
        answers += self.crm.update(STATISTICS, others) if others else []
        return {answer.id: answer for answer in answers}

    def _free(self, steps: Sequence[Step]) -> None:
        """Delete the rows that hold the number of one of these customers and that no account refers to any more."""
        numbers = [step.values[NUMBER] for step in steps if NUMBER in step.values]
        ours = {step.subject.row_id for step in steps}
        held = [row.id for row in self._having(STATISTICS, NUMBER, numbers) if row.id not in ours]
        referring = self._having(ACCOUNT, LINK, held)
        used = {ref.id for account in referring if isinstance(ref := account.values[LINK], Ref)}
        left = [Row(id) for id in held if id not in used]
        if left:
            self.crm.delete(STATISTICS, left)

    def _step_aside(self, steps: Sequence[Step]) -> None:
        """Customers may have changed numbers with one another: their rows have none for a moment."""
        rows = [Row(step.subject.row_id, {NUMBER: ""}) for step in steps if not step.is_new and NUMBER in step.values]
        if rows:
            self.crm.update(STATISTICS, rows)

    def _having(self, table: str, column: str, values: Sequence[Value]) -> list[Record]:
        found: list[Record] = []
        for start in range(0, len(values), ASKED_AT_ONCE):
            some = OneOf(column, tuple(values[start : start + ASKED_AT_ONCE]))
            found += every(self.crm, table, some, [column])
        return found

    def link(self, steps: Sequence[Step]) -> tuple[list[SideWritten], Problems]:
        """Have the accounts refer to their statistics. Each account is read as a whole before, and written only as it
        was read, so that what a person types meanwhile is still seen by the pass that carries it."""
        linked, problems = self._link(steps)
        overtaken = [one for one in steps if isinstance(problems.get(one.subject.customer_id), VersionConflict)]
        if overtaken:
            again, still = self._link(overtaken)
            linked += again
            retried = {one.subject.customer_id for one in overtaken}
            problems = {id: one for id, one in problems.items() if id not in retried} | still
        return linked, problems

    def _link(self, steps: Sequence[Step]) -> tuple[list[SideWritten], Problems]:
        linked: list[SideWritten] = []
        problems: Problems = {}
        read = self._accounts_read(steps)
        rows = [
            Row(account.id, {LINK: Ref(STATISTICS, step.subject.row_id)}, account.version)
            for step in steps
            if (account := read.get(step.subject.account_id)) is not None
        ]
        answers = {one.id: one for one in (self.crm.update(ACCOUNT, rows) if rows else ())}
        for step in steps:
            answer = answers.get(step.subject.account_id)
            problem = account_gone(step.subject) if answer is None else answer.error
            if problem is not None:
                problems[step.subject.customer_id] = problem
            elif answer is not None:
                linked.append(self._written(read[answer.id], answer))
        return linked, problems

    def _accounts_read(self, steps: Sequence[Step]) -> dict[uuid.UUID, Record]:
        columns = self.looks.read_columns[Side.CRM]
        return self.crm.get(ACCOUNT, [step.subject.account_id for step in steps], columns) if steps else {}

    def _written(self, before: Record, answer: Written) -> SideWritten:
        """What the ledger of the account's pair has to know: the account has another version, and no news."""
        memory = self.looks.memories[Side.CRM]
        held = {memory.columns[key]: value for key, value in memory.values(before).items() if key in memory.columns}
        ours = self.user_id is not None and before.modified_by == self.user_id
        place = (Side.CRM, ACCOUNT, before.id, frozenset({LINK}), before.version, answer.version or "")
        return SideWritten(*place, held=held, ours=ours)


def delete_rows(crm: System, organization_id: uuid.UUID | None, accounts: Sequence[uuid.UUID]) -> None:
    """Remove the statistics of accounts that are no customer's any more; without the integration solution there are
    none. Raises the first problem."""
    rows = [Row(row_id(organization_id, account)) for account in accounts]
    try:
        answers = crm.delete(STATISTICS, rows) if rows else []
    except TableMissing:
        return
    for answer in answers:
        if answer.error is not None:
            raise answer.error
