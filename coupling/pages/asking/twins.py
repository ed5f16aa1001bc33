"""What may be there already: before the other record of one is created, the free one that is equal, or called almost
the same, is named, so that nobody makes a second one unawares."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from coupling.pages import records
from coupling.pages.asking.exact import Exact, exact_of_each, free_ones
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.rules import TableRule
from integration.systems.filters import AllOf, Comparison
from integration.systems.values import Record, Side

LEGAL_FORMS = frozenset(
    (*("ab", "ag", "aps", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg"),
     *("limited", "llc", "llp", "ltd", "nv", "oy", "plc", "pty", "sa", "sarl", "sas", "sl", "spa", "srl"))
)  # fmt: skip
"""Words in which two names of one firm may differ."""
BEGINNING = 3
"""A name that begins with a shorter word is not looked for."""
ASKED_WORDS = 4


@dataclass(frozen=True, slots=True)
class Twin:
    """A record and what it is equal to on the other side, in words: "C00010 Adatum: Adatum Ltd. is equal by Name"."""

    id: uuid.UUID
    words: str
    name: str


def twins(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Twin]:
    """Those of these records of a side that have an equal one that is free. Raises ``ConnectionProblem``."""
    rule = build_rule(mapping, connected.erp, connected.crm)
    table = rule.table(side)
    there = records.read(connected, rule, side, ids)
    found = exact_of_each(connected, mapping, rule, side, list(there.values()))
    names = {id: records.name_of(side, table, record) for id, record in there.items()}
    words = {id: _equal(one) for id, one in found.items() if one.all}
    words |= _alike(connected, mapping, rule, side, [one for id, one in there.items() if id not in words])
    return [Twin(id, f"{names[id]}: {words[id]}.", names[id]) for id in ids if id in words]


def _equal(found: Exact) -> str:
    if found.record is None:
        return f"{found.several} free records are equal by {found.by}"
    return f"{found.name} is equal by {found.by}"


def _alike(
    connected: Connected, mapping: TableMapping, rule: TableRule, side: Side, records_here: Sequence[Record]
) -> dict[uuid.UUID, str]:
    """Free records that are called the same but for the legal form: "Hartwell Timber Ltd." and "Hartwell Timber
    Limited". Asked in one question; where so many begin alike that its answer is not whole, nobody is told of any."""
    here, there = rule.table(side).name_field, rule.table(side.other).name_field
    cores = {one.id: core(str(one.values.get(here) or "")) for one in records_here} if here and there else {}
    asked = [_called(there, words) for words in dict.fromkeys(cores.values()) if words and len(words[0]) >= BEGINNING]
    if not asked:
        return {}
    called: dict[tuple[str, ...], str] = {}
    for one in free_ones(connected, mapping, rule, side.other, asked) or ():
        name = records.name_of(side.other, rule.table(side.other), one)
        called.setdefault(core(str(one.values[there])), name)
    return {id: f"{called[words]} is called almost the same" for id, words in cores.items() if words in called}


def _called(name: str, words: Sequence[str]) -> AllOf:
    begins, *others = words[:ASKED_WORDS]
    return AllOf((Comparison(name, "begins with", begins), *(Comparison(name, "contains", one) for one in others)))


def core(name: str) -> tuple[str, ...]:
    """What a firm is called, without its legal form: ("hartwell", "timber")."""
    words = re.findall(r"\w+", name.casefold().replace(".", ""))
    return tuple(word for word in words if word not in LEGAL_FORMS)
