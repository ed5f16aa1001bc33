"""The guard of a run: an unusually large change waits for a person.

Counted are pairs that were synchronized before and would be written or whose deletion would be carried out, and fields
that hold something and would be blanked. New rows are not: whoever starts a full synchronization wants them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from integration.sync.actions import Action, Broken, Restore, Uncouple, Update
from integration.sync.run import Scope
from integration.sync.special.base import Run
from integration.systems.errors import ConfigurationProblem


class NeedsApproval(ConfigurationProblem):
    """The run would change more than it may without a person's word. Nothing of what is too much was written."""

    code = "needs-approval"

    def __init__(self, message: str, *, plan: str = "") -> None:
        """``plan``: a digest of what the run would do, as far as it was looked at."""
        super().__init__(message)
        self.plan = plan


class Seen:
    """What the actions looked at so far would do: counted, and as a digest that another plan has another one of."""

    def __init__(self, before: Seen | None = None) -> None:
        self.changed: int = before.changed if before else 0
        self.blanked: int = before.blanked if before else 0
        self._digest: Any = before._digest.copy() if before else sha256()

    def add(self, actions: Iterable[Action]) -> None:
        for action in actions:
            changed, blanked = _changes_a_pair(action), _blanks(action)
            self.changed += changed
            self.blanked += blanked
            if changed or blanked:
                self._digest.update(repr(_told(action)).encode())

    @property
    def plan(self) -> str:
        return str(self._digest.hexdigest())


class Guard:
    """``look`` at each page before it is written; ``behind`` are the actions of what comes after it."""

    def __init__(self, run: Run) -> None:
        self.run, self.limits = run, run.rule.limits
        asked = run.options.scope in (Scope.IDS, Scope.OPEN)
        self.watches = not (asked or run.options.approved)
        self.seen = Seen()

    def look(self, actions: Sequence[Action], behind: Iterable[Sequence[Action]]) -> None:
        """Raises :class:`NeedsApproval`."""
        if not self.watches:
            return
        self.seen.add(actions)
        if self.seen.blanked > self.limits.blanked:
            words = f"{self._run} would blank more than {self.limits.blanked} fields that hold something."
            raise NeedsApproval(words, plan=self.seen.plan)
        if self.seen.changed > self.limits.changed_at_least:
            self._count_all(behind)

    def _count_all(self, behind: Iterable[Sequence[Action]]) -> None:
        """Once so many pairs are reached, the rest is counted before more of them are written."""
        coupled = self.run.ledger.coupled()
        most = max(self.limits.changed_at_least, coupled * self.limits.changed_percent // 100)
        total = Seen(self.seen)
        for actions in behind:
            if total.changed > most:
                break
            total.add(actions)
        if total.changed > most:
            raise NeedsApproval(
                f"{self._run} would change more than {most} of {coupled} coupled records "
                f"({self.limits.changed_percent}%, at least {self.limits.changed_at_least}). "
                "Look at what it would do and approve it, or find out why so much has changed.",
                plan=total.plan,
            )
        self.watches = False

    @property
    def _run(self) -> str:
        return f"{self.run.rule.name} {'to' if self.run.destination.remote else 'from'} Dynamics 365 Sales"


def _told(action: Action) -> tuple[object, ...]:
    """What tells one plan from another: the record, what happens to it, and the values."""
    if isinstance(action, Update):
        return "update", action.record.id, [(change.field, change.old, change.new) for change in action.changes]
    partner = getattr(action, "partner", None)
    return type(action).__name__, (partner.erp_id, partner.crm_id) if partner is not None else ()


def _changes_a_pair(action: Action) -> bool:
    match action:
        case Update():
            known = action.before is not None and bool(action.before.agreed)
            return known and bool(action.changes)
        case Uncouple():
            return action.counted
        case Broken() | Restore():
            return True
    return False


def _blanks(action: Action) -> int:
    if not isinstance(action, Update) or action.coupled:
        return 0
    return sum(change.new in (None, "") and change.old not in (None, "") for change in action.changes)
