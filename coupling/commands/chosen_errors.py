"""The pairs that chosen errors are about, each once, with the names by which people know them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coupling.models import CouplingError
from integration.models import SyncError, TableMapping
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.systems.values import Side

Key = tuple[str, uuid.UUID]


@dataclass(slots=True)
class ChosenPairs:
    """``pairs`` by mapping; ``unknown``: names of records that are not known here (any more)."""

    pairs: dict[TableMapping, list[Pair]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    names: dict[Key, str] = field(default_factory=dict)

    def named(self, mapping: TableMapping, pairs: Iterable[Pair]) -> list[str]:
        """What people call the records of these pairs."""
        return [self.names[mapping.name, pair.erp_id] for pair in pairs]


def of_errors(ids: Iterable[int]) -> ChosenPairs:
    """The pairs of these errors. Raises :class:`CouplingError` where no pair is left."""
    found, places = ChosenPairs(), _by_place(SyncError.objects.filter(pk__in=list(ids)).select_related("mapping"))
    for (mapping, source), errors in places.items():
        known = mapping.couplings.pairs(source, [id for error in errors if (id := _source_id(error)) is not None])
        for error in errors:
            id, name = _source_id(error), error.record_name
            pair = known.get(id) if id is not None else None
            if pair is None or _is_of_another(error, pair):
                found.unknown.append(name)
            elif (mapping.name, pair.erp_id) not in found.names:
                found.names[mapping.name, pair.erp_id] = name
                found.pairs.setdefault(mapping, []).append(pair)
    if not found.pairs:
        raise CouplingError("Choose at least one record that is still known here.")
    return found


def _is_of_another(error: SyncError, pair: Pair) -> bool:
    """Is this error over, with the pair that it was about? Its record is coupled with another one by now."""
    ids = error.erp_id, error.crm_id
    return error.closed_at is not None and None not in ids and ids != (pair.erp_id, pair.crm_id)


def _source_id(error: SyncError) -> uuid.UUID | None:
    return error.erp_id if Direction(error.direction).source is Side.ERP else error.crm_id


def _by_place(errors: Iterable[SyncError]) -> dict[tuple[TableMapping, Side], Sequence[SyncError]]:
    """By mapping and the side the record comes from."""
    places: dict[tuple[TableMapping, Side], list[SyncError]] = {}
    for error in errors:
        places.setdefault((error.mapping, Direction(error.direction).source), []).append(error)
    return dict(places)
