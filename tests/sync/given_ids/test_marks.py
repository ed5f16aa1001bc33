"""Marks: 29 signs that any text or code of 30 characters takes, and the way back."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from integration.sync.given_ids.marks import LENGTH, is_marked, mark, reserved_of
from integration.systems.memory.accept import accept
from integration.systems.values import Field, FieldType, Record, Table

MARKED = Table("customer", "Customer", {}, mark_field="address_2")


@given(st.uuids())
def test_a_mark_gives_its_id_back_and_is_kept_by_a_code_as_it_is(reserved: uuid.UUID) -> None:
    found = mark(reserved)
    assert len(found) == LENGTH == 29
    assert reserved_of(found) == reserved
    assert accept(Field("no", FieldType.CODE, max_length=30), found) == found


@given(st.text(max_size=40))
def test_no_text_of_a_person_is_taken_for_a_mark_of_another(text: str) -> None:
    reserved = reserved_of(text)
    assert reserved is None or mark(reserved) == text


def test_what_only_looks_like_a_mark_is_none() -> None:
    good = mark(uuid.uuid4())
    for bad in ("", None, 5, good.lower(), good[:-1], good + "A", "XYZ" + good[3:], good[:5] + "1" + good[6:]):
        assert reserved_of(bad) is None
    assert reserved_of("BCI" + "A" * 25 + "B") is None, "bits behind the id"


def test_a_row_is_marked_only_in_the_column_for_marks() -> None:
    id = uuid.uuid4()
    assert is_marked(MARKED, Record("customer", id, {"address_2": mark(id)}, "1"))
    assert not is_marked(MARKED, Record("customer", id, {"address_2": "Back door", "name": mark(id)}, "1"))
    assert not is_marked(Table("customer", "Customer", {}), Record("customer", id, {"address_2": mark(id)}, "1"))
