"""What Delete Coupling takes along, what stays, and what happens next."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from coupling.models import Coupling
from coupling.pages.captions import noun
from coupling.sides import both_opened
from integration.models import TableMapping
from integration.sync.matching.number_conflicts import NUMBER
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.systems.errors import Problem

LOOKED_AT = 20
"""For so many records it is asked what refers to them; for more it would take long."""


@dataclass(slots=True)
class Along:
    """Whole sentences: what goes with the couplings, what stays coupled, what happens next."""

    goes: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)


def along(pairs: Mapping[TableMapping, Sequence[Pair]]) -> Along:
    """Of these pairs. A side that does not answer is told where its part would be."""
    found = Along()
    for mapping, held in pairs.items():
        ids = [pair.erp_id for pair in held]
        found.goes += _people(mapping, ids) + _statistics(mapping, ids)
        found.next += _next(mapping)
    everything = [pair for held in pairs.values() for pair in held]
    if len(everything) <= LOOKED_AT:
        found.stays = _referring(everything)
    else:
        found.stays.append("What refers to them (prices, documents, contacts of others) stays coupled.")
    return found


def _people(mapping: TableMapping, ids: Sequence[uuid.UUID]) -> list[str]:
    if mapping.crm_table != "account":
        return []
    try:
        with both_opened() as connected:
            number = len(mapping.couplings.people_of(ids, connected.erp, connected.crm))
    except Problem as problem:
        return [f"The couplings of their contacts; how many nobody can say now: {problem}"]
    if not number:
        return ["No coupled contact belongs to it." if len(ids) == 1 else "No coupled contact belongs to them."]
    return [
        f"The coupling{'' if number == 1 else 's'} of {number} contact{'' if number == 1 else 's'} of the same firm."
    ]


def _statistics(mapping: TableMapping, ids: Sequence[uuid.UUID]) -> list[str]:
    number = mapping.couplings.filter(erp_id__in=list(ids), statistics_uploaded__isnull=False).count()
    if not number:
        return []
    return [
        f"The account statistics of {number} account{'' if number == 1 else 's'} in Dynamics 365 Sales are deleted."
    ]


def _referring(pairs: Sequence[Pair]) -> list[str]:
    """Coupled records that refer to one of these, by mapping."""
    about = Q()
    for pair in pairs:
        about |= Q(agreed__contains=str(pair.erp_id)) | Q(agreed__contains=str(pair.crm_id))
    rows = Coupling.objects.filter(about, state=State.COUPLED.value) if about else Coupling.objects.none()
    counted = Counter(rows.values_list("mapping__name", flat=True))
    return [
        f"{name}: {number} coupled record{' refers' if number == 1 else 's refer'} to it. "
        f"{'It stays' if number == 1 else 'They stay'} coupled, and changes wait until it is coupled again."
        for name, number in sorted(counted.items())
    ]


def _next(mapping: TableMapping) -> list[str]:
    again = f"{mapping.name}: the records may be coupled again at any time, with each other or with others."
    if mapping.only_coupled or mapping.internal:
        return [f"{again} Until then no run touches them, since the mapping only synchronizes coupled records."]
    made = [noun(mapping.table(one.destination)) for one in Direction(mapping.direction).passes]
    if mapping.fields.filter(crm_field=NUMBER, is_enabled=True).exists():
        kinds = " or ".join(made)
        words = f"The next run makes no second {kinds} while the old one in Dynamics 365 Sales keeps the number"
        return [f"{again} {words} of Business Central: it names that one to be coupled."]
    return [f"{again} Otherwise the next run makes a new {' or '.join(made)} for them."]
