"""A row is read against what is remembered of it, field by field."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.sync.memory.halves import DECIDED, DEFAULT, default, partnerless, plain, unread
from integration.sync.memory.ledger import InFlight, Pair, State
from integration.sync.memory.side_memory import SideMemory
from integration.systems.values import Record, Side
from tests.sync.deciding.table_of_truth import KEYS, US, memory_of, rule

SOMEBODY = uuid.UUID(int=7)
PHONE, CITY = KEYS["phone"], KEYS["city"]
COLUMNS = {Side.ERP: ("phone_no", "city"), Side.CRM: ("telephone1", "address1_city")}
SIDES = pytest.mark.parametrize("side", list(Side))


def memory(side: Side, user: uuid.UUID | None = US) -> SideMemory:
    return memory_of(rule(), side, user)


def row(
    side: Side, phone: str = "", city: str = "", *, version: str = "now", by: uuid.UUID | None = SOMEBODY
) -> Record:
    values = dict(zip(COLUMNS[side], (phone, city), strict=True))
    return Record("", uuid.UUID(int=1), values, version, modified_by=by)


def known(side: Side, version: str = "before", begun: dict[str, str] | None = None, **halves: str) -> Pair:
    """A pair with these halves of one side, the other one plain ``x``; ``begun``: an update of it under way."""
    turn = (lambda half: (half, "x")) if side is Side.ERP else (lambda half: ("x", half))
    agreed = {KEYS[name]: turn(half) for name, half in halves.items()}
    in_flight = None
    if begun is not None:
        in_flight = InFlight(side, {KEYS[name]: turn(half) for name, half in begun.items()})
    made = Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED, agreed=agreed, in_flight=in_flight)
    return made.with_seen(side, version)


def half(side: Side, pair: Pair, key: str = PHONE) -> str:
    return pair.agreed[key][0 if side is Side.ERP else 1]


def read(side: Side, pair: Pair, *values: str, **more: Any) -> str:
    return half(side, memory(side).read(pair, row(side, *values, **more)))


# --- unread values ------------------------------------------------------------------------------------------------


@SIDES
@pytest.mark.parametrize(
    ("value", "more", "becomes"),
    [
        ("1", {}, "1"),  # as we wrote it
        ("2", {}, "1"),  # somebody's: the half keeps what we wrote, so 2 is a change
        ("2", {"by": US}, "2"),  # we wrote last: the system made that of it
        ("2", {"version": "before"}, "2"),  # the version our write was told
        ("1 ", {}, plain("1 ")),  # trimmed
        ("", {}, "1"),
        ("?", {"by": US}, plain("?")),
    ],
)
def test_a_value_that_we_wrote_and_nobody_has_read_is_settled_by_the_next_reading(
    side: Side, value: str, more: dict[str, Any], becomes: str
) -> None:
    assert read(side, known(side, phone=unread("1")), value, **more) == becomes


@SIDES
def test_a_rounded_value_that_somebody_left_under_an_edit_is_what_the_system_made_of_it(side: Side) -> None:
    assert read(side, known(side, phone=unread("2.3456")), "2.35") == "2.35"


@SIDES
def test_who_wrote_last_proves_nothing_where_a_system_does_not_say_who_we_are(side: Side) -> None:
    reader = memory(side, None)
    assert half(side, reader.read(known(side, phone=unread("1")), row(side, "2", by=US))) == "1"


@SIDES
def test_a_row_without_a_version_is_never_as_our_write_left_it(side: Side) -> None:
    assert read(side, known(side, "", phone=unread("1")), "2", version="") == "1"


@SIDES
@pytest.mark.parametrize(
    ("value", "more", "becomes"),
    [
        ("", {}, default("")),
        ("0.00", {}, default("0.00")),
        ("False", {}, default("False")),
        ("7", {"by": US}, default("7")),
        ("7", {"version": "before"}, default("7")),
        ("7", {}, ""),  # a person typed it: a change against plain blank
    ],
)
def test_the_default_of_a_row_that_we_made_is_told_from_what_a_person_typed(
    side: Side, value: str, more: dict[str, Any], becomes: str
) -> None:
    assert read(side, known(side, phone=DEFAULT), value, **more) == becomes


@SIDES
@pytest.mark.parametrize("remembered", ["1", partnerless("1"), default("1"), DECIDED, plain("?")])
def test_reading_a_row_leaves_every_other_half_as_it_is(side: Side, remembered: str) -> None:
    pair = known(side, phone=remembered)
    assert memory(side).read(pair, row(side, "2")) is pair


@SIDES
def test_reading_the_row_of_one_side_says_nothing_about_the_other(side: Side) -> None:
    pair = known(side.other, phone=unread("1"))
    assert memory(side).read(pair, row(side, "2")) is pair


@SIDES
def test_one_reading_settles_all_fields_and_a_second_one_changes_nothing_more(side: Side) -> None:
    once = memory(side).read(known(side, phone=unread("1"), city=DEFAULT), row(side, "2", "Rome"))
    assert (half(side, once), half(side, once, CITY)) == ("1", "")
    assert not memory(side).has_unread(once)
    assert memory(side).read(once, row(side, "3", "Bern", by=US)) is once


# --- interrupted updates ------------------------------------------------------------------------------------------


@SIDES
@pytest.mark.parametrize(
    ("value", "more", "becomes"),
    [
        ("2", {}, "2"),  # it arrived
        ("2 ", {}, plain("2 ")),  # it arrived, and the system trimmed it
        ("1", {}, "1"),  # it did not, or somebody put the old value back
        ("3", {}, "1"),  # somebody's: against the old half it is a change, whether ours arrived or not
        ("3", {"by": US}, "3"),  # ours, and neither old nor new: what the system made of the new one
        ("1", {"by": US}, "1"),
        ("3", {"by": US, "version": "before"}, "1"),  # the version is the old one: nothing has arrived at all
    ],
)
def test_an_interrupted_update_is_settled_by_what_the_row_holds(
    side: Side, value: str, more: dict[str, Any], becomes: str
) -> None:
    pair = known(side, phone="1", begun={"phone": "2"})
    as_read = memory(side).read(pair, row(side, value, **more))
    assert (half(side, as_read), as_read.in_flight) == (becomes, None)


@SIDES
def test_that_one_field_has_arrived_proves_nothing_about_another(side: Side) -> None:
    pair = known(side, phone="1", city="Rome", begun={"phone": "2", "city": "Bern"})
    as_read = memory(side).read(pair, row(side, "2", "Oslo"))
    assert (half(side, as_read), half(side, as_read, CITY)) == ("2", "Rome")


@SIDES
def test_what_has_arrived_is_agreed_on_both_sides_and_a_field_that_never_agreed_too(side: Side) -> None:
    pair = known(side, begun={"phone": "2"})
    as_read = memory(side).read(pair, row(side, "2"))
    assert sorted(as_read.agreed[PHONE]) == ["2", "x"]
    assert PHONE not in memory(side).read(pair, row(side, "3")).agreed


@SIDES
def test_an_update_of_the_other_side_is_not_settled_by_this_ones_row(side: Side) -> None:
    pair = known(side.other, phone="1", begun={"phone": "2"})
    assert memory(side).read(pair, row(side, "2")) is pair


@SIDES
def test_a_field_that_is_no_longer_mapped_is_left_out_of_an_interrupted_update(side: Side) -> None:
    pair = replace(known(side, phone="1"), in_flight=InFlight(side, {"fax_no:fax": ("2", "2")}))
    as_read = memory(side).read(pair, row(side, "1"))
    assert (as_read.agreed, as_read.in_flight) == (pair.agreed, None)


@SIDES
def test_an_unread_value_under_an_interrupted_update_is_settled_first(side: Side) -> None:
    pair = known(side, phone=unread("1"), begun={"phone": "2"})
    assert half(side, memory(side).read(pair, row(side, "3"))) == "1"
    assert half(side, memory(side).read(pair, row(side, "2"))) == "2"


# --- what an answer says ------------------------------------------------------------------------------------------


@SIDES
def test_an_answer_that_carries_the_row_settles_what_was_unread_at_once(side: Side) -> None:
    pair = known(side, phone=unread("1"), city=DEFAULT)
    agreed = memory(side).confirmed(pair.agreed, {PHONE: "+49 1", CITY: "Rome"})
    after = replace(pair, agreed=agreed)
    assert (half(side, after), half(side, after, CITY)) == (plain("+49 1"), default("Rome"))


@SIDES
def test_an_answer_that_carries_some_columns_leaves_the_others_unread(side: Side) -> None:
    pair = known(side, phone=unread("1"), city=unread("Rome"))
    after = replace(pair, agreed=memory(side).confirmed(pair.agreed, {PHONE: "1"}))
    assert (half(side, after), half(side, after, CITY)) == ("1", unread("Rome"))


@SIDES
def test_an_answer_agrees_on_nothing_that_was_not_written(side: Side) -> None:
    assert memory(side).confirmed({}, {PHONE: "1"}) == {}
    pair = known(side, phone="1")
    assert memory(side).confirmed(pair.agreed, {PHONE: "2"}) == pair.agreed


# --- is it as agreed? ---------------------------------------------------------------------------------------------


@SIDES
def test_a_row_is_as_agreed_only_if_every_mapped_field_is_and_none_of_them_waits(side: Side) -> None:
    whole = dict.fromkeys(KEYS, "1")
    reader, record = memory(side), Record("", uuid.UUID(int=1), dict.fromkeys(_columns(side), "1"), "now")
    assert reader.is_as_agreed(known(side, **whole), record)
    for other in ("2", partnerless("1"), DECIDED):
        assert not reader.is_as_agreed(known(side, **{**whole, "phone": other}), record)
    del whole["city"]
    assert not reader.is_as_agreed(known(side, **whole), record)


def _columns(side: Side) -> list[str]:
    return [one.field(side) for one in rule().fields]


WORDS = st.text(alphabet="abAB ?!", max_size=3)


@example(Side.CRM, "B", "b", False, False)
@given(st.sampled_from(list(Side)), WORDS, WORDS, st.booleans(), st.booleans())
def test_only_what_is_ours_or_was_made_of_ours_is_ever_agreed_by_reading(
    side: Side, written: str, value: str, ours: bool, as_left: bool
) -> None:
    more = {"by": US if ours else SOMEBODY, "version": "before" if as_left else "now"}
    after = read(side, known(side, phone=unread(written)), value, **more)
    made = value.strip() == written.strip()  # Another case is what a person made of it.
    assert after == plain(value if ours or as_left or made else written)
