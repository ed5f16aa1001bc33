"""The page that asks before a run is undone: what goes back, what stays, and what is offered."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from integration.connection.systems import open_erp
from integration.jobs.undo.start import Preview, why_not
from integration.models import RecordChange, SyncJob
from integration.pages.runs.captions import Captions, is_id, named_by_runs
from integration.pages.runs.families import started_together
from integration.pages.runs.titles import FEW, title
from integration.sync.rules import Direction
from integration.sync.undo.past import Line, Undoing
from integration.sync.undo.removing import MAY_GO
from integration.systems.values import Side
from integration.systems.wording import NAMELESS

SIDES = {Direction.TO_CRM: "Sales", Direction.TO_ERP: "Business Central"}


@dataclass(frozen=True, slots=True)
class Sum:
    """What becomes of the records that were looked at: so many are ``deleted``, get values ``back``, some of them only
    ``in_part``, and stay. ``stays``: how many of these for which reason, the most frequent first."""

    deleted: int
    back: int
    in_part: int
    stays: Sequence[tuple[int, str]]

    @property
    def left(self) -> int:
        return sum(number for number, _ in self.stays)


@dataclass(frozen=True, slots=True)
class UndoPage:
    """``other``: the pass of the same action that wrote on the other side, where it can be undone as well. ``removes``:
    of records that the run made those are deleted with which nothing was done since."""

    job: SyncJob
    records: Sequence[uuid.UUID]
    preview: Preview
    other: SyncJob | None
    removes: bool = False

    @property
    def keeps(self) -> bool:
        return not self.removes

    @property
    def keeping(self) -> str:
        """The query that shows what comes of it where records that the run made stay."""
        return urlencode({"record": self.records}, doseq=True)

    @property
    def deleting(self) -> str:
        """The same where they are deleted."""
        return urlencode({"record": self.records, "removes": "yes"}, doseq=True)

    @property
    def subject(self) -> str:
        """The records where they are few, else the mapping."""
        if self.preview.total <= FEW and self.is_whole:
            return ", ".join(one.shown_name for one in self.preview.planned)
        return title(self.job).about

    @property
    def may_delete(self) -> bool:
        """Did the run make records of a kind that may be deleted again?"""
        mapping, side = self.job.mapping, Direction(self.job.direction).destination
        return bool(self.preview.made) and (side, mapping.table(side)) in MAY_GO

    @property
    def is_whole(self) -> bool:
        """Were all records of the undoing looked at? Of the others it says nothing."""
        return len(self.preview.planned) == self.preview.total

    @property
    def sum(self) -> Sum:
        planned = self.preview.planned
        back = [one for one in planned if one.changes]
        stays = Counter(_reason(one) for one in planned if not one.changes and not one.removes)
        return Sum(
            deleted=sum(one.removes for one in planned),
            back=len(back),
            in_part=sum(bool(one.left) for one in back),
            stays=[(number, reason) for reason, number in stays.most_common()],
        )

    @property
    def shows_nothing(self) -> bool:
        """Do all records that were looked at stay as they are?"""
        return not any(one.changes or one.removes for one in self.preview.planned)

    @property
    def does_nothing(self) -> bool:
        """Does all of it stay as it is?"""
        only_made = self.preview.made + self.preview.along == self.preview.total
        return self.shows_nothing and (self.is_whole or (self.keeps and only_made))

    @property
    def deletes(self) -> bool:
        """Are records deleted, among these or perhaps among others?"""
        return self.removes and (not self.is_whole or any(one.removes for one in self.preview.planned))

    @property
    def may_put_back(self) -> bool:
        """Do values go back, of these or perhaps of others?"""
        return not self.is_whole or any(one.changes for one in self.preview.planned)

    @property
    def kept_number(self) -> str:
        """What the number is called in Sales that a record got from Business Central, which stays there where the
        record is deleted; blank where no field of the mapping carries it."""
        mapping = self.job.mapping
        if Direction(self.job.direction) is not Direction.TO_ERP:
            return ""
        number = open_erp().describe(mapping.erp_table).number_field
        carried = mapping.fields.filter(erp_field=number).exclude(direction=Direction.TO_ERP.value).first()
        return Captions().of_field(mapping, Side.CRM, carried.crm_field) if carried is not None else ""

    @property
    def written(self) -> str:
        """The side on which the values go back."""
        return SIDES[Direction(self.job.direction)]

    @property
    def kept(self) -> str:
        """The side that keeps its values."""
        return SIDES[Direction(self.job.direction).back]


def _reason(one: Undoing) -> str:
    """Why a record stays; where its fields do for several reasons, the first."""
    return one.reason or one.left[0].reason


def undo_page(job: SyncJob, records: Sequence[uuid.UUID], preview: Preview, *, removes: bool) -> UndoPage:
    """What the page shows of an undoing."""
    name_ids(preview.shown)
    return UndoPage(job, records, preview, _other(job, records), removes)


def halves(job: SyncJob, records: Sequence[uuid.UUID]) -> list[SyncJob]:
    """The run and the passes that were started with it, in their order, as far as they wrote something (into these
    records) and can be undone."""
    return [one for one in started_together(job) if one == job or (not why_not(one) and _wrote(one, records))]


def _other(job: SyncJob, records: Sequence[uuid.UUID]) -> SyncJob | None:
    """The pass that went the other way."""
    back = Direction(job.direction).back.value
    return next((one for one in halves(job, records) if one.direction == back), None)


def _wrote(job: SyncJob, records: Sequence[uuid.UUID]) -> bool:
    wrote = RecordChange.objects.written().filter(job=job, side=Direction(job.direction).destination.value)
    return (wrote.filter(erp_id__in=records) if records else wrote).exists()


def name_ids(planned: Sequence[Undoing]) -> None:
    """A value that refers to a record whose name did not come with it is shown by the name that a run knew last."""
    texts = {text.lower() for one in planned for line in one.lines for text in (line.now, line.then) if is_id(text)}
    names = named_by_runs(sorted(texts)) if texts else {}
    for one in planned if texts else ():
        one.lines = [_named(line, names) for line in one.lines]


def _named(line: Line, names: dict[str, str]) -> Line:
    now, then = (names.get(text.lower(), NAMELESS) if is_id(text) else text for text in (line.now, line.then))
    return replace(line, now=now, then=then)
