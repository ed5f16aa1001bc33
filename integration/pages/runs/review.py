"""Full Synch. Review as its page shows it: a line a mapping with records, errors and time, and what comes of it all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from integration.models import FullSynchLine, SyncJob
from integration.pages.runs.titles import SHORT_WAYS
from integration.sync.rules import Direction
from integration.sync.run import Scope

USUAL_RATE = 40.0
"""Records a second, where no run has shown yet how fast this installation is."""
LOOKED_AT, LOOKED_THROUGH = 200, 2000
ENOUGH = 20
"""Runs of fewer records say nothing about speed."""
OUTCOMES = {
    "inserted": "inserted",
    "modified": "modified",
    "coupled": "coupled",
    "deleted": "deleted",
    "unchanged": "unchanged",
    "skipped": "left out or skipped",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Some:
    """Some records of one pass: those that failed, were left out, or got something in the second round."""

    job_id: uuid.UUID
    number: int
    way: str


def _some(job: SyncJob, number: int) -> Some:
    return Some(job.pk, number, SHORT_WAYS[Direction(job.direction)])


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """``estimate``: how long it is going to take, before it starts; ``time``: how long it took until now."""

    line: FullSynchLine
    estimate: dt.timedelta | None

    @property
    def errors(self) -> list[Some]:
        return [_some(job, job.failed) for job in self.line.jobs if job.failed]

    @property
    def left_out(self) -> list[Some]:
        """Left out by a rule, or skipped."""
        return [_some(job, job.skipped) for job in self.line.jobs if job.skipped]

    @property
    def second_round(self) -> list[Some]:
        """Those that got what tables behind this one had left to them."""
        return [_some(job, number) for job in self.line.second_round if (number := job.inserted + job.modified)]

    @property
    def records(self) -> int:
        """How many there are: the passes of a line look at the same ones, each for itself, but for those that only one
        of them sees. What became of them adds up to it:

            BC → Sales   60 customers: 50 inserted, 8 modified, 2 left out
            Sales → BC   84 accounts: 26 inserted, 58 unchanged            together 86 records
        """
        return max([sum(self._done.values()), *(job.records_done for job in self.line.passes)])

    @property
    def outcomes(self) -> dict[str, int]:
        """What became of them. What one pass leaves unchanged another one may have written: unchanged is the rest."""
        unchanged = sum(job.unchanged for job in self.line.passes)
        done = self._done
        return {**done, "unchanged": max(0, min(unchanged, self.records - sum(done.values())))}

    @property
    def _done(self) -> dict[str, int]:
        """Outcome -> records of which more is to be said than that they are unchanged. What the second round changes is
        counted already; what it makes, or fails at, is not."""
        totals = {name: sum(getattr(job, name) for job in self.line.passes) for name in OUTCOMES if name != "unchanged"}
        for name in ("inserted", "failed"):
            totals[name] += sum(getattr(job, name) for job in self.line.second_round)
        return totals | {"coupled": totals["coupled"] - self.matched}

    @property
    def matched(self) -> int:
        """Records that were coupled before the passes took them, which count what became of them."""
        return sum(job.coupled for job in self.line.passes if job.kind == SyncJob.Kind.COUPLE)

    @property
    def started_at(self) -> dt.datetime | None:
        return begun(self.line.jobs)

    @property
    def time(self) -> dt.timedelta | None:
        """Without what other lines did before the second round."""
        rounds = [one for one in (span(self.line.passes), span(self.line.second_round)) if one is not None]
        return sum(rounds, dt.timedelta()) if rounds else None

    @property
    def is_waiting(self) -> bool:
        """Has a person to approve or to reject it?"""
        return self.line.status == FullSynchLine.Status.APPROVAL


@dataclass(frozen=True, slots=True)
class Review:
    """All lines in their order."""

    lines: Sequence[ReviewLine]

    @property
    def is_active(self) -> bool:
        return any(one.line.status in FullSynchLine.ACTIVE for one in self.lines)

    @property
    def waiting(self) -> list[ReviewLine]:
        return [one for one in self.lines if one.is_waiting]

    @property
    def is_started(self) -> bool:
        return any(one.line.status for one in self.lines)

    @property
    def can_start(self) -> bool:
        """Is there a line to start, and no live run?"""
        lines = [one.line for one in self.lines]
        return any(not line.status for line in lines) and not any(line.is_alive for line in lines)

    @property
    def starts_over(self) -> bool:
        """Has every line been started, so that only Reset opens Start again?"""
        return self.is_over and not self.can_start

    @property
    def can_restart(self) -> bool:
        return any(one.line.can_restart for one in self.lines)

    @property
    def has_second_round(self) -> bool:
        return any(one.second_round for one in self.lines)

    @property
    def is_over(self) -> bool:
        """Was it started, and does nothing of it run or wait any more?"""
        return self.is_started and not self.is_active and not self.waiting

    @property
    def finished(self) -> int:
        return sum(one.line.status == FullSynchLine.Status.FINISHED for one in self.lines)

    @property
    def failed(self) -> int:
        """Lines that ended with an error."""
        return sum(one.line.status == FullSynchLine.Status.ERROR for one in self.lines)

    @property
    def records(self) -> int:
        return sum(one.records for one in self.lines)

    @property
    def expected(self) -> int:
        """Records of the lines that nobody has started, as far as they were counted."""
        return sum(one.line.expected or 0 for one in self.lines if not one.line.status)

    @property
    def estimate(self) -> dt.timedelta | None:
        """How long those take, one behind the other."""
        known = [one.estimate for one in self.lines if one.estimate is not None]
        return sum(known, dt.timedelta()) if known else None

    @property
    def time(self) -> dt.timedelta | None:
        return span(self._jobs)

    @property
    def started_at(self) -> dt.datetime | None:
        return begun(self._jobs)

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """What became of the records, in words; what never happened is left out."""
        lines = [one.outcomes for one in self.lines]
        totals = {name: sum(one[name] for one in lines) for name in OUTCOMES}
        return [(words, totals[name]) for name, words in OUTCOMES.items() if totals[name]]

    @property
    def matched(self) -> int:
        return sum(one.matched for one in self.lines)

    @property
    def errors(self) -> int:
        return sum(job.failed for job in self._jobs)

    @property
    def _jobs(self) -> list[SyncJob]:
        return [job for one in self.lines for job in one.line.jobs]


def review() -> Review:
    """The lines with what is known about their speed: two queries."""
    lines = list(FullSynchLine.objects.select_related("mapping", *FullSynchLine.JOBS))
    blank = [line for line in lines if not line.status]
    rates = _rates() if blank else {}
    usual = sum(rates.values()) / len(rates) if rates else USUAL_RATE
    return Review([ReviewLine(line, _estimate(line, rates.get(line.mapping_id, usual))) for line in lines])


def span(jobs: Iterable[SyncJob]) -> dt.timedelta | None:
    """From the start of the first of these runs to the end of the last, or until now; ``None`` before the first."""
    started = [job for job in jobs if job.started_at is not None]
    first = begun(started)
    if first is None:
        return None
    return max(job.finished_at or timezone.now() for job in started) - first


def begun(jobs: Iterable[SyncJob]) -> dt.datetime | None:
    """When the first of these runs started."""
    return min((job.started_at for job in jobs if job.started_at is not None), default=None)


def _estimate(line: FullSynchLine, rate: float) -> dt.timedelta | None:
    if line.status or line.expected is None or line.recommendation == FullSynchLine.Recommendation.NONE:
        return None
    return dt.timedelta(seconds=max(1, round(line.expected / rate)))


def _rates() -> Mapping[int, float]:
    """mapping -> records a second, by the latest runs of everything."""
    found: dict[int, list[float]] = defaultdict(list)
    kind, status = SyncJob.Kind.SYNCHRONIZE, SyncJob.Status.FINISHED
    ended = SyncJob.objects.filter(kind=kind, status=status).order_by("-queued_at", "-id")
    latest = ended.values_list("pk", "records_done")[:LOOKED_THROUGH]
    large = [pk for pk, records in latest if records >= ENOUGH][:LOOKED_AT]
    for job in SyncJob.objects.filter(pk__in=large) if large else ():
        if job.rate and job.run_options.scope is Scope.EVERYTHING:
            found[job.mapping_id].append(job.rate)
    return {mapping: sum(rates) / len(rates) for mapping, rates in found.items()}
