"""What people do with open errors beside mending them: give them to a person, and resolve them with a note.

Of two people who decide about one error, one does: each change is one UPDATE that names what the person has seen.

    10:00  Susan and Otto look at the error of Adatum, which is nobody's
    10:01  Susan gives it to herself: UPDATE ... WHERE assigned_to IS NULL, 1 row
    10:02  Otto gives it to Ester: UPDATE ... WHERE assigned_to IS NULL, 0 rows; he reads that it is Susan's now
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from integration.models.jobs.synch_error import SyncError
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record

ERROR = "integration synch. error"
LONGEST_NOTE = 2000
CLOSED = "It is closed already."
GONE = "This error does not exist any more."
SAME = "It is {} already."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chosen error. ``reason``: why nothing was done; blank where it was done."""

    name: str
    reason: str = ""


def assign(ids: Iterable[int], person: User | None, seen: Mapping[int, str]) -> list[Outcome]:
    """Give these errors to a person, or to nobody. ``seen``: whose each was on the page (a user's id, blank for
    nobody's); one that is somebody else's by now stays."""
    return [_assign(error, person, seen) for error in _chosen(ids)] + _gone(ids)


def resolve(ids: Iterable[int], note: str, user: User) -> list[Outcome]:
    """Close these errors by hand, for the reason in ``note``. A run that meets the same again logs it anew."""
    return [_resolve(error, note.strip()[:LONGEST_NOTE], user) for error in _chosen(ids)] + _gone(ids)


def _chosen(ids: Iterable[int]) -> Sequence[SyncError]:
    """Those that are there, in the order in which they were chosen."""
    wanted = list(ids)
    there = SyncError.objects.select_related("mapping", "assigned_to").in_bulk(wanted)
    return [there[id] for id in wanted if id in there]


def _gone(ids: Iterable[int]) -> list[Outcome]:
    """Errors of jobs that retention has deleted meanwhile."""
    wanted = set(ids)
    there = set(SyncError.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return [Outcome(f"Error {id}", GONE) for id in sorted(wanted - there)]


def _assign(error: SyncError, person: User | None, seen: Mapping[int, str]) -> Outcome:
    whose = seen.get(error.pk, str(error.assigned_to_id or ""))
    if str(error.assigned_to_id or "") == str(person.pk if person else "") and not error.closed_at:
        return Outcome(error.record_name, SAME.format(called(error.assigned_to)))
    unchanged = SyncError.objects.open().filter(pk=error.pk, assigned_to=int(whose) if whose.isdecimal() else None)
    if not unchanged.update(assigned_to=person):
        return Outcome(error.record_name, _why_not(error.pk))
    before = error.assigned_to.get_username() if error.assigned_to else ""
    after = person.get_username() if person else ""
    record(AuditEntry.Action.CHANGED, ERROR, _subject(error), {"assigned to": before}, {"assigned to": after})
    return Outcome(error.record_name)


def _resolve(error: SyncError, note: str, user: User) -> Outcome:
    closed = {"closed_at": timezone.now(), "resolved_by": user.get_username()[:150], "note": note}
    if not SyncError.objects.open().filter(pk=error.pk).update(**closed):
        return Outcome(error.record_name, _why_not(error.pk))
    record(AuditEntry.Action.CHANGED, ERROR, _subject(error), after={"resolved": "yes"})
    return Outcome(error.record_name)


def _why_not(id: int) -> str:
    """What somebody else did meanwhile."""
    now = SyncError.objects.filter(pk=id).select_related("assigned_to").first()
    if now is None:
        return GONE
    if now.closed_at:
        return f"{now.resolved_by} has resolved it already." if now.resolved_by else CLOSED
    return f"It is {called(now.assigned_to)} by now."


def _subject(error: SyncError) -> str:
    """Without the record's name, and without the note: the audit log holds ids, never names."""
    return f"{error.mapping.name} {error.erp_id or error.crm_id or ''} {error.code}"


def called(person: User | None) -> str:
    """Whose an error is, in a sentence."""
    return f"{person.get_full_name() or person.get_username()}'s" if person else "nobody's"
