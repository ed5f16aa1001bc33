"""Rows are found by filter, in order, page by page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from integration.systems.system import System, every
from integration.systems.values import Value
from tests.systems.contract.ground import (
    Contract,
    Ground,
    Rows,
    needs,
)


class FindContract(Contract):
    def test_find_pages_through_all_matching_rows_once(self, system: System, ground: Ground, rows: Rows) -> None:
        made = rows.insert("Adatum", "Fabrikam", "Litware", "Contoso", "Proseware")

        sizes, found, after = [], [], None
        while after is not None or not sizes:
            page = system.find(ground.table, rows.filter(), [ground.name], [ground.name], size=2, after=after)
            sizes.append(len(page.records))
            found += [record.id for record in page.records]
            after = page.cursor

        assert max(sizes) == 2
        assert len(found) == len(made)
        assert set(found) == set(made)

    def test_paging_loses_nothing_where_all_rows_sort_alike(self, system: System, ground: Ground, rows: Rows) -> None:
        made = [rows.insert_one("Adatum", **{ground.text: "030 1"}) for _ in range(5)]

        found = list(every(system, ground.table, rows.filter(), [ground.name], [ground.text], size=2))

        assert sorted(record.id for record in found) == sorted(made)

    def test_rows_come_in_the_order_asked_for(self, system: System, ground: Ground, rows: Rows) -> None:
        rows.insert("Litware", "adatum", "Fabrikam", "Contoso")

        def names(order: str) -> list[Value]:
            found = every(system, ground.table, rows.filter(), [ground.name], [order])
            return [str(record.values[ground.name]).removeprefix(rows.mark + " ") for record in found]

        assert names(ground.name) == ["adatum", "Contoso", "Fabrikam", "Litware"]
        assert names(f"-{ground.name}") == ["Litware", "Fabrikam", "Contoso", "adatum"]

    def test_a_later_column_orders_what_the_first_leaves_alike(
        self, system: System, ground: Ground, rows: Rows
    ) -> None:
        for name, phone in (("Adatum", "2"), ("Fabrikam", "1"), ("Contoso", "2"), ("Litware", "1")):
            rows.insert_one(name, **{ground.text: phone})

        order = [f"-{ground.text}", ground.name]
        found = list(every(system, ground.table, rows.filter(), [ground.name, ground.text], order))

        keys = [(record.values[ground.text], record.values[ground.name]) for record in found]
        assert [phone for phone, _ in keys] == ["2", "2", "1", "1"]
        assert all(first[1] < second[1] for first, second in pairwise(keys) if first[0] == second[0])

    def test_a_size_that_takes_all_rows_leaves_no_cursor(self, system: System, ground: Ground, rows: Rows) -> None:
        rows.insert("Adatum", "Fabrikam")

        assert system.find(ground.table, rows.filter(), [ground.name], size=2).cursor is None

    def test_nothing_found_is_an_empty_page(self, system: System, ground: Ground, rows: Rows) -> None:
        page = system.find(ground.table, rows.filter(), [ground.name])

        assert list(page.records) == []
        assert page.cursor is None

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("{text} = 'blue'", ["Adatum"]),
            ("{text} = 'BLUE'", ["Adatum"]),
            ("{text} <> 'blue'", ["Contoso", "Fabrikam"]),
            ("{text} is blank", ["Contoso"]),
            ("{text} is not blank", ["Adatum", "Fabrikam"]),
            ("{text} in (blue, Red)", ["Adatum", "Fabrikam"]),
            ("{text} in ('', Red)", ["Contoso", "Fabrikam"]),
            ("not {text} in (blue)", ["Contoso", "Fabrikam"]),
            ("{text} contains 'LU'", ["Adatum"]),
            ("{text} begins with b", ["Adatum"]),
            ("{text} ends with d", ["Fabrikam"]),
            ("not {text} contains 'lu'", ["Contoso", "Fabrikam"]),
            ("not ({text} = blue or {text} = red)", ["Contoso"]),
            ("{text} = blue and {name} contains fab", []),
            ("{text} > 'blue'", ["Fabrikam"]),
            ("{text} <= 'blue'", ["Adatum"]),
        ],
    )
    def test_text_filters_mean_what_the_filter_language_says(
        self, rows: Rows, ground: Ground, typed: str, expected: list[str]
    ) -> None:
        for name, text in (("Adatum", "Blue"), ("Fabrikam", "red"), ("Contoso", "")):
            rows.insert_one(name, **{ground.text: text})

        assert rows.names(typed.format(text=ground.text, name=ground.name)) == expected

    @pytest.mark.parametrize("part", ["100%", "0% O''N", "a_b", "[x]", "O''Neill & Co", "50\\50", "#1+2?"])
    def test_special_characters_are_searched_for_as_they_are(self, rows: Rows, ground: Ground, part: str) -> None:
        rows.insert("100% O'Neill & Co a_b [x] 50\\50 #1+2?", "100x ONeill and Co aXb x 50-50 12")

        assert len(rows.names(f"{ground.name} contains '{part}'")) == 1

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("{amount} = 10.5", ["Contoso"]),
            ("{amount} > 10.5", ["Fabrikam"]),
            ("{amount} >= 10.50", ["Contoso", "Fabrikam"]),
            ("{amount} < 10.5", ["Adatum"]),
            ("{amount} in (1, 99.99)", ["Adatum", "Fabrikam"]),
            ("not {amount} > 1", ["Adatum"]),
        ],
    )
    def test_amounts_are_compared_as_numbers(self, rows: Rows, ground: Ground, typed: str, expected: list[str]) -> None:
        column = needs(ground.amount)
        for name, amount in (("Adatum", "1.00"), ("Contoso", "10.50"), ("Fabrikam", "99.99")):
            rows.insert_one(name, **{column: Decimal(amount)})

        assert rows.names(typed.format(amount=column)) == expected

    def test_options_are_found_by_label_and_by_number(self, system: System, rows: Rows, ground: Ground) -> None:
        column, (first, second) = needs(ground.option), ground.option_values[:2]
        labels = {option.value: option.label for option in system.describe(ground.table).fields[column].options}
        for name, value in (("Adatum", first), ("Fabrikam", second)):
            rows.insert_one(name, **{column: value})

        assert rows.names(f"{column} = '{labels[first]}'") == ["Adatum"]
        assert rows.names(f"{column} = {second}") == ["Fabrikam"]
        assert rows.names(f"{column} <> '{labels[first]}'") == ["Fabrikam"]

    def test_moments_are_found_by_range(self, rows: Rows, ground: Ground) -> None:
        column = needs(ground.moment)
        rows.insert_one("Adatum", **{column: dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)})
        rows.insert_one("Fabrikam", **{column: dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)})
        rows.insert_one("Contoso")

        assert rows.names(f"{column} >= 2026-01-02") == ["Fabrikam"]
        assert rows.names(f"{column} < 2026-01-02") == ["Adatum"]
        assert rows.names(f"{column} is blank") == ["Contoso"]

    def test_references_are_found_by_id(self, system: System, rows: Rows, ground: Ground) -> None:
        column, ref = needs(ground.reference), rows.target()
        rows.insert_one("Adatum", **{column: ref})
        rows.insert_one("Fabrikam")

        assert rows.names(f"{column} = {ref.id}") == ["Adatum"]
        assert "Adatum" not in rows.names(f"{column} <> {ref.id}")

    def test_counting_says_how_many_match(self, system: System, rows: Rows, ground: Ground) -> None:
        rows.insert("Adatum", "Fabrikam", "Litware")

        assert system.count(ground.table, rows.filter()) == 3
        assert system.count(ground.table, rows.filter(f"{ground.name} contains fabri")) == 1
        assert system.count(ground.table) >= 3
