"""What people type as values, and values as they stand in an input."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupling.pages.editing.typed import NotTaken, as_typed, as_value
from integration.systems.formats import DAYS, NUMBERS, Formats, reading
from integration.systems.values import Field, FieldType, Option, Ref

PRICE = Field("unit_price", FieldType.DECIMAL, "Unit Price", scale=5)
KINDS: dict[str, tuple[Field, Any]] = {
    "text": (Field("name", FieldType.TEXT), st.text(st.characters(categories=["L", "N", "S"]))),
    "code": (Field("code", FieldType.CODE), st.text("ABC123")),
    "integer": (Field("months", FieldType.INTEGER), st.integers(-(2**31), 2**31)),
    "decimal": (PRICE, st.decimals(-(10**9), 10**9, places=5)),
    "boolean": (Field("blocked", FieldType.BOOLEAN), st.booleans()),
    "date": (Field("day", FieldType.DATE), st.none() | st.dates(dt.date(1000, 1, 1))),
    "option": (
        Field("blocked", FieldType.OPTION, options=(Option(0, " "), Option(3, "All"))),
        st.sampled_from([0, 3]),
    ),
}
FORMATS = st.builds(Formats, st.sampled_from(list(DAYS)), st.sampled_from(list(NUMBERS)))


@pytest.mark.parametrize(("field", "values"), KINDS.values(), ids=KINDS)
@given(data=st.data(), formats=FORMATS)
def test_what_stands_in_an_input_is_read_as_the_value_in_every_format(
    field: Field, values: Any, data: st.DataObject, formats: Formats
) -> None:
    value = data.draw(values)
    with reading(formats):
        assert as_value(field, as_typed(field, value)) == value


NUMBERS_TYPED = {
    "1234.5": ("point", "1234.5"), "1 234,5": ("comma", "1234.5"), "1.234,50": ("comma", "1234.5"),
    "1,234.50": ("point", "1234.50"), "1,234,567": ("point", "1234567"), "1’234.5": ("apostrophe", "1234.5"),
    " -7 ": ("point", "-7"), "": ("point", "0"), ".5": ("point", "0.5"),
}  # fmt: skip


@pytest.mark.parametrize("typed", NUMBERS_TYPED)
def test_a_number_is_read_as_its_person_writes_numbers(typed: str) -> None:
    numbers, value = NUMBERS_TYPED[typed]
    with reading(Formats(numbers=numbers)):
        assert as_value(PRICE, typed) == Decimal(value)


@pytest.mark.parametrize(
    ("numbers", "typed"),
    [
        ("point", "12,5"), ("point", "1,234"), ("comma", "1.234"), ("comma", "12.5"), ("point", "1.2.3"),
        ("point", "1e5"), ("point", "NaN"), ("point", "Infinity"), ("space", "1.5"), ("point", "٣"), ("point", "0x10"),
    ],
)  # fmt: skip
def test_a_number_that_may_mean_two_things_or_none_is_refused(numbers: str, typed: str) -> None:
    with reading(Formats(numbers=numbers)), pytest.raises(NotTaken, match="Unit Price"):
        as_value(PRICE, typed)


def test_a_reference_stands_in_its_input_by_its_code() -> None:
    field = Field("salesperson_code", FieldType.REFERENCE, targets=("salesperson",))
    reference = Ref("salesperson", uuid.UUID(int=7), "AH")

    assert as_typed(field, reference) == "AH"
    assert as_value(field, "ah") == "ah"


def test_text_of_several_lines_keeps_them_only_in_a_field_of_several_lines() -> None:
    note, name = Field("note", FieldType.MEMO), Field("name", FieldType.TEXT)

    assert as_value(note, "Monday\r\nTuesday ") == "Monday\nTuesday"
    assert as_typed(note, "Monday\nTuesday") == "Monday\nTuesday"
    assert as_typed(name, "Adatum\nCorporation") == "Adatum Corporation"
