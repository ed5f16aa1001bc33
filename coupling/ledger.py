"""The ledger of the engine, in the database: ``mapping.couplings`` is the manager below for one mapping."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from integration.models.rows import insert_rows
from integration.sync.ledger import LOOK_AGAIN, Agreed, Outcome, Partner, Result, State, Touch, after_touch
from integration.sync.rules import Direction, Reference
from integration.sync.special.firms import ACCOUNT, CONTACT, Firms
from integration.systems.base import Record, Ref, Side, System

if TYPE_CHECKING:
    from integration.models import TableMapping

COLUMNS = (
    "erp_id",
    "crm_id",
    "state",
    "erp_version",
    "crm_version",
    "agreed",
    "adopt",
    "pending",
    "skipped",
    "to_crm_result",
    "to_crm_code",
    "to_crm_waiting_for",
    "to_erp_result",
    "to_erp_code",
    "to_erp_waiting_for",
    "writing",
)
AT_ONCE = 500
UNFINISHED = (Result.FAILURE.value, Result.WAITING.value)


class CouplingError(Exception):
    """Two records cannot be coupled; the message says why."""


class CouplingManager(models.Manager[Any]):
    """Couplings of one mapping (``mapping.couplings``) with the verbs of ``sync.ledger.Ledger`` and those of people.

    The verbs are on the manager, not on a query set: only the manager knows its mapping.
    """

    instance: TableMapping
    fence: Callable[[], None] | None = None

    def fenced(self, fence: Callable[[], None]) -> CouplingManager:
        """The same ledger, whose pages first ask ``fence``, which raises ``Fenced`` when the run lost its claim."""
        self.fence = fence
        return self

    # --- reading ------------------------------------------------------------------------------------------

    def partners(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Partner]:
        column = f"{side}_id"
        found: dict[uuid.UUID, Partner] = {}
        for chunk in _chunks(ids):
            rows = self.filter(**{f"{column}__in": chunk}).values_list(*COLUMNS)
            for partner in map(partner_of, rows):
                found[partner.id(side)] = partner
        return found

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        result = Q(**{f"{direction}_result__in": UNFINISHED})
        wanted = result | Q(pending=direction.value) | Q(state=State.INTENDED.value)
        column = f"{direction.source}_id"
        return iter(self.filter(wanted, skipped=False).order_by("pk").values_list(column, flat=True))

    def pages(self) -> Iterator[list[Partner]]:
        ids = list(self.filter(state=State.COUPLED.value).order_by("pk").values_list("erp_id", flat=True))
        for chunk in _chunks(ids):
            yield list(self.partners(Side.ERP, chunk).values())

    def coupled(self) -> int:
        return self.filter(state=State.COUPLED.value).count()

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        found: dict[uuid.UUID, uuid.UUID] = {}
        for chunk in _chunks(ids):
            rows = self.model.objects.filter(
                mapping__erp_table=reference.erp_table,
                mapping__crm_table=reference.crm_table,
                state=State.COUPLED.value,
                **{f"{side}_id__in": chunk},
            )
            found.update(rows.values_list(f"{side}_id", f"{side.other}_id"))
        return found

    def unseen(self, side: Side, seen: Collection[uuid.UUID]) -> list[Partner]:
        ids = self.filter(state=State.COUPLED.value).values_list(f"{side}_id", flat=True).iterator()
        return list(self.partners(side, [id for id in ids if id not in seen]).values())

    # --- writing ------------------------------------------------------------------------------------------

    @contextmanager
    def page(self) -> Iterator[None]:
        with transaction.atomic():
            if self.fence is not None:
                self.fence()
            yield

    def remember(self, partners: Iterable[Partner]) -> None:
        told, now = list(partners), timezone.now()
        if told:
            rows = [(self.instance.pk, now, *_row(partner)) for partner in told]
            insert_rows(self.model, ("mapping", "changed_at", *COLUMNS), rows, key=("mapping", "erp_id"))
            self._release([partner for partner in told if partner.state is State.COUPLED])

    def _release(self, partners: Collection[Partner]) -> None:
        """Open the pairs of other mappings in which a reference to one of these had to be left blank."""
        coupled = self.model.objects.filter(state=State.COUPLED.value)
        somebody_waits = Q(to_crm_waiting_for__gt="") | Q(to_erp_waiting_for__gt="")
        if not partners or not coupled.filter(somebody_waits).exists():
            return
        tables = {Side.ERP: self.instance.erp_table, Side.CRM: self.instance.crm_table}
        ids = {side: {f"{table}/{one.id(side)}" for one in partners} for side, table in tables.items()}
        blank = {way: {f"{way}_waiting_for__in": ids[way.source]} for way in Direction.BOTH.passes}
        for way, one in blank.items():
            waiting = coupled.filter(**one, **{f"{way}_result": Result.SUCCESS.value})
            waiting.filter(pending=way.back.value).update(**{f"{way}_result": Result.WAITING.value})
            waiting.filter(pending="").update(pending=way.value)

    def look_again(self) -> int:
        """The mapping's fields changed: have every pair compared once more. Answers how many there are."""
        return self.filter(state=State.COUPLED.value).update(erp_version=LOOK_AGAIN, crm_version=LOOK_AGAIN)

    def complete(self, partners: Iterable[Partner]) -> None:
        told = list(partners)
        for chunk in _chunks([partner.erp_id for partner in told]):
            self.filter(erp_id__in=chunk).update(state=State.COUPLED.value, changed_at=timezone.now())
        self._release(told)

    def forget(self, partners: Iterable[Partner]) -> None:
        for chunk in _chunks([partner.erp_id for partner in partners]):
            self.filter(erp_id__in=chunk).delete()

    def touched(self, touches: Iterable[Touch]) -> None:
        for touch in touches:
            tables = {f"mapping__{touch.side}_table": touch.table, f"{touch.side}_id": touch.id}
            for row in self.model.objects.filter(**tables).select_related("mapping"):
                row.mapping.couplings.remember([after_touch(row.partner, touch)])

    # --- what people do -----------------------------------------------------------------------------------

    def couple(
        self,
        erp_id: uuid.UUID,
        crm_id: uuid.UUID,
        *,
        agreed: Agreed | None = None,
        alive: Callable[[Side, uuid.UUID], bool] = lambda _side, _id: True,
    ) -> None:
        """Say that two records are the same. The Business Central record may have been coupled before, the Sales
        record must be free; ``alive`` tells whether the record that holds it still exists (a dead one gives way).
        Raises :class:`CouplingError`."""
        with transaction.atomic():
            holder = self.filter(crm_id=crm_id, state=State.COUPLED.value).exclude(erp_id=erp_id).first()
            if holder is not None and alive(Side.ERP, holder.erp_id):
                raise CouplingError("This Dynamics 365 Sales record is already coupled with another record.")
            self.filter(Q(erp_id=erp_id) | Q(crm_id=crm_id)).delete()
            self.remember([Partner(erp_id, crm_id, State.COUPLED, agreed=agreed or {})])

    def uncouple(self, erp_ids: Collection[uuid.UUID], erp: System | None = None, crm: System | None = None) -> int:
        """Remove the couplings of these Business Central records; both records stay. With both systems, the pairs of
        contacts that belong to a pair of firms go with it. Answers how many couplings of this mapping are gone."""
        people: list[uuid.UUID] = []
        if erp is not None and crm is not None and self.instance.crm_table == ACCOUNT:
            people = self._people(erp_ids, erp, crm)
        with transaction.atomic():
            for chunk in _chunks(people):
                self.model.objects.filter(mapping__erp_table=CONTACT, erp_id__in=chunk).delete()
            return sum(self._remove(chunk) for chunk in _chunks(erp_ids))

    def _people(self, firm_ids: Collection[uuid.UUID], erp: System, crm: System) -> list[uuid.UUID]:
        """Coupled contacts of these firms whose twin works for the firm's account (or is gone)."""
        table = self.instance.erp_table
        account_of = {Ref(table, id): pair.crm_id for id, pair in self.partners(Side.ERP, firm_ids).items()}
        firm_of = Firms(erp, self).people_of(list(account_of))
        coupled: dict[uuid.UUID, uuid.UUID] = {}
        for chunk in _chunks(firm_of):
            rows = self.model.objects.filter(mapping__erp_table=CONTACT, erp_id__in=chunk)
            coupled.update(rows.values_list("erp_id", "crm_id"))
        there = crm.get(CONTACT, list(coupled.values()), ["parentcustomerid"]) if coupled else {}

        def belongs(person: uuid.UUID, twin: Record | None) -> bool:
            parent = twin.values.get("parentcustomerid") if twin is not None else None
            return twin is None or (isinstance(parent, Ref) and parent.id == account_of[firm_of[person]])

        return [person for person, twin in coupled.items() if belongs(person, there.get(twin))]

    def _remove(self, erp_ids: list[uuid.UUID]) -> int:
        coupled = self.filter(erp_id__in=erp_ids, state=State.COUPLED.value).count()
        self.filter(erp_id__in=erp_ids).delete()
        return coupled


