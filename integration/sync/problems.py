"""What is wrong with a pair of records, beyond what a system itself says."""

from __future__ import annotations

from integration.sync.transfer import ReferenceNotCoupled
from integration.systems.base import Ref
from integration.systems.errors import Problem, RecordProblem


class Conflict(RecordProblem):
    """Both sides changed the same field to different values."""

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


class AmbiguousMatch(RecordProblem):
    """The record on the other side that this one naturally belongs to is taken, or there are several."""

    code = "ambiguous-match"


def waiting_for(problem: Problem) -> str:
    """The record to couple first (or instead), as ``table/id``; blank where it is not about one."""
    return f"{problem.table}/{problem.id}" if isinstance(problem, ReferenceNotCoupled | TwinMerged) else ""
