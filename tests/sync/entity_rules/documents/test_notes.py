"""Notes of orders: what a reader sees is the same on both sides, and nothing comes back as an echo."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.rules import Direction
from integration.sync.run import Counters, Options
from integration.sync.special.documents.note_text import as_html, plain_text, tidy_text
from integration.systems.values import Ref
from tests.examples import examples
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, standard
from tests.sync.entity_rules.documents.cronus_trades import NOTES, Trading
from tests.sync.mortal import every_death

GATE = "Deliver to gate 3"


def note(trading: Trading, order: UUID, text: str, **values: Any) -> UUID:
    return trading.erp.add("note", **{"record_table": "sales_header", "record_id": order, "text": text, **values})


def annotation(trading: Trading, sales_order: UUID, text: str, **values: Any) -> UUID:
    about = Ref("salesorder", sales_order)
    return trading.crm.add("annotation", **{"objectid": about, "notetext": text, "isdocument": False, **values})


def both(trading: Trading) -> tuple[Counters, Counters]:
    return trading.run(TO_CRM, standard(NOTES)), trading.run(TO_ERP, standard(NOTES))


def writes(passes: tuple[Counters, Counters]) -> list[int]:
    return [one.inserted + one.modified + one.failed for one in passes]


def texts(trading: Trading) -> tuple[list[str], list[str]]:
    ours = [trading.erp.values("note", id)["text"] for id in trading.erp.ids("note")]
    return sorted(ours), sorted(row["notetext"] for row in trading.all("annotation"))


@pytest.mark.scenario("CRMSalesOrderIntegrTest.SynchNewSalesOrderNoteToCRMSalesOrderNote")
def test_a_new_note_of_an_order_goes_to_its_sales_order(trading: Trading) -> None:
    order, there = trading.coupled_order()
    id = note(trading, order, GATE)
    assert both(trading)[0] == Counters(inserted=1)
    assert writes(both(trading)) == [0, 0]
    made = trading.crm.values("annotation", id)
    assert (made["notetext"], made["objectid"], made["isdocument"]) == (GATE, Ref("salesorder", there), False)


@pytest.mark.scenario("CRMSalesOrderIntegrTest.SynchNewCRMSalesOrderNoteToSalesOrderNote")
@pytest.mark.scenario("CRMSalesOrderIntegrTest.SynchHTMLCRMSalesOrderNoteToSalesOrderNote")
def test_a_new_note_of_a_sales_order_comes_as_plain_text(trading: Trading) -> None:
    order, there = trading.coupled_order()
    id = annotation(trading, there, '<div style="color:red"><p>Deliver to gate&nbsp;3</p><p>Ring &amp; wait</p></div>')
    assert both(trading)[1] == Counters(inserted=1)
    assert writes(both(trading)) == [0, 0]
    made = trading.erp.values("note", id)
    assert made["text"] == "Deliver to gate\u00a03\nRing & wait"
    assert (made["record_table"], made["record_id"]) == ("sales_header", order)


@pytest.mark.scenario("CRMSalesOrderIntegrTest.SynchModifiedCRMSalesOrderNoteToSalesOrderNote")
def test_a_changed_note_follows_on_the_other_side(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    id = annotation(trading, there, GATE)
    both(trading)
    trading.crm.edit("annotation", id, notetext="<p>Deliver to gate 4</p>")
    assert writes(both(trading)) == [0, 1]
    trading.erp.edit("note", id, text="Deliver to gate 5 & 6")
    assert writes(both(trading)) == [1, 0]
    assert texts(trading) == (["Deliver to gate 5 & 6"], ["Deliver to gate 5 &amp; 6"])


def test_where_both_changed_it_sales_wins(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    id = annotation(trading, there, GATE)
    both(trading)
    trading.crm.edit("annotation", id, notetext="In Sales")
    trading.erp.edit("note", id, text="In Business Central")
    both(trading)
    both(trading)
    assert texts(trading) == (["In Sales"], ["In Sales"])


def test_another_way_to_write_the_same_is_no_change(trading: Trading) -> None:
    order, _there = trading.coupled_order()
    id = note(trading, order, GATE)
    both(trading)
    trading.crm.edit("annotation", id, notetext=f"<p>{GATE}</p>")
    assert writes(both(trading)) == [0, 0]
    assert texts(trading) == ([GATE], [f"<p>{GATE}</p>"])


OF_NOBODY = [{"isdocument": True}, {"objectid": None}, {"objectid": Ref("account", uuid.UUID(int=7))}]


@pytest.mark.parametrize("values", OF_NOBODY, ids=["file", "nothing", "account"])
def test_files_and_notes_about_something_else_stay(trading: Trading, values: dict) -> None:
    order, there = trading.coupled_order()
    trading.crm.check_references = False
    annotation(trading, there, GATE, **values)
    note(trading, order, "Of a customer", record_table="customer")
    assert both(trading) == (Counters(), Counters())
    assert trading.reasons() == []


def test_notes_of_orders_that_are_not_coupled_stay_where_they_are(trading: Trading) -> None:
    note(trading, trading.order(), GATE)
    annotation(trading, trading.sales_order(), GATE)
    assert both(trading) == (Counters(), Counters())
    assert [*trading.ledger(standard(NOTES)).rows] == []


@pytest.mark.parametrize("side", ["erp", "crm"])
def test_a_deleted_note_deletes_nothing_and_is_not_made_again(trading: Trading, side: str) -> None:
    order, _there = trading.coupled_order()
    id = note(trading, order, GATE)
    both(trading)
    system, table = (trading.erp, "note") if side == "erp" else (trading.crm, "annotation")
    system.remove(table, id)
    assert both(trading) == (Counters(), Counters())
    left, column = ("annotation", "notetext") if side == "erp" else ("note", "text")
    (trading.crm if side == "erp" else trading.erp).edit(left, id, **{column: "Changed"})
    assert writes(both(trading)) == [0, 0]
    assert len(trading.erp.ids("note")) + len(trading.crm.ids("annotation")) == 1


def test_a_note_that_came_with_its_order_is_not_made_a_second_time(trading: Trading) -> None:
    """The flow that makes orders takes their notes along, under the same id."""
    order, there = trading.coupled_order()
    id = annotation(trading, there, GATE)
    trading.erp.add("note", id=id, record_table="sales_header", record_id=order, text=GATE)
    both(trading)
    both(trading)
    assert texts(trading) == ([GATE], [GATE])
    assert trading.is_coupled(NOTES, id)


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_killed_at_any_step_each_note_is_there_once(direction: Direction) -> None:
    def noted() -> Trading:
        trading = Trading()
        order, there = trading.coupled_order()
        for text in (GATE, "Ring twice"):
            if direction is TO_CRM:
                note(trading, order, text)
            else:
                annotation(trading, there, text)
        return trading

    def check(trading: Trading) -> None:
        both(trading)
        assert texts(trading) == ([GATE, "Ring twice"], [GATE, "Ring twice"])

    assert every_death(noted, direction, standard(NOTES), Options(), check) > 3


# --- what a reader sees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "seen"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<style>p{color:red}</style><p>One</p><script>alert(1)</script>", "One"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("  plain, as typed \r\n second line ", "plain, as typed \n second line"),
        ("<img src=x onerror=alert(1)>", ""),
        ("", ""),
    ],
)
def test_of_a_note_of_sales_a_reader_sees_its_text(there: str, seen: str) -> None:
    assert plain_text(there) == seen


@examples(100)
@given(st.text())
def test_a_plain_text_comes_back_from_sales_as_it_was(text: str) -> None:
    assert plain_text(as_html(text)) == tidy_text(text)


@examples(40)
@given(st.text(alphabet="<>&;abp/!-#x38 \n\"'="))
def test_what_looks_like_a_tag_is_a_text_for_sales(text: str) -> None:
    assert "<" not in as_html(text)
    assert plain_text(as_html(text)) == tidy_text(text)
