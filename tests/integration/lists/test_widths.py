"""How wide columns are: no head is cut, codes and days are whole, names get what is left."""

from __future__ import annotations

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from integration.pages.lists.address import Address
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.shown import Line, ShownList
from integration.pages.lists.widths import LETTERS, MARGIN, shares

COLUMNS = st.lists(
    st.builds(Column, st.just("name"), st.text("Salesperon Code", min_size=1, max_size=30), st.sampled_from(Width)),
    min_size=1, max_size=12,
)  # fmt: skip


def row(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def test_a_long_name_gets_the_room_that_short_columns_leave() -> None:
    columns = [Column("no", "No.", Width.CODE), Column("name", "Name", Width.NAME), Column("city", "City")]
    rows = [row("C00010", "Contoso Pharmaceuticals of Manchester", "Manchester") for _ in range(5)]
    code, name, city = shares(columns, rows, selectable=False, order="")
    assert name > city > code


def test_a_head_of_a_long_word_widens_its_column_of_short_codes() -> None:
    plain, long = (
        shares([Column("a", label, Width.CODE), Column("b", "Name", Width.NAME)], [row("AH", "x" * 90)],
               selectable=False, order="")
        for label in ("Code", "Salesperson Code")
    )  # fmt: skip
    assert long[0] > plain[0]


def test_one_long_text_among_many_does_not_widen_its_column() -> None:
    columns = [Column("a", "City"), Column("b", "Address")]
    rows = [row("London", "1 Oxford Street") for _ in range(20)]
    assert shares(columns, rows, selectable=True, order="") == shares(
        columns, [*rows, row("L" * 200, "1 Oxford Street")], selectable=True, order=""
    )


def test_an_account_is_whole_beside_a_long_name_and_a_reason_that_wraps() -> None:
    """As Sales Orders – Dynamics 365 Sales has them, at 1280 pixels."""
    rigid = [
        Column("no", "No.", Width.STATE),
        Column("status", "Status", Width.STATE),
        Column("age", "Age", Width.CODE),
    ]
    columns = [*rigid, Column("total", "Total", Width.STATE), Column("name", "Name"), Column("account", "Account")]
    columns.append(Column("waits", "Waits because", Width.NAME))
    why = Cell("Sales order integration is off. Connection Setup switches it on.", wraps=True)
    cells = row("ORD-01253-026F78", "Submitted", "today", "12,559.76 GBP", "Moving the laboratory to Southwark")

    found = shares(columns, [[*cells, Cell("Adatum Corporation"), why]] * 3, selectable=True, order="age")

    letters = dict(zip((one.name for one in columns), (share * LETTERS / 200 for share in found), strict=True))
    assert letters["account"] >= 16.35 + MARGIN
    assert letters["name"] > letters["waits"] > 0


@given(COLUMNS, st.integers(0, 3), st.booleans())
def test_all_columns_fit_side_by_side_whatever_is_in_them(columns: list[Column], rows: int, selectable: bool) -> None:
    found = shares(columns, [row(*("Adatum" for _ in columns))] * rows, selectable=selectable, order="name")
    assert all(share >= 1 for share in found)
    assert sum(found) <= 200 + len(columns) - 1


def test_a_column_that_fades_is_left_out_of_a_page_on_which_nothing_stands_in_it() -> None:
    columns = [Column("run", "Run"), *(Column(name, name, number=True, fades=True) for name in ("Inserted", "Deleted"))]
    lines = [Line(1, "CUSTOMER", "", row("CUSTOMER", "3", "")), Line(2, "CONTACT", "", row("CONTACT", "", ""))]
    shown = ShownList("jobs", "Log", ("run", "runs"), Address(QueryDict()), columns=columns, lines=lines)

    shown.fade()

    assert [column.name for column in shown.columns] == ["run", "Inserted"]
    assert [[cell.text for cell in line.cells] for line in shown.lines] == [["CUSTOMER", "3"], ["CONTACT", ""]]
    assert shown.chosen == columns
