"""The engine's ledger in the database: the verbs of ``sync.memory.ledger.Ledger`` over one mapping's couplings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from coupling.packing import COLUMNS, READ, pair_of, row_of
from integration.models.stored.rows import Condition, as_stored, behind_others, insert_rows
from integration.sync.memory.ledger import KEPT, RESTING, UNFINISHED, Pair, Result, SideWritten, State
from integration.sync.rules import Direction, Reference
from integration.systems.values import Side

if TYPE_CHECKING:
    from integration.models import TableMapping

AT_ONCE = 500
LOOKED_AT = tuple(result.value for result in UNFINISHED)
LEFT_ALONE = tuple(result.value for result in RESTING)
UNRAISED = "CASE WHEN {t}.raised = EXCLUDED.raised THEN EXCLUDED."
UNLESS_RAISED = {
    "seen_erp": UNRAISED + "seen_erp ELSE '' END",
    "seen_crm": UNRAISED + "seen_crm ELSE '' END",
    "owed_erp": UNRAISED + "owed_erp ELSE ({t}.owed_erp OR EXCLUDED.owed_erp) END",
    "owed_crm": UNRAISED + "owed_crm ELSE ({t}.owed_crm OR EXCLUDED.owed_crm) END",
    "agreed": "CASE WHEN {t}.raised <> EXCLUDED.raised AND {t}.agreed LIKE '%%\"*\"%%' THEN {t}.agreed "
    "ELSE EXCLUDED.agreed END",
    "in_flight": "CASE WHEN {t}.raised = EXCLUDED.raised OR EXCLUDED.in_flight <> '' THEN EXCLUDED.in_flight "
    "ELSE {t}.in_flight END",
    "raised": "{t}.raised",
}
"""What is stored where somebody raised a flag since the pair was read: owed adds up, nothing counts as seen, a conflict
that a person decided (``packing`` writes that half as ``"*"``) stays decided, and so does what was begun."""
AS_READ = """
%s AND NOT EXISTS (SELECT 1 FROM {t} WHERE mapping_id = %s AND crm_id = %s AND erp_id <> %s)
OR %s AND EXISTS (SELECT 1 FROM {t} WHERE mapping_id = %s AND erp_id = %s AND crm_id = %s AND %s IN (0, id) {lock})
"""
"""A pair that was read is stored over the row that it was read from, and nowhere else: a person who couples or
uncouples its records meanwhile makes that row go. A new one is stored where nobody has coupled its records meanwhile.
"""
OVER = "{t}.state = 'reserved' OR {t}.crm_id = EXCLUDED.crm_id"


class EngineLedger(models.Manager[Any]):
    """The verbs of ``sync.memory.ledger.Ledger``. They are on a manager, not on a query set: only a manager knows its
    mapping."""

    instance: TableMapping
    fence: Callable[[], None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._others: dict[Side, list[int]] = {}

    # --- reading ------------------------------------------------------------------------------------------

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        column = f"{side}_id"
        found: dict[uuid.UUID, Pair] = {}
        for chunk in chunks(ids):
            rows = self.filter(**{f"{column}__in": chunk}).values_list(*READ)
            for pair in map(pair_of, rows):
                found[pair.id(side)] = pair
        return found

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        result, towards = f"{direction}_result", direction.destination
        unfinished = Q(**{f"{result}__in": LOOKED_AT}) | Q(state=State.INTENDED.value)
        owed = Q(**{f"owed_{towards}": True}) | Q(in_flight__startswith=towards.value)
        rows = self.filter(unfinished | owed).exclude(**{f"{result}__in": LEFT_ALONE})
        return iter(rows.order_by("pk").values_list(f"{direction.source}_id", flat=True))

    def released(self, direction: Direction) -> Iterator[uuid.UUID]:
        return iter(self._waiting(direction, coupled=True).values_list(f"{direction.source}_id", flat=True))

    def waited_for(self, direction: Direction, table: str) -> Iterator[uuid.UUID]:
        rows = self._waiting(direction, coupled=False).filter(table=table)
        return iter(rows.values_list("record_id", flat=True).distinct())

    def waiting(self, direction: Direction, table: str, ids: Collection[uuid.UUID]) -> Iterator[uuid.UUID]:
        for chunk in chunks(ids):
            rows = self._waits.filter(towards=direction.destination.value, table=table, record_id__in=chunk)
            yield from rows.values_list(f"{direction.source}_id", flat=True)

    def resting_in_vain(self, direction: Direction) -> list[uuid.UUID]:
        """Business Central ids of pairs that rest, and waited besides for a record that is coupled by now."""
        return list(self._waiting(direction, coupled=True, resting=True).values_list("erp_id", flat=True))

    def _waiting(self, direction: Direction, *, coupled: bool, resting: bool = False) -> models.QuerySet[Any]:
        """The waits of pairs that do not rest, or of those that do, for records that are coupled by now, or are not."""
        side = direction.source
        held = self.model.objects.filter(
            state=State.COUPLED.value,
            **{f"mapping__{side}_table": OuterRef("table"), f"{side}_id": OuterRef("record_id")},
        )
        results = (Result.SKIPPED.value,) if resting else LEFT_ALONE
        held_back = self.model.objects.filter(
            mapping=OuterRef("mapping"), erp_id=OuterRef("erp_id"), **{f"{direction}_result__in": results}
        )
        those = Exists(held_back) if resting else ~Exists(held_back)
        rows = self._waits.filter(those, towards=direction.destination.value)
        return rows.filter(Exists(held)) if coupled else rows.exclude(Exists(held))

    @property
    def _waits(self) -> models.QuerySet[Any]:
        return self.instance.waits.all()

    def held(self, side: Side, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        others = self._others_of(side) if ids else []
        found: dict[uuid.UUID, str] = {}
        for chunk in chunks(ids) if others else ():
            rows = self.model.objects.filter(mapping__in=others, **{f"{side}_id__in": chunk})
            rows = rows.exclude(state=State.RESERVED.value)
            found.update(rows.values_list(f"{side}_id", "mapping__name"))
        return found

    def _others_of(self, side: Side) -> list[int]:
        """The other mappings of the table of this side; asked once a ledger."""
        if side not in self._others:
            same = {f"{side}_table": getattr(self.instance, f"{side}_table")}
            mappings = type(self.instance).objects.filter(**same).exclude(pk=self.instance.pk)
            self._others[side] = list(mappings.values_list("pk", flat=True))
        return self._others[side]

    def pages(self) -> Iterator[list[Pair]]:
        ids = list(self.filter(state=State.COUPLED.value).order_by("pk").values_list("erp_id", flat=True))
        for chunk in chunks(ids):
            yield list(self.pairs(Side.ERP, chunk).values())

    def coupled(self) -> int:
        return self.filter(state=State.COUPLED.value).count()

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        found: dict[uuid.UUID, uuid.UUID] = {}
        for chunk in chunks(ids):
            rows = self.model.objects.filter(
                mapping__erp_table=reference.erp_table,
                mapping__crm_table=reference.crm_table,
                state=State.COUPLED.value,
                **{f"{side}_id__in": chunk},
            )
            found.update(rows.values_list(f"{side}_id", f"{side.other}_id"))
        return found

    def resolve_each(
        self, wanted: Mapping[Reference, Collection[uuid.UUID]], side: Side
    ) -> dict[Reference, dict[uuid.UUID, uuid.UUID]]:
        found: dict[Reference, dict[uuid.UUID, uuid.UUID]] = {reference: {} for reference in wanted}
        asked = {(reference.erp_table, reference.crm_table): reference for reference in wanted}
        tables = "mapping__erp_table", "mapping__crm_table"
        for chunk in chunks({id for ids in wanted.values() for id in ids}):
            rows = self.model.objects.filter(state=State.COUPLED.value, **{f"{side}_id__in": chunk})
            for erp, crm, id, other in rows.values_list(*tables, f"{side}_id", f"{side.other}_id"):
                if (erp, crm) in asked:
                    found[asked[erp, crm]][id] = other
        return found

    def unseen(self, side: Side, seen: Container[uuid.UUID]) -> list[Pair]:
        ids = self.filter(state=State.COUPLED.value).values_list(f"{side}_id", flat=True).iterator()
        return list(self.pairs(side, [id for id in ids if id not in seen]).values())

    # --- writing ------------------------------------------------------------------------------------------

    @contextmanager
    def page(self) -> Iterator[None]:
        with transaction.atomic():
            if self.fence is not None:
                self.fence()
            yield

    def remember(self, pairs: Iterable[Pair]) -> list[Pair]:
        looked, now = list(pairs), timezone.now()
        if not looked:
            return []

        def store() -> int:
            return insert_rows(
                self.model,
                ("mapping", "changed_at", *COLUMNS),
                [(self.instance.pk, now, *row_of(pair)) for pair in looked],
                key=("mapping", "erp_id"),
                expressions=UNLESS_RAISED,
                condition=Condition(AS_READ, OVER, map(self._as_read, looked)),
            )

        is_new = any(pair.stored_as is None for pair in looked)
        stored = behind_others(store) if is_new else store()
        lost = [] if stored == len(looked) else self._elsewhere(looked)
        self._remember_waits([one for one in looked if one.waits is not None and one not in lost])
        return lost

    def _as_read(self, pair: Pair) -> Sequence[Any]:
        mapping, (erp_id, crm_id) = self.instance.pk, as_stored(pair.erp_id, pair.crm_id)
        is_new, row = pair.stored_as is None, pair.stored_as or KEPT
        return (is_new, mapping, crm_id, erp_id, not is_new, mapping, erp_id, crm_id, row)

    def _elsewhere(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Those of these whose records are in other rows by now, or in none."""
        held = self.pairs(Side.ERP, [pair.erp_id for pair in pairs])
        return [pair for pair in pairs if not _is_same(pair, held.get(pair.erp_id))]

    def _remember_waits(self, pairs: Sequence[Pair]) -> None:
        if not pairs:
            return
        for chunk in chunks([pair.erp_id for pair in pairs]):
            self._waits.filter(erp_id__in=chunk).delete()
        rows = (
            (self.instance.pk, pair.erp_id, pair.crm_id, wait.towards.value, wait.table, wait.id)
            for pair in pairs
            for wait in pair.waits or ()
        )
        insert_rows(self._waits.model, ("mapping", "erp_id", "crm_id", "towards", "table", "record_id"), rows)

    def complete(self, pairs: Iterable[Pair]) -> list[Pair]:
        ones, lost = list(pairs), list[Pair]()
        for start in range(0, len(ones), AT_ONCE):
            some = ones[start : start + AT_ONCE]
            there = self._rows_of(some).update(state=State.COUPLED.value, changed_at=timezone.now())
            lost += [] if there == len(some) else self._elsewhere(some)
        return lost

    def _rows_of(self, pairs: Sequence[Pair]) -> models.QuerySet[Any]:
        return self.filter(erp_id__in=[one.erp_id for one in pairs], crm_id__in=[one.crm_id for one in pairs])

    def intended(self) -> Iterator[tuple[Pair, dt.datetime]]:
        rows = self.filter(state=State.INTENDED.value).order_by("pk")
        for row in rows:
            yield row.pair, row.changed_at

    def identify(self, side: Side, real: Mapping[uuid.UUID, uuid.UUID]) -> None:
        column = f"{side}_id"
        for reserved, id in real.items():
            if reserved != id:
                self.filter(**{column: reserved}).update(**{column: id})
                self._waits.filter(**{column: reserved}).update(**{column: id})

    def forget(self, pairs: Iterable[Pair]) -> None:
        ones = list(pairs)
        for start in range(0, len(ones), AT_ONCE):
            some = ones[start : start + AT_ONCE]
            both = {"erp_id__in": [one.erp_id for one in some], "crm_id__in": [one.crm_id for one in some]}
            self._waits.filter(**both).delete()
            self.filter(**both).delete()

    def side_written(self, writes: Iterable[SideWritten]) -> None:
        by_table: dict[tuple[Side, str], list[SideWritten]] = {}
        for write in writes:
            by_table.setdefault((write.side, write.table), []).append(write)
        for (side, table), ones in by_table.items():
            for start in range(0, len(ones), AT_ONCE):
                self._side_written(side, table, ones[start : start + AT_ONCE])

    def _side_written(self, side: Side, table: str, writes: Sequence[SideWritten]) -> None:
        """These writes to one table, in the pairs of all mappings that hold their rows."""
        about: dict[uuid.UUID, list[SideWritten]] = {}
        for write in writes:
            about.setdefault(write.id, []).append(write)
        held = {f"mapping__{side}_table": table, f"{side}_id__in": list(about)}
        rows = list(self.model.objects.select_for_update(of=("self",)).filter(**held).select_related("mapping"))
        mapped: dict[int, set[str]] = {}
        after = []
        for row in rows:
            if row.mapping_id not in mapped:
                enabled = row.mapping.fields.filter(is_enabled=True)
                mapped[row.mapping_id] = set(enabled.values_list(f"{side}_field", flat=True))
            pair = row.pair
            for write in about[pair.id(side)]:
                pair = write.after(pair, mapped[row.mapping_id], Direction(row.mapping.direction))
            after.append((row.mapping_id, row.changed_at, *row_of(pair)))
        insert_rows(self.model, ("mapping", "changed_at", *COLUMNS), after, key=("mapping", "erp_id"))


def _is_same(pair: Pair, held: Pair | None) -> bool:
    """Is this the row that the pair was read from, or was stored as?"""
    if held is None or held.crm_id != pair.crm_id:
        return False
    return pair.stored_as in (None, KEPT, held.stored_as)


def chunks(ids: Collection[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    remaining = list(ids)
    for start in range(0, len(remaining), AT_ONCE):
        yield remaining[start : start + AT_ONCE]
