"""One run as its page shows it: the passes that belong together, which one is under way, and what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.models import SyncJob
from integration.pages.runs.families import family
from integration.pages.runs.titles import SHORT_WAYS, Title, title
from integration.sync.rules import Direction
from integration.sync.run import Scope

SCOPES = {
    Scope.CHANGED: "what changed since the last run",
    Scope.OPEN: "what is still open",
    Scope.OWED: "what other tables have left to carry",
    Scope.COUPLED: "the pairs just made",
    Scope.EVERYTHING: "all records inside the filter",
}


@dataclass(frozen=True, slots=True)
class Pass:
    """One of several passes of an action."""

    job: SyncJob
    way: str


@dataclass(frozen=True, slots=True)
class JobPage:
    """``job`` is the one whose progress is shown: that under way, else the next one, else the one asked for."""

    job: SyncJob
    passes: Sequence[SyncJob]
    title: Title

    @property
    def is_active(self) -> bool:
        return any(one.is_active for one in self.passes)

    @property
    def each(self) -> list[Pass]:
        """The single passes, where there is more than one."""
        if len(self.passes) < 2:
            return []
        return [Pass(one, SHORT_WAYS[Direction(one.direction)]) for one in self.passes]

    @property
    def heading(self) -> str:
        way = self.title.way if len(self.passes) == 1 else "both ways"
        return f"{self.title.about}: {way}"

    @property
    def scope(self) -> str:
        """Which records it takes, in words; blank where the title says so."""
        return SCOPES.get(self.job.run_options.scope, "") if self.job.kind == SyncJob.Kind.SYNCHRONIZE else ""

    @property
    def records(self) -> int:
        return max((one.records_done for one in self.passes), default=0)


def job_page(asked: SyncJob) -> JobPage:
    """The page of a run."""
    passes = family(asked)
    running = [one for one in passes if one.status == SyncJob.Status.RUNNING]
    waiting = [one for one in passes if one.is_active or one.waits_for_approval]
    return JobPage(next(iter(running or waiting), asked), passes, title(asked))
