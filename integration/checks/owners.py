"""Records need an owner in Sales: the salespeople of what is synchronized must be coupled with users who can own.

Only what is wrong is counted: where every salesperson has a user who can own, no row of a mapped table is read.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.systems.errors import ConfigurationProblem
from integration.systems.filters import Comparison, Filter, both
from integration.systems.findings import Finding, Severity
from integration.systems.system import System, every
from integration.systems.values import Record

OWNER, SALESPERSON, USER = "ownerid", "salesperson", "systemuser"
WHAT = "Owners"
COUPLE = "Couple Salespeople on Connection Setup."
ENABLE = "Enable the user in Dynamics 365 Sales, or couple the salesperson with another one."
Owns = Mapping[uuid.UUID, "Counter[str]"]


def owners(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Salespeople of synchronized records without a coupled user, and coupled users who are disabled or gone. Before
    there are mappings nobody owns anything yet."""
    mapped = _mapped(setup)
    if not mapped:
        return
    people = {one.id: one for one in every(connected.erp, SALESPERSON, fields=["code", "name"])}
    pairs = {erp: crm for erp, crm in _coupled() if erp in people}
    unable = _unable(connected, set(pairs.values()))
    in_question = [id for id in people if id not in pairs or pairs[id] in unable]
    owns = _owned(mapped, connected, in_question) if in_question else {}
    for id, tables in owns.items():
        user = unable.get(pairs[id]) if id in pairs else None
        counted = ", ".join(f"{number} × {table}" for table, number in sorted(tables.items()))
        yield _verdict(_called(people[id]), user, counted)
    if not owns:
        yield Finding("owners", Severity.FINE, WHAT, "All salespeople of synchronized records have a user.")


def _verdict(person: str, user: str | None, counted: str) -> Finding:
    if user is None:
        words = f"The salesperson {person} has no coupled user, and owns: {counted}."
        return Finding("owner-not-coupled", Severity.WARNING, WHAT, words, COUPLE)
    words = f"The user {user} and is to own the records of the salesperson {person}: {counted}."
    return Finding("owner-disabled", Severity.WARNING, WHAT, words, ENABLE)


def _coupled() -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    for mapping in TableMapping.objects.filter(erp_table=SALESPERSON, crm_table=USER):
        yield from mapping.couplings.values_list("erp_id", "crm_id")


def _unable(connected: Connected, users: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Those of the users who cannot own a record -> their name and why."""
    rows = connected.crm.get(USER, sorted(users), ["fullname", "isdisabled"]) if users else {}
    gone = {user: f"{user} is gone" for user in users if user not in rows}
    disabled = [one for one in rows.values() if one.values.get("isdisabled")]
    return {**gone, **{one.id: f"{one.values.get('fullname') or one.id} is disabled" for one in disabled}}


def _mapped(setup: ConnectionSetup) -> list[FieldMapping]:
    """The field mappings by which records get their owner."""
    pairs = FieldMapping.objects.filter(crm_field=OWNER, is_enabled=True, mapping__part__in=setup.parts())
    return list(pairs.exclude(erp_field="").select_related("mapping"))


def _owned(mapped: Sequence[FieldMapping], connected: Connected, people: list[uuid.UUID]) -> Owns:
    """Salesperson -> how many records of which table they own, among those that are synchronized."""
    found: dict[uuid.UUID, Counter[str]] = {}
    for pair in mapped:
        try:
            where = build_rule(pair.mapping, connected.erp, connected.crm).erp_filter
        except ConfigurationProblem:
            continue  # listed among the mappings
        for person in people:
            mine = both(where, Comparison(pair.erp_field, "=", person))
            if number := _number(pair.mapping, connected.erp, mine):
                found.setdefault(person, Counter())[pair.mapping.erp_table] += number
    return found


def _number(mapping: TableMapping, erp: System, where: Filter) -> int:
    """How many records match; of the coupled ones alone where the mapping makes no others."""
    if not mapping.only_coupled:
        return erp.count(mapping.erp_table, where)
    coupled = set(mapping.couplings.values_list("erp_id", flat=True))
    return sum(one.id in coupled for one in every(erp, mapping.erp_table, where))


def _called(person: Record) -> str:
    return str(person.values.get("name") or person.values.get("code") or person.id)