def partner_of(row: Sequence[Any]) -> Partner:
    """A row of ``COLUMNS`` as the engine sees it."""
    (
        erp_id,
        crm_id,
        state,
        erp_version,
        crm_version,
        agreed,
        adopt,
        pending,
        skipped,
        crm_result,
        crm_code,
        crm_waiting,
        erp_result,
        erp_code,
        erp_waiting,
        writing,
    ) = row
    return Partner(
        erp_id,
        crm_id,
        State(state),
        erp_version,
        crm_version,
        _unpacked(agreed),
        adopt,
        Direction(pending) if pending else None,
        skipped,
        Outcome(Result(crm_result), crm_code, crm_waiting),
        Outcome(Result(erp_result), erp_code, erp_waiting),
        _unpacked(writing),
    )


def _row(partner: Partner) -> Sequence[Any]:
    """The values of ``COLUMNS``."""
    return (
        partner.erp_id,
        partner.crm_id,
        partner.state.value,
        partner.erp_version,
        partner.crm_version,
        _packed(partner.agreed),
        partner.adopt,
        partner.pending.value if partner.pending else "",
        partner.skipped,
        partner.to_crm.result.value,
        partner.to_crm.code,
        partner.to_crm.waiting_for,
        partner.to_erp.result.value,
        partner.to_erp.code,
        partner.to_erp.waiting_for,
        _packed(partner.writing) if partner.writing else "",
    )


def _packed(agreed: Agreed) -> str:
    """Agreed values as JSON text; a value that is the same on both sides, as most are, is written once."""
    return json.dumps(
        {key: erp if erp == crm else [erp, crm] for key, (erp, crm) in agreed.items()},
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _unpacked(text: str) -> Agreed:
    kept = json.loads(text) if text else {}
    return {key: (value, value) if isinstance(value, str) else (value[0], value[1]) for key, value in kept.items()}


def _chunks(ids: Collection[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    remaining = list(ids)
    for start in range(0, len(remaining), AT_ONCE):
        yield remaining[start : start + AT_ONCE]
