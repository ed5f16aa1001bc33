"""Rows are created under our ids, one by one as good or bad."""

from __future__ import annotations

import uuid

from integration.systems.errors import (
    DuplicateKey,
    InvalidValue,
    ReferenceMissing,
)
from integration.systems.system import System
from integration.systems.values import Ref, Row
from tests.systems.contract.ground import (
    NOWHERE,
    Contract,
    Ground,
    Rows,
    needs,
)


class InsertContract(Contract):
    def test_a_row_gets_the_id_we_give_it(self, system: System, ground: Ground, rows: Rows) -> None:
        id = uuid.uuid4()

        answer = system.insert(ground.table, [rows.row("Adatum", id)])[0]

        assert answer.ok
        assert answer.id == id
        record = rows.get(id)
        assert (record.table, record.id) == (ground.table, id)
        assert record.values[ground.name] == f"{rows.mark} Adatum"

    def test_a_missing_row_is_absent_from_what_get_answers(self, system: System, ground: Ground, rows: Rows) -> None:
        there = rows.insert_one("Adatum")

        assert set(system.get(ground.table, [NOWHERE, there], [ground.name])) == {there}

    def test_get_takes_more_ids_than_fit_into_one_request(self, system: System, ground: Ground, rows: Rows) -> None:
        there = rows.insert("Adatum", "Fabrikam", "Litware")
        wanted = [*there, *(uuid.uuid4() for _ in range(250))]

        assert set(system.get(ground.table, wanted, [ground.name])) == set(there)

    def test_nothing_asked_is_nothing_answered(self, system: System, ground: Ground) -> None:
        assert system.get(ground.table, [], [ground.name]) == {}
        assert system.insert(ground.table, []) == []
        assert system.update(ground.table, []) == []
        assert system.delete(ground.table, []) == []

    def test_answers_come_in_the_order_of_the_rows(self, system: System, ground: Ground, rows: Rows) -> None:
        given = [rows.row(name) for name in ("Tailspin Toys", "Adatum", "Litware", "Fabrikam", "Contoso")]

        assert [answer.id for answer in system.insert(ground.table, given)] == [row.id for row in given]
        changed = [Row(row.id, {ground.text: "1"}) for row in reversed(given)]
        assert [answer.id for answer in system.update(ground.table, changed)] == [row.id for row in changed]
        assert [answer.id for answer in system.delete(ground.table, given)] == [row.id for row in given]

    def test_a_repeated_insert_is_a_duplicate_and_changes_nothing(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        id = rows.insert_one("Adatum")
        before = rows.get(id)

        answer = system.insert(ground.table, [rows.row("Fabrikam", id)])[0]

        assert isinstance(answer.error, DuplicateKey)
        assert rows.get(id) == before

    def test_one_bad_row_does_not_fail_the_others(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0
        good, other = rows.row("Adatum"), rows.row("Fabrikam")
        bad = rows.row("x" * limit)

        answers = system.insert(ground.table, [good, bad, other])

        assert [answer.id for answer in answers] == [good.id, bad.id, other.id]
        assert [answer.ok for answer in answers] == [True, False, True]
        assert [rows.is_there(row.id) for row in (good, bad, other)] == [True, False, True]

    def test_a_text_that_is_too_long_is_refused_by_field(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0

        error = system.insert(ground.table, [rows.row("x" * limit)])[0].error

        assert isinstance(error, InvalidValue)
        assert error.field == ground.name
        assert str(limit) in error.message

    def test_a_text_as_long_as_the_limit_is_taken(self, system: System, ground: Ground, rows: Rows) -> None:
        limit = system.describe(ground.table).fields[ground.name].max_length or 0
        name = "x" * (limit - len(rows.mark) - 1)

        assert str(rows.get(rows.insert_one(name)).values[ground.name]).endswith(name)

    def test_an_unknown_option_is_refused_by_field(self, system: System, ground: Ground, rows: Rows) -> None:
        column = needs(ground.option)

        error = system.insert(ground.table, [rows.row("Adatum", **{column: 987654})])[0].error

        assert isinstance(error, InvalidValue)
        assert error.field == column

    def test_a_reference_to_a_row_that_is_not_there_is_refused(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        column, target = needs(ground.reference), ground.target
        assert target is not None
        row = rows.row("Adatum", **{column: Ref(target.table, NOWHERE)})

        error = system.insert(ground.table, [row])[0].error

        assert isinstance(error, ReferenceMissing)
        assert error.field in (column, "")
        assert not rows.is_there(row.id)
