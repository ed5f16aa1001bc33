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
from integration.sync.special.firms import ACCOUNT, CONTACT
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
    going = Q()
    for mapping, held in pairs.items():
        ids = [pair.erp_id for pair in held]
        people = _people(mapping, ids)
        found.goes += [people.said] if people.said else []
        found.goes += _statistics(mapping, ids)
        found.next += _next(mapping)
        going |= Q(mapping=mapping, erp_id__in=ids) | people.going
    everything = [pair for held in pairs.values() for pair in held]
    if len(everything) <= LOOKED_AT:
        found.stays = _referring(everything, going)
    else:
        found.stays.append("What refers to them (prices, documents, contacts of others) stays coupled.")
    return found


@dataclass(frozen=True, slots=True)
class _People:
    """The contacts of the firms: in words, and which couplings that are."""

    said: str = ""
    going: Q = field(default_factory=Q)


def _people(mapping: TableMapping, ids: Sequence[uuid.UUID]) -> _People:
    if mapping.crm_table != ACCOUNT:
        return _People()
    contacts = Q(mapping__erp_table=CONTACT)
    try:
        with both_opened() as connected:
            people = mapping.couplings.people_of(ids, connected.erp, connected.crm)
    except Problem as problem:
        # Which of those that refer to the firm go and which stay nobody can say now, either.
        return _People(f"The couplings of their contacts; how many nobody can say now: {problem}", contacts)
    number, one = len(people), len(ids) == 1
    if not number:
        return _People("No coupled contact belongs to it." if one else "No coupled contact belongs to them.")
    them, whose = f"contact{'' if number == 1 else 's'}", "the same firm" if one else "the same firms"
    said = f"The coupling{'' if number == 1 else 's'} of {number} {them} of {whose}."
    return _People(said, contacts & Q(erp_id__in=people))


def _statistics(mapping: TableMapping, ids: Sequence[uuid.UUID]) -> list[str]:
    number = mapping.couplings.filter(erp_id__in=list(ids), statistics_uploaded__isnull=False).count()
    if not number:
        return []
    return [
        f"The account statistics of {number} account{'' if number == 1 else 's'} in Dynamics 365 Sales are deleted."
    ]


def _referring(pairs: Sequence[Pair], going: Q) -> list[str]:
    """Coupled records that refer to one of these, by mapping, without those that go along."""
    about = Q()
    for pair in pairs:
        about |= Q(agreed__contains=str(pair.erp_id)) | Q(agreed__contains=str(pair.crm_id))
    rows = Coupling.objects.filter(about, state=State.COUPLED.value) if about else Coupling.objects.none()
    counted = Counter(rows.exclude(going).values_list("mapping__name", flat=True))
    to, again = ("it", "it is") if len(pairs) == 1 else ("them", "they are")
    return [
        f"{name}: {number} coupled record{' refers' if number == 1 else 's refer'} to {to}. "
        f"{'It stays' if number == 1 else 'They stay'} coupled, and changes wait until {again} coupled again."
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
