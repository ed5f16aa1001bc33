"""What is wrong with a pair of records, beyond what a system itself says."""

from __future__ import annotations

import uuid

from integration.sync.record.transfer import ReferenceNotCoupled
from integration.systems.errors import Locked, Problem, RecordProblem
from integration.systems.values import Ref


class Conflict(RecordProblem):
    """Both sides changed the same field to different values, or have held different ones from the beginning."""

    code = "conflict"


class TwinGone(RecordProblem):
    """The coupled record was deleted."""

    code = "twin-gone"


class TwinMerged(RecordProblem):
    """The coupled record was merged into another one. ``table``/``id`` name that master."""

    code = "twin-merged"

    def __init__(self, master: Ref) -> None:
        called = master.label or str(master.id)
        super().__init__(f"The coupled record was merged into “{called}”. Couple with that one instead.")
        self.table, self.id = master.table, master.id


class NumberConflict(RecordProblem):
    """Another record has the number of the one that was to be made: most often its coupling was deleted.
    ``table``/``id`` name it; ``whose`` is the record of Sales whose Business Central No. says so."""

    code = "number-taken"

    def __init__(self, kind: str, number: str, called: str, table: str, id: uuid.UUID, whose: str = "its") -> None:
        super().__init__(
            f"{kind} “{called}” has the number {number} already, so no second one is made. Couple with it; if it is "
            f"really another one, clear {whose} Business Central No. in Dynamics 365 Sales first."
        )
        self.table, self.id = table, id


class InvoiceTaken(NumberConflict):
    """Another invoice has the number of the one that was to be made."""

    def __init__(self, number: str, called: str, table: str, id: uuid.UUID) -> None:
        RecordProblem.__init__(
            self,
            f"Invoice “{called}” has the number {number} in Dynamics 365 Sales already, so no second one is made. "
            "Couple with it; if it is really another one, delete it there first.",
        )
        self.table, self.id = table, id


class InDoubt(Locked):
    """Nobody can say yet whether a row was made whose insert was not answered."""

    code = "in-doubt"


class CoupledMeanwhile(RecordProblem):
    """A person has coupled the record with another one, or uncoupled it, while this one was made for it."""

    code = "coupled-meanwhile"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"While its {kind} was made, somebody coupled the record with another one, or deleted its coupling. That "
            f"stands, so the {kind} just made is coupled with nothing. Look whether it is needed, or delete it."
        )


class NotUpdatable(RecordProblem):
    """A column that only a new record takes."""

    code = "not-updatable"


class AmbiguousMatch(RecordProblem):
    """The record on the other side that this one naturally belongs to is taken, or there are several."""

    code = "ambiguous-match"


def waiting_for(problem: Problem) -> str:
    """The record to couple first (or instead), as ``table/id``; blank where it is not about one."""
    if isinstance(problem, ReferenceNotCoupled | TwinMerged | NumberConflict):
        return f"{problem.table}/{problem.id}"
    return ""
