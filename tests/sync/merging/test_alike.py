"""The short way of a merge answers as the long way does, whatever both sides hold and have agreed on."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.memory.halves import DECIDED, DEFAULT, default, partnerless, plain, unread
from integration.sync.memory.ledger import InFlight, Outcome, Pair, Result, State, Wait
from integration.sync.memory.outcomes import succeeded
from integration.sync.merging import merge
from integration.sync.merging.merge import Look
from integration.sync.rules import ConflictPolicy, Direction, Reference
from integration.sync.transformations import Transformation
from integration.systems.values import Ref, Side
from tests.examples import examples
from tests.makers import field_rule
from tests.sync.deciding.table_of_truth import BLANK, TO_CRM, TO_ERP, Row
from tests.sync.merging.meanings import Blocked

JIM, LINDA, GONE = (uuid.UUID(int=number) for number in (1, 2, 3))
USERS = {JIM: uuid.UUID(int=11), LINDA: uuid.UUID(int=12)}
NAMES = {
    "phone": ("phone_no", "telephone1"),
    "city": ("city", "address1_city"),
    "street": ("address", "address1_line1"),
    "mail": ("e_mail", "emailaddress1"),
    "limit": ("credit_limit", "creditlimit"),
    "seller": ("salesperson_code", "ownerid"),
    "blocked": ("blocked", "statecode"),
}
PEOPLE = Reference("salesperson", "systemuser")
TEXTS = st.sampled_from(["", "1", "2", "Zürich", "ZÜRICH", "=1", "!1", "?", "~", "*", "x" * 300])
HALVES = st.one_of(
    st.builds(lambda mark, value: mark(value), st.sampled_from([plain, partnerless, unread, default]), TEXTS),
    st.sampled_from([DECIDED, DEFAULT]),
)


def rule_fields(data: st.DataObject) -> list[Any]:
    """Each field any way, with and without ``not_null``; the city in upper case one way or the other."""
    upper = Transformation("uppercase", data.draw(st.sampled_from(list(Direction))))
    made = []
    for name in ("phone", "city", "street", "mail", "limit", "seller"):
        more: dict[str, Any] = {"not_null": data.draw(st.booleans())}
        if name == "seller":
            more["reference"] = PEOPLE
        if name == "city" and data.draw(st.booleans()):
            more["transformations"] = (upper,)
        made.append(field_rule(*NAMES[name], data.draw(st.sampled_from(list(Direction))), **more))
    return made


def values(data: st.DataObject, side: Side) -> dict[str, Any]:
    people = list(USERS) if side is Side.ERP else list(USERS.values())
    table = PEOPLE.table(side)
    refs = st.sampled_from([None, *(Ref(table, id) for id in [*people, GONE]), Ref("team", GONE)])
    amounts = st.none() | st.decimals(0, 3, places=2)
    texts = {name: data.draw(TEXTS) for name in ("phone", "city", "street", "mail")}
    state = data.draw(st.sampled_from([0, 3] if side is Side.ERP else [0, 1]))
    return {**texts, "limit": data.draw(amounts), "seller": data.draw(refs), "blocked": state}


def resolved(direction: Direction) -> dict[Reference, Any]:
    return {PEOPLE: USERS if direction is TO_CRM else {crm: erp for erp, crm in USERS.items()}}


def crossed(direction: Direction, name: str, value: Any) -> Any:
    """What the other side calls it."""
    if name == "blocked":
        return 0 if not value else 3 if direction is TO_ERP else 1
    if isinstance(value, Ref):
        return Ref(PEOPLE.table(direction.destination), resolved(direction)[PEOPLE].get(value.id, value.id))
    return value


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
@examples(150)
@given(st.data())
def test_fields_that_are_alike_are_merged_as_the_table_of_truth_says(direction: Direction, data: st.DataObject) -> None:
    own, other = values(data, direction.source), values(data, direction.destination)
    same = data.draw(st.sets(st.sampled_from(sorted(own))))
    twin = {name: crossed(direction, name, own[name]) if name in same else other[name] for name in own}
    keys = [":".join(columns) for columns in NAMES.values()] + ["!blocked"]
    agreed = data.draw(st.dictionaries(st.sampled_from(keys), st.tuples(HALVES, HALVES)))
    row = Row(
        direction,
        own,
        twin,
        names=NAMES,
        rule={"fields": rule_fields(data), "conflict": data.draw(st.sampled_from(list(ConflictPolicy)))},
        pair={"agreed": agreed},
        meanings=[Blocked(edge=data.draw(st.booleans()))],
        resolved=resolved(direction),
        resolved_back=resolved(direction.back),
        winner=data.draw(st.sampled_from([None, *Side])),
    )
    record = row.twin_record
    assert record is not None
    draft = row.draft
    if data.draw(st.booleans()):
        # A special rule may say a value of its own for a field that lacks a partner.
        lacking = [carry for carry in row.transfer.fields if carry.key in draft.lacking]
        draft.values.update((carry.destination, record.values.get(carry.destination)) for carry in lacking)
    look = Look(draft, row.source_record, record, row.coupling, row.back, row.winner)
    held = row.memories[direction.destination].values(record)
    short = row.merger.merge(replace(look, held=held))
    assert short == row.merger.merge(look)
    row.merger.columns = [one._replace(normal=None) for one in row.merger.columns]
    assert short == row.merger.merge(look)


def test_most_fields_take_the_short_way() -> None:
    """Else the test above would compare the long way with itself."""
    row = Row(TO_CRM, {**BLANK, "phone": "1"}, {**BLANK, "phone": "2"})
    record = row.twin_record
    look = Look(row.draft, row.source_record, record, row.coupling)
    left = merge.agree_on_alike(look, row.merger.columns, {}, towards_crm=True)
    assert [carry.destination for carry in left] == ["telephone1"]


# --- copies of a pair -------------------------------------------------------------------------------------------------

WAITS = frozenset({Wait(Side.CRM, "salesperson", JIM)})
FULL = Pair(
    JIM,
    LINDA,
    State.COUPLED,
    "1",
    "2",
    {"a:b": ("x", "y")},
    True,
    True,
    Outcome(Result.FAILURE, "a"),
    Outcome(Result.WAITING, "b"),
    InFlight(Side.CRM, {}, "3"),
    4,
    WAITS,
    5,
)


def test_every_part_of_the_pair_that_is_copied_says_something() -> None:
    bare = Pair(GONE, GONE)
    assert [one.name for one in fields(Pair) if getattr(FULL, one.name) == getattr(bare, one.name)] == []


def test_a_pair_with_other_memory_keeps_all_the_rest() -> None:
    copied = FULL.with_memory({"c:d": ("", "")}, None, None)
    assert copied == replace(FULL, agreed={"c:d": ("", "")}, in_flight=None, waits=None)
    assert FULL.with_memory(FULL.agreed, FULL.in_flight, FULL.waits) == FULL


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_pass_that_went_well_changes_its_own_outcome_and_what_it_has_seen_and_nothing_else(
    direction: Direction,
) -> None:
    source, destination = direction.source, direction.destination
    after = succeeded(FULL, direction, agreed={}, waits=frozenset(), seen=("8", "9"), owed=(False, True))
    expected = FULL.with_outcome(direction, Outcome(Result.SUCCESS)).with_seen(source, "8").with_seen(destination, "9")
    expected = expected.with_owed(source, False).with_owed(destination, True)
    assert after == replace(expected, agreed={}, waits=frozenset(), in_flight=None)
