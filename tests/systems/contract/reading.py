"""Values travel unharmed, both ways."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from integration.systems.system import NAMED_AT_ONCE, System
from integration.systems.values import Ref
from tests.systems.contract.ground import (
    Contract,
    Ground,
    Rows,
    assert_ok,
    needs,
)


class ValuesContract(Contract):
    def test_blank_text_is_empty_and_never_none(self, system: System, ground: Ground, rows: Rows) -> None:
        id = rows.insert_one("Adatum")
        assert rows.get(id).values[ground.text] == ""

        assert_ok([rows.update(id, **{ground.text: "030 1"})])
        assert rows.get(id).values[ground.text] == "030 1"

        assert_ok([rows.update(id, **{ground.text: ""})])
        assert rows.get(id).values[ground.text] == ""

    def test_text_keeps_quotes_accents_and_other_scripts(self, rows: Rows, ground: Ground) -> None:
        given = """O'Brien "& Søn" <Müller> 酒店 🍇 %_[]\\ # + ?"""

        assert rows.get(rows.insert_one(given)).values[ground.name] == f"{rows.mark} {given}"

    @pytest.mark.parametrize("amount", ["0.01", "1234.5", "-99.99", "9007199254.71", "100000000.00", "0"])
    def test_decimals_stay_exact(self, rows: Rows, ground: Ground, amount: str) -> None:
        column = needs(ground.amount)
        if amount.startswith("-") and self._minimum(rows, column) >= 0:
            pytest.skip("the column takes no negative values")

        value = rows.get(rows.insert_one("Adatum", **{column: Decimal(amount)})).values[column]

        assert isinstance(value, Decimal)
        assert value == Decimal(amount)

    def _minimum(self, rows: Rows, column: str) -> Decimal:
        minimum = rows.system.describe(rows.ground.table).fields[column].minimum
        return Decimal(-1) if minimum is None else minimum

    def test_a_blank_number_reads_as_blank(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.amount)
        id = rows.insert_one("Adatum", **{column: Decimal("12.50")})

        assert_ok([rows.update(id, **{column: None})])

        assert rows.get(id).values[column] == ground.blank_amount

    def test_moments_are_aware_and_in_utc(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.moment)
        given = dt.datetime(2026, 3, 29, 3, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))

        value = rows.get(rows.insert_one("Adatum", **{column: given})).values[column]

        assert value == given
        assert isinstance(value, dt.datetime)
        assert value.utcoffset() == dt.timedelta(0)

    def test_a_day_is_a_date_without_a_time(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.day)

        value = rows.get(rows.insert_one("Adatum", **{column: dt.date(2026, 2, 28)})).values[column]

        assert type(value) is dt.date
        assert value == dt.date(2026, 2, 28)

    @pytest.mark.parametrize("answer", [True, False])
    def test_yes_and_no_stay_what_they_are(self, rows: Rows, ground: Ground, answer: bool) -> None:
        column = needs(ground.flag)

        assert rows.get(rows.insert_one("Adatum", **{column: answer})).values[column] is answer

    def test_options_are_numbers(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.option)

        for value in ground.option_values:
            assert rows.get(rows.insert_one("Adatum", **{column: value})).values[column] == value

    def test_codes_are_upper_case_and_trimmed(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.code)

        stored = rows.get(rows.insert_one("Adatum", **{column: f" {rows.mark.lower()} "})).values[column]

        assert stored == rows.mark.upper()

    def test_a_reference_comes_back_with_table_id_and_label(self, system: System, ground: Ground, rows: Rows) -> None:
        column, ref = needs(ground.reference), rows.target()

        value = rows.get(rows.insert_one("Adatum", **{column: ref})).values[column]

        assert isinstance(value, Ref)
        assert value == ref
        assert value.label

    def test_references_of_as_many_rows_as_people_look_at_come_with_labels(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        column, ref = needs(ground.reference), rows.target()
        id = rows.insert_one("Adatum", **{column: ref})
        others = [uuid.uuid4() for _ in range(NAMED_AT_ONCE - 1)]

        value = system.get(ground.table, [id, *others], [column])[id].values[column]

        assert isinstance(value, Ref)
        assert value.label

    def test_a_reference_can_be_cleared(self, system: System, ground: Ground, rows: Rows) -> None:
        column = needs(ground.reference)
        if system.describe(ground.table).fields[column].required:
            pytest.skip("the reference is required")
        id = rows.insert_one("Adatum", **{column: rows.target()})

        assert_ok([rows.update(id, **{column: None})])

        assert rows.get(id).values[column] is None
