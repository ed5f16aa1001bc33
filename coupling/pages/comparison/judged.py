"""What the next synchronization makes of each field of two records: the one judgement that cards, dialogs, previews and
proposals show. It is the engine's own, of the passes in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coupling.pages import records
from integration.connection.live_systems import NAMES
from integration.sync.memory.halves import DECIDED, DEFAULT, PARTNERLESS, changed
from integration.sync.memory.ledger import Pair
from integration.sync.plan import Judged, Planner
from integration.sync.record.draft import Draft
from integration.sync.record.field_transfer import FieldTransfer
from integration.sync.rules import Direction
from integration.systems.filters import reason_outside
from integration.systems.values import Record, Side, Value
from integration.systems.wording import sentence

UNDECIDED = (
    "What {} holds overwrites nothing by itself: the run that carried it was undone, or a record was made with it. "
    "Whoever changes either value has it carried."
)
UNCHANGED = "A run left both like this, and neither was edited afterwards."

Both = tuple[Record, Record]
Halves = tuple[str, str] | None


class Next(StrEnum):
    """What the next synchronization does with a field, in words."""

    EQUAL = "equal"
    SENT = "sent"
    FETCHED = "fetched"
    CONFLICT = "conflict"
    STAYS = "stays"
    WAITS = "waits"
    STOPPED = "stopped"

    @property
    def words(self) -> str:
        return {
            Next.EQUAL: "Nothing: both hold the same",
            Next.SENT: "BC → Sales: is sent",
            Next.FETCHED: "Sales → BC: is fetched",
            Next.CONFLICT: "Conflict: decide which value stays",
            Next.STAYS: "Stays as it is on each side",
            Next.WAITS: "Waits until the record it names is coupled",
            Next.STOPPED: "Is not carried for now",
        }[self]

    @property
    def style(self) -> str:
        return {Next.CONFLICT: "unfavorable", Next.WAITS: "ambiguous", Next.STAYS: "blank", Next.STOPPED: "blank"}.get(
            self, "favorable"
        )


@dataclass(frozen=True, slots=True)
class JudgedField:
    """One field of two records. ``halves``: what is remembered as agreed about it; ``changed``: the sides that have
    changed it since; ``lacking``: the side whose value has no partner on the other one; ``noted``: who changed it in
    Business Central, in words, where a page has looked for that."""

    key: str
    erp_label: str
    erp_text: str
    crm_label: str
    crm_text: str
    next: Next
    halves: Halves = None
    changed: Sequence[Side] = ()
    noted: str = ""

    @property
    def differs(self) -> bool:
        return self.next is not Next.EQUAL

    @property
    def is_carried(self) -> bool:
        """Will one side get the value of the other one, as far as nobody has to decide?"""
        return self.next in (Next.SENT, Next.FETCHED, Next.CONFLICT)

    @property
    def label(self) -> str:
        return self.erp_label or self.crm_label

    @property
    def proposed(self) -> Side | None:
        """The side whose value goes over if nobody decides otherwise."""
        return {Next.SENT: Side.ERP, Next.FETCHED: Side.CRM}.get(self.next)

    @property
    def since(self) -> Side | None:
        """The side that alone has changed the field since both last agreed."""
        return self.changed[0] if len(self.changed) == 1 else None

    @property
    def lacking(self) -> Side | None:
        return lacking(self.halves)

    @property
    def note(self) -> str:
        """Why the field is not carried, or why a blank is alike."""
        if self.next is Next.EQUAL and self.lacking is None:
            return self._stands_for
        why = without_partner(self.lacking) if self.next in (Next.STAYS, Next.WAITS, Next.EQUAL) else ""
        return why_it_stays(self.halves, self.changed) if self.next is Next.STAYS and not why else why

    @property
    def _stands_for(self) -> str:
        """Of an owner or a currency: which side says it with a blank."""
        if bool(self.erp_text) == bool(self.crm_text):
            return ""
        return f"Blank in {NAMES[Side.CRM if self.erp_text else Side.ERP]}, which stands for this."


@dataclass(slots=True)
class Judgement:
    """All fields of two records. ``stopped``: why nothing of the records is carried to ``closed`` sides."""

    fields: list[JudgedField] = field(default_factory=list)
    stopped: str = ""
    closed: set[Side] = field(default_factory=set)

    def next_of(self, one: JudgedField) -> Next:
        """What the next synchronization does with a field, also where the record as a whole does not go."""
        towards = {Next.SENT: Side.CRM, Next.FETCHED: Side.ERP}.get(one.next)
        return Next.STOPPED if towards in self.closed else one.next


def judge(planners: Sequence[Planner], rows: Both, pair: Pair) -> Judgement:
    """Of two records that are a pair, or would be. Each field is judged by the first pass that carries it."""
    return judge_each(planners, [(rows, pair)])[0]


def judge_each(planners: Sequence[Planner], pairs: Sequence[tuple[Both, Pair]]) -> list[Judgement]:
    """The same of many, which ask no more often than one."""
    found = [Judgement() for _ in pairs]
    for planner in planners if pairs else ():
        to_crm = planner.run.direction is Direction.TO_CRM
        turned = [(*(rows if to_crm else rows[::-1]), pair) for rows, pair in pairs]
        for judgement, (record, twin, _), judged in zip(found, turned, planner.judged(turned), strict=True):
            _add(judgement, planner, (record, twin), judged)
    return found


def _add(found: Judgement, planner: Planner, turned: Both, judged: Judged) -> None:
    """What one pass says of a record and its twin, where no pass before has said it."""
    (record, twin), (verdicts, draft, agreed) = turned, judged
    ours, theirs = turned if planner.run.direction is Direction.TO_CRM else turned[::-1]
    stopped = _stopped(planner, record, draft)
    found.stopped = found.stopped or stopped
    found.closed |= {planner.run.direction.destination} if stopped else set()
    values = {side: planner.memories[side].values(row) for side, row in zip(Side, (ours, theirs), strict=True)}
    listed = {one.key for one in found.fields}
    for one in planner.transfer.fields:
        if one.key not in listed:
            halves = agreed.get(one.key)
            changed_sides = list(_changed_sides(halves, one.key, values))
            verdict = verdicts.get(one.key) or _unsaid(draft, one.key, halves, changed_sides)
            found.fields.append(_judged(planner, one, (record, twin), verdict, halves, changed_sides))


def _judged(
    planner: Planner, one: FieldTransfer, rows: Both, verdict: str, halves: Halves, changed_sides: Sequence[Side]
) -> JudgedField:
    to_crm = planner.run.direction is Direction.TO_CRM
    ours, theirs = zip((one.label, one.destination_label), _texts(planner, one, *rows), strict=True)
    erp, crm = (ours, theirs) if to_crm else (theirs, ours)
    return JudgedField(one.key, *erp, *crm, _next(verdict, to_crm=to_crm), halves, changed_sides)


def _unsaid(draft: Draft, key: str, halves: Halves, changed_sides: Sequence[Side]) -> str:
    """What becomes of a field the draft says nothing of. It waits for the record it names, or the table carries such a
    field only once, as that of an invoice: then both records agree for as long as neither has changed it."""
    if key in draft.lacking or draft.left_out_waits:
        return "waits"
    return "keep" if halves is None or changed_sides else "equal"


def _texts(planner: Planner, one: FieldTransfer, record: Record, twin: Record) -> tuple[str, str]:
    rule, direction = planner.run.rule, planner.run.direction
    source = rule.table(direction.source).fields.get(getattr(one, "source", ""))
    destination = rule.table(direction.destination).fields.get(one.destination)
    values: tuple[Value, Value] = (one.shows(record), one.shows_twin(twin))
    return records.shown(values[0], source or destination), records.shown(values[1], destination)


def _next(verdict: str, *, to_crm: bool) -> Next:
    if verdict in ("write", "leave"):
        return Next.SENT if (verdict == "write") is to_crm else Next.FETCHED
    return {"equal": Next.EQUAL, "conflict": Next.CONFLICT, "waits": Next.WAITS}.get(verdict, Next.STAYS)


def _stopped(planner: Planner, record: Record, draft: Draft) -> str:
    """Why nothing of the record goes this way."""
    way = NAMES[planner.run.direction.destination]
    why = reason_outside(planner.read_filter, record, planner.read_table)
    if why:
        return sentence(f"Nothing goes to {way}: the record is outside the filter of {planner.run.rule.name}: {why}")
    if draft.problem is not None:
        return f"Nothing goes to {way}: {draft.problem}"
    return f"Nothing goes to {way}: {draft.left_out}" if draft.left_out else ""


def _changed_sides(halves: Halves, key: str, values: Mapping[Side, Mapping[str, str]]) -> Iterator[Side]:
    """The sides that hold another value than when both last agreed; what somebody decided meanwhile is not agreed."""
    if halves is not None and DECIDED in halves:
        return
    for side, half in zip(Side, halves or ("", ""), strict=True):
        if halves is not None and key in values[side] and changed(half, values[side][key]):
            yield side


def lacking(halves: Halves) -> Side | None:
    """The side of which a value was seen that has no partner on the other one."""
    if halves is None:
        return None
    return next((side for side, half in zip(Side, halves, strict=True) if half[:1] == PARTNERLESS), None)


def undecided(halves: Halves) -> Side | None:
    """The side whose value nobody decided: a run that was undone had carried it, or made the record with it."""
    if halves is None:
        return None
    return next((side for side, half in zip(Side, halves, strict=True) if half[:1] == DEFAULT), None)


def why_it_stays(halves: Halves, changed_sides: Sequence[Side]) -> str:
    """Why two values that differ stay so; blank where that is not known."""
    side = undecided(halves)
    if side is not None and side not in changed_sides:
        return UNDECIDED.format(NAMES[side])
    return UNCHANGED if halves is not None and not changed_sides else ""


def without_partner(lacking: Side | None) -> str:
    """Why a value is not carried; blank where both sides have a partner for it."""
    if lacking is None:
        return ""
    held, other = NAMES[lacking], NAMES[lacking.other]
    return f"What {held} holds has no partner in {other}; what is there stays as it is."
