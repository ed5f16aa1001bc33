"""Whatever people did since, in whatever order: undoing takes nothing of theirs, and nothing chases anything after."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integration.sync.undo.exact import packed, unpacked
from integration.systems.values import Ref
from tests.examples import examples
from tests.makers import customer_rule
from tests.sync.undo.undone import UndoWorld
from tests.sync.world import TO_CRM, TO_ERP

FIELDS = {"phone_no": "telephone1", "city": "address1_city", "name": "name", "credit_limit": "creditlimit"}
TEXTS = {one: ["1", "2", ""] for one in ("phone_no", "city")} | {"name": ["Adatum", "Litware", "Contoso"]}
VALUES: dict[str, list[Any]] = {**TEXTS, "credit_limit": [Decimal("1.50"), Decimal("2"), None]}
edits = st.fixed_dictionaries({}, optional={one: st.sampled_from(values) for one, values in VALUES.items()})
exact_values = st.one_of(
    st.none(), st.text(), st.integers(), st.booleans(), st.decimals(allow_nan=False, allow_infinity=False), st.uuids(),
    st.dates(), st.datetimes(timezones=st.just(dt.UTC)), st.builds(Ref, st.text(), st.uuids(), st.text()),
)  # fmt: skip


@examples(40)
@given(direction=st.sampled_from([TO_CRM, TO_ERP]), first=edits, ours=edits, theirs=edits, passes=st.booleans())
def test_undoing_takes_nothing_that_somebody_typed_since(
    direction: Any, first: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], passes: bool
) -> None:
    world = UndoWorld()
    adatum = world.synchronized("Adatum", phone_no="0", city="Bern", credit_limit=Decimal("9"))
    edit(world, adatum, direction is TO_CRM, first)
    world.run(direction)
    pasts = world.pasts()
    edit(world, adatum, True, ours)
    if passes:
        world.both()
    edit(world, adatum, False, theirs)
    before = held(world, adatum)
    world.undo(pasts, direction)
    after, exact = held(world, adatum), {name: pair for past in pasts for name, pair in past.exact.items()}
    assert after[direction.source.value] == before[direction.source.value]
    for column, value in after[direction.destination.value].items():
        was = before[direction.destination.value][column]
        assert value == was or (column in exact and (value, was) == exact[column])
    assert not world.undo(pasts, direction).modified
    world.both()
    world.both()
    assert all(not counters.modified for counters in world.both())


@examples(40)
@given(exact=st.dictionaries(st.text(min_size=1), st.tuples(exact_values, exact_values)))
def test_exact_values_come_back_from_json_as_they_were(exact: dict[str, Any]) -> None:
    back = unpacked(json.loads(json.dumps(packed(exact))))
    assert back == exact
    for column, pair in exact.items():
        for value, same in zip(pair, back[column], strict=True):
            assert type(same) is type(value)
            assert not isinstance(value, Ref) or same.label == value.label


def edit(world: UndoWorld, erp_id: uuid.UUID, at_home: bool, values: dict[str, Any]) -> None:
    if values and at_home:
        world.erp.edit("customer", erp_id, **values)
    elif values:
        columns = {FIELDS[name]: value for name, value in values.items()}
        world.crm.edit("account", world.pair(erp_id, customer_rule()).crm_id, **columns)


def held(world: UndoWorld, erp_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    ours, theirs = world.customer_of(erp_id).values, world.account_of(erp_id).values
    return {
        "erp": {name: ours[name] for name in FIELDS},
        "crm": {name: theirs[name] for name in FIELDS.values()},
    }
