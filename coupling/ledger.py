"""The couplings of one mapping (``mapping.couplings``): the ledger of the engine, with what people do to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from coupling.engine_ledger import EngineLedger, chunks
from integration.documents.account_statistics.rows import delete_rows
from integration.models import ConnectionSetup, SyncError
from integration.pages.standings import RESTS, UNDONE
from integration.sync.memory.ledger import RESTING, Agreed, Pair, Result, State
from integration.sync.rules import Direction
from integration.sync.special.firms import ACCOUNT, CONTACT, Firms
from integration.systems.system import System
from integration.systems.values import Record, Ref, Side

LOOKED_FOR = 10
"""So many ids the database looks for in what pairs agreed on."""
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUPLED_ELSEWHERE = "Somebody else has changed this record's coupling meanwhile. Look at it again."
COUPLED_MEANWHILE = "One of the records that come first has been coupled meanwhile. Look at the question again."


class CouplingError(Exception):
    """Two records cannot be coupled; the message says why."""


class CouplingManager(EngineLedger):
    """Couplings of one mapping (``mapping.couplings``): with the verbs of the engine, and those of people."""

    def fenced(self, fence: Callable[[], None]) -> CouplingManager:
        """The same ledger, whose pages first ask ``fence``, which raises ``Fenced`` when the run lost its claim."""
        self.fence = fence
        return self

    def forget(self, pairs: Iterable[Pair]) -> None:
        """What was wrong with these pairs goes with them: no later run meets it, so none would close its error."""
        held = list(pairs)
        super().forget(held)
        gone = {pair.erp_id: pair.crm_id for pair in held}
        for chunk in chunks(gone):
            SyncError.objects.close_of(self.instance, chunk, [gone[id] for id in chunk])

    def look_again(self) -> int:
        """The mapping's rule changed: whichever pair the next reading brings is compared once more though nobody
        changed it. Answers how many there are."""
        rows = self.filter(state=State.COUPLED.value)
        return rows.update(seen_erp="", seen_crm="", raised=F("raised") + 1)

    def owe(self, erp_ids: Collection[uuid.UUID]) -> None:
        """Have the next pass in each direction look at these Business Central records and their twins."""
        passes = Direction(self.instance.direction).passes
        owed = {f"owed_{direction.destination}": True for direction in passes}
        for chunk in chunks(erp_ids):
            self.filter(erp_id__in=chunk).update(seen_erp="", seen_crm="", raised=F("raised") + 1, **owed)

    def lock(self, erp_ids: Collection[uuid.UUID]) -> None:
        """Until this transaction ends nobody couples these records of Business Central anew. Not more than a page."""
        list(self.select_for_update().filter(erp_id__in=list(erp_ids)).values_list("pk", flat=True))

    def newest(self) -> int:
        """The last coupling that is there; every later one has a higher number."""
        return self.order_by("-pk").values_list("pk", flat=True).first() or 0

    def retry(self, erp_ids: Collection[uuid.UUID] | None = None) -> int:
        """Take pairs out of their rest: these, or all that are skipped. One whose record an undoing has deleted is made
        again only where somebody names it. Answers how many."""
        rows = self.filter(RESTS) if erp_ids is None else self.filter(RESTS | UNDONE, erp_id__in=list(erp_ids))
        number = rows.count()
        ended = (Result.SKIPPED,) if erp_ids is None else RESTING
        for direction in Direction.BOTH.passes:
            resting = rows.filter(**{f"{direction}_result__in": [result.value for result in ended]})
            resting.update(**{f"{direction}_result": Result.FAILURE.value, f"{direction}_code": ""})
        return number

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
        with self._free_for_both():
            holder = self.filter(crm_id=crm_id, state=State.COUPLED.value).exclude(erp_id=erp_id).first()
            if holder is not None and alive(Side.ERP, holder.erp_id):
                raise CouplingError("This Dynamics 365 Sales record is already coupled with another record.")
            self._join({erp_id: crm_id}, agreed or {})

    def couple_each(self, pairs: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """The same of many records (Business Central id -> Sales id), each of which must be free. Raises
        :class:`CouplingError`; then none is coupled."""
        with self._free_for_both():
            for column, ids in (("erp_id", list(pairs)), ("crm_id", list(pairs.values()))):
                for chunk in chunks(ids):
                    if self.filter(state=State.COUPLED.value, **{f"{column}__in": chunk}).exists():
                        raise CouplingError(COUPLED_MEANWHILE)
            self._join(pairs, {})

    @contextmanager
    def _free_for_both(self) -> Iterator[None]:
        """A transaction; where somebody else couples one of the records at this moment, it is said in words."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            raise CouplingError(COUPLED_ELSEWHERE) from error

    def _join(self, pairs: Mapping[uuid.UUID, uuid.UUID], agreed: Agreed) -> None:
        for chunk in chunks(pairs):
            before = self.filter(Q(erp_id__in=chunk) | Q(crm_id__in=[pairs[id] for id in chunk]))
            self.forget([row.pair for row in before])
            SyncError.objects.close_before(self.instance, {id: pairs[id] for id in chunk})
        if self.remember([self._owing(Pair(erp, crm, State.COUPLED, agreed=agreed)) for erp, crm in pairs.items()]):
            raise CouplingError(COUPLED_ELSEWHERE)
        self._refer_anew({*pairs, *pairs.values()})

    def _owing(self, pair: Pair) -> Pair:
        """Each pass has to look at it."""
        for direction in Direction(self.instance.direction).passes:
            pair = pair.with_owed(direction.destination, True)
        return pair

    def _refer_anew(self, ids: Set[uuid.UUID]) -> None:
        """Pairs that refer to one of these records are looked at once more: what it is translated into has changed."""
        mappings = type(self.instance).objects.in_bulk()
        for mapping, erp_ids in self._referring({str(id) for id in ids}).items():
            mappings[mapping].couplings.owe(erp_ids)

    def _referring(self, ids: Set[str]) -> dict[int, list[uuid.UUID]]:
        """The Business Central ids of those pairs, by mapping. The database looks for a few ids; for many, each pair
        is read once."""
        rows = self.model.objects.exclude(agreed="").values_list("mapping_id", "erp_id", "agreed")
        if len(ids) <= LOOKED_FOR:
            rows = rows.filter(reduce(or_, (Q(agreed__contains=id) for id in ids)))
        found: dict[int, list[uuid.UUID]] = {}
        for mapping, erp_id, agreed in rows.iterator():
            if not ids.isdisjoint(AN_ID.findall(agreed)):
                found.setdefault(mapping, []).append(erp_id)
        return found

    def uncouple(self, erp_ids: Collection[uuid.UUID], erp: System | None = None, crm: System | None = None) -> int:
        """Remove the couplings of these Business Central records; both records stay. With both systems, the pairs of
        contacts that belong to a pair of firms go with it, and the statistics of its account. Answers how many
        couplings are gone, those of contacts included."""
        people: list[uuid.UUID] = []
        if erp is not None and crm is not None and self.instance.crm_table == ACCOUNT:
            people = self.people_of(erp_ids, erp, crm)
            self._delete_statistics(erp_ids, crm)
        number = 0
        with transaction.atomic():
            for chunk in chunks(people):
                contacts = self.model.objects.filter(mapping__erp_table=CONTACT, erp_id__in=chunk)
                number += contacts.filter(state=State.COUPLED.value).count()
                for mapping in type(self.instance).objects.filter(pk__in=contacts.values("mapping")):
                    mapping.couplings.forget([row.pair for row in contacts.filter(mapping=mapping)])
            return number + sum(self._remove(chunk) for chunk in chunks(erp_ids))

    def _delete_statistics(self, erp_ids: Collection[uuid.UUID], crm: System) -> None:
        """The account statistics of customers that are uncoupled go with their couplings. Raises what Sales says."""
        accounts: list[uuid.UUID] = []
        for chunk in chunks(erp_ids):
            uploaded = self.filter(erp_id__in=chunk, statistics_uploaded__isnull=False)
            accounts += uploaded.values_list("crm_id", flat=True)
        if accounts:
            delete_rows(crm, ConnectionSetup.current().organization_id, accounts)

    def people_of(self, firm_ids: Collection[uuid.UUID], erp: System, crm: System) -> list[uuid.UUID]:
        """Coupled contacts of these firms whose twin works for the firm's account (or is gone)."""
        table = self.instance.erp_table
        account_of = {Ref(table, id): pair.crm_id for id, pair in self.pairs(Side.ERP, firm_ids).items()}
        firm_of = Firms(erp, self).people_of(list(account_of))
        coupled: dict[uuid.UUID, uuid.UUID] = {}
        for chunk in chunks(firm_of):
            rows = self.model.objects.filter(mapping__erp_table=CONTACT, erp_id__in=chunk)
            coupled.update(rows.values_list("erp_id", "crm_id"))
        there = crm.get(CONTACT, list(coupled.values()), ["parentcustomerid"]) if coupled else {}

        def belongs(person: uuid.UUID, twin: Record | None) -> bool:
            parent = twin.values.get("parentcustomerid") if twin is not None else None
            return twin is None or (isinstance(parent, Ref) and parent.id == account_of[firm_of[person]])

        return [person for person, twin in coupled.items() if belongs(person, there.get(twin))]

    def _remove(self, erp_ids: list[uuid.UUID]) -> int:
        coupled = self.filter(erp_id__in=erp_ids, state=State.COUPLED.value).count()
        self.forget([row.pair for row in self.filter(erp_id__in=erp_ids)])
        return coupled
