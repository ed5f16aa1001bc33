"""The guard of a run: an unusually large change waits for a person.

Counted are pairs that were synchronized before and would be written or whose deletion would be carried out, and fields
that hold something and would be blanked. New rows are not: whoever starts a full synchronization wants them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from integration.sync.actions import Action, Restore, SourceDeleted, Uncouple, Update
from integration.sync.run import Scope
from integration.sync.special.base import Run
from integration.systems.errors import ConfigurationProblem


class NeedsApproval(ConfigurationProblem):
    """The run would change more than it may without a person's word. Nothing of what is too much was written."""

    code = "needs-approval"

    def __init__(self, message: str, *, plan: str = "") -> None:
        """``plan``: a digest of all that is left for the run to do and needs a person's word."""
        super().__init__(message)
        self.plan = plan


class Seen:
    """What actions would do: counted, and as a digest that another plan has another one of, in whatever order and pages
    the rows come."""

    def __init__(self) -> None:
        self.changed = self.blanked = 0
        self._rows: set[bytes] = set()

    def add(self, actions: Iterable[Action]) -> None:
        for action in actions:
            changed, blanked = _changes_a_pair(action), _blanks(action)
            self.changed += changed
            self.blanked += blanked
            if changed or blanked:
                self._rows.add(sha256(repr(_fingerprint(action)).encode()).digest())

    @property
    def plan(self) -> str:
        return sha256(b"".join(sorted(self._rows))).hexdigest()


class Guard:
    """``look`` at each page before it is written; ``behind`` are the actions of what comes after it.

    A person approves what was shown. Where something else is left to do by then, the run asks again, if that is too
    much too::

        would change 1..60 of 100 -> asks, digest of 1..60      person: yes
        1..60 are left            -> same digest: written
        11..70 are left           -> another digest: asks again
        1..5 are left             -> another digest, but nothing unusual: written
    """

    def __init__(self, run: Run, *, is_usual: bool = False) -> None:
        """``is_usual``: many changes are what these records live by."""
        self.run, self.limits = run, run.rule.limits
        asked = run.options.scope in (Scope.IDS, Scope.OPEN)
        self.shown = run.options.shown
        self.watches = not asked and not is_usual and (bool(self.shown) or not run.options.approved)
        self.changed = self.blanked = 0

    def look(self, actions: Sequence[Action], behind: Iterable[Sequence[Action]]) -> None:
        """Raises :class:`NeedsApproval`."""
        if not self.watches:
            return
        page, left = Seen(), Seen()
        page.add(actions)
        left.add(actions)
        too_blank = self.blanked + page.blanked > self.limits.blanked
        too_many = self.changed + page.changed > self.limits.changed_at_least
        if self.shown or too_blank or too_many:
            self._count_all(left, behind, too_blank=too_blank, too_many=too_many)
        self.changed += page.changed
        self.blanked += page.blanked

    def _count_all(self, left: Seen, behind: Iterable[Sequence[Action]], *, too_blank: bool, too_many: bool) -> None:
        """Once so much is reached, the rest is counted before more of it is written."""
        for actions in behind:
            left.add(actions)
        shown, self.shown = self.shown, ""
        if shown == left.plan:
            self.watches = False
            return
        if too_blank:
            words = f"{self._run} would blank more than {self.limits.blanked} fields that hold something."
            raise NeedsApproval(words, plan=left.plan)
        if too_many:
            self._stop_at_many(left)

    def _stop_at_many(self, left: Seen) -> None:
        coupled = self.run.ledger.coupled()
        most = max(self.limits.changed_at_least, coupled * self.limits.changed_percent // 100)
        if self.changed + left.changed > most:
            raise NeedsApproval(
                f"{self._run} would change more than {most} of {coupled} coupled records "
                f"({self.limits.changed_percent}%, at least {self.limits.changed_at_least}). "
                "Look at what it would do and approve it, or find out why so much has changed.",
                plan=left.plan,
            )
        self.watches = False

    @property
    def _run(self) -> str:
        return f"{self.run.rule.name} {'to' if self.run.destination.remote else 'from'} Dynamics 365 Sales"


def _fingerprint(action: Action) -> tuple[object, ...]:
    """What tells one plan from another: the record, what happens to it, and the values."""
    if isinstance(action, Update):
        return "update", action.record.id, [(change.field, change.old, change.new) for change in action.changes]
    pair = getattr(action, "pair", None)
    return type(action).__name__, (pair.erp_id, pair.crm_id) if pair is not None else ()


def _changes_a_pair(action: Action) -> bool:
    match action:
        case Update():
            has_agreed = action.before is not None and bool(action.before.agreed)
            return has_agreed and bool(action.changes)
        case Uncouple():
            return action.counted
        case SourceDeleted() | Restore():
            return True
    return False


def _blanks(action: Action) -> int:
    if not isinstance(action, Update) or action.coupled:
        return 0
    return sum(change.new in (None, "") and change.old not in (None, "") for change in action.changes)
