"""Two lists and criteria -> pairs, ambiguous ones, and those that stay alone. Pure.

Criteria with equal priority belong together: all of their fields must match. The groups are tried in the order of
their priority, each afresh on what is still free. Blank never matches anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from integration.systems.text import fold
from integration.systems.values import Record, Ref, Value


@dataclass(frozen=True, slots=True)
class Criterion:
    """One pair of fields to compare, and the group it belongs to (lowest first)."""

    erp_field: str
    crm_field: str
    priority: int = 1
    case_sensitive: bool = False


@dataclass(slots=True)
class Matched:
    """``pairs`` ERP id -> CRM id; ``ambiguous`` ERP id -> the candidates; ``alone`` ids without any, of the side
    that was looked from (``match``: ERP)."""

    pairs: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    ambiguous: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    alone: list[uuid.UUID] = field(default_factory=list)


def match(erp: Sequence[Record], crm: Sequence[Record], criteria: Iterable[Criterion]) -> Matched:
    """Find for each ERP record the one CRM record that belongs to it.

    A record couples when it and exactly one free candidate have the same key, and no other record has that key too.
    Several candidates, or several records after the same one, are ambiguous; a later group may still tell them apart.
    """
    matched = Matched()
    open_erp = {record.id: record for record in erp}
    open_crm = {record.id: record for record in crm}
    unclear: dict[uuid.UUID, list[uuid.UUID]] = {}
    ordered = sorted(criteria, key=lambda criterion: criterion.priority)
    for _, group in groupby(ordered, key=lambda criterion: criterion.priority):
        fields = list(group)
        ours = _by_key(open_erp.values(), [(c.erp_field, c.case_sensitive) for c in fields])
        theirs = _by_key(open_crm.values(), [(c.crm_field, c.case_sensitive) for c in fields])
        for key, ids in ours.items():
            candidates = theirs.get(key, [])
            if len(ids) == len(candidates) == 1:
                matched.pairs[ids[0]] = candidates[0]
                del open_erp[ids[0]], open_crm[candidates[0]]
            elif candidates:
                unclear |= dict.fromkeys(ids, candidates)
    for id in open_erp:
        free = [candidate for candidate in unclear.get(id, []) if candidate in open_crm]
        if free:
            matched.ambiguous[id] = free
        else:
            matched.alone.append(id)
    return matched


def only(matched: Matched, crm_ids: Collection[uuid.UUID]) -> Matched:
    """What concerns these CRM records, of a match of all: they are ``alone`` where nothing has their key."""
    wanted = set(crm_ids)
    pairs = {erp: crm for erp, crm in matched.pairs.items() if crm in wanted}
    ambiguous = {erp: found for erp, found in matched.ambiguous.items() if not wanted.isdisjoint(found)}
    met = {*pairs.values(), *(id for found in ambiguous.values() for id in found)}
    return Matched(pairs, ambiguous, [id for id in crm_ids if id not in met])


def by_name(
    wanted: Mapping[uuid.UUID, str], rows: Iterable[Record], column: str
) -> Mapping[uuid.UUID, Sequence[Record]]:
    """The rows that a system answered for these names, by the id of who has the name: names are equal as the system
    sees them (:func:`fold`), however they are written. Rows of other names are nobody's.

    Rows that write the name alike, but for case, come before others. Where the names of several are one for the
    system, a row is the one's that writes it alike, else the first one's; for the others it stands there twice, so that
    it is no clear match and no double is made.
    """
    named: dict[str, list[uuid.UUID]] = {}
    for id, name in wanted.items():
        if name.strip():
            named.setdefault(fold(name.strip()), []).append(id)
    found: dict[uuid.UUID, list[Record]] = {}
    alike: dict[uuid.UUID, list[Record]] = {}
    for row in rows:
        spelled = str(row.values.get(column) or "").strip()
        claims = named.get(fold(spelled), [])
        owners = [id for id in claims if wanted[id].strip().casefold() == spelled.casefold()]
        for id in owners:
            alike.setdefault(id, []).append(row)
        for id in claims:
            found.setdefault(id, []).extend([row] if id in (owners or claims)[:1] else [row, row])
    return {**found, **alike}


def _by_key(records: Iterable[Record], fields: Sequence[tuple[str, bool]]) -> Mapping[tuple[str, ...], list[uuid.UUID]]:
    found: dict[tuple[str, ...], list[uuid.UUID]] = {}
    for record in records:
        key = tuple(_plain(record.values.get(name), case_sensitive) for name, case_sensitive in fields)
        if key and all(key):
            found.setdefault(key, []).append(record.id)
    return found


def _plain(value: Value, case_sensitive: bool) -> str:
    text = str(value.id) if isinstance(value, Ref) else str(value if value is not None else "").strip()
    return text if case_sensitive else fold(text)
