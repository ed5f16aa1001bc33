"""Records need an owner in Sales: the salespeople of what is synchronized must be coupled with users who can own."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.models.preflight import Severity, Verdict
from integration.models.systems import Connected
from integration.systems.base import Ref, every
from integration.systems.errors import ConfigurationProblem

OWNER, SALESPERSON, USER = "ownerid", "salesperson", "systemuser"
WHAT = "Owners"


def owners(setup: ConnectionSetup, connected: Connected) -> Iterator[Verdict]:
    """Salespeople of synchronized records without a coupled user, and coupled users who are disabled."""
    pairs = {one.erp_id: one.crm_id for one in _couplings()}
    needed = _needed(setup, connected)
    alone = {id: tables for id, tables in needed.items() if id not in pairs}
    named = connected.erp.get(SALESPERSON, list(alone), ["code", "name"]) if alone else {}
    for id, tables in alone.items():
        person = named.get(id)
        name = str(person.values.get("name") or person.values.get("code")) if person else str(id)
        counted = ", ".join(f"{number} × {table}" for table, number in sorted(tables.items()))
        words = f"The salesperson {name} has no coupled user, and owns: {counted}."
        fix = "Couple Salespeople on Connection Setup."
        yield Verdict("owner-not-coupled", Severity.WARNING, WHAT, words, fix)
    disabled = list(_disabled(connected, {pairs[id] for id in needed if id in pairs}))
    yield from disabled
    if not alone and not disabled:
        yield Verdict("owners", Severity.FINE, WHAT, "All salespeople of synchronized records have a user.")


def _couplings() -> Iterator[Any]:
    for mapping in TableMapping.objects.filter(erp_table=SALESPERSON, crm_table=USER):
        yield from mapping.couplings.all()


def _needed(setup: ConnectionSetup, connected: Connected) -> Mapping[uuid.UUID, Counter[str]]:
    """Salesperson -> how many records of which table they own, among those that are synchronized."""
    found: dict[uuid.UUID, Counter[str]] = {}
    pairs = FieldMapping.objects.filter(crm_field=OWNER, is_enabled=True, mapping__part__in=setup.parts())
    for pair in pairs.exclude(erp_field="").select_related("mapping"):
        mapping = pair.mapping
        try:
            where = mapping.rule(connected.erp, connected.crm).erp_filter
        except ConfigurationProblem:
            continue  # told among the mappings
        coupled = set(mapping.couplings.values_list("erp_id", flat=True)) if mapping.only_coupled else None
        for record in every(connected.erp, mapping.erp_table, where, [pair.erp_field]):
            owner = record.values.get(pair.erp_field)
            if isinstance(owner, Ref) and (coupled is None or record.id in coupled):
                found.setdefault(owner.id, Counter())[mapping.erp_table] += 1
    return found


def _disabled(connected: Connected, users: set[uuid.UUID]) -> Iterator[Verdict]:
    rows = connected.crm.get(USER, sorted(users), ["fullname", "isdisabled"]) if users else {}
    for user in users:
        row = rows.get(user)
        if row is None or row.values.get("isdisabled"):
            name = str(row.values.get("fullname")) if row else str(user)
            words = f"The user {name} owns synchronized records and is {'disabled' if row else 'gone'}."
            fix = "Enable the user in Dynamics 365 Sales, or couple the salesperson with another one."
            yield Verdict("owner-disabled", Severity.WARNING, WHAT, words, fix)
