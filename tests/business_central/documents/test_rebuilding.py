"""A document whose order in Sales was changed is made anew, and what people wrote between its lines stays."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.documents.line_numbers import Place, put_numbers
from integration.business_central.models import Note, SalesHeader, SalesHeaderArchive, SalesLine, SalesLineArchive
from integration.business_central.posting.changing import DocumentChange, change
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import hold, release
from integration.systems.errors import NotFound, VersionConflict
from integration.systems.refusals import DiscountRefused, DocumentRefused, LineRefused, NotOpen
from integration.systems.values import Document, Ref, Row
from tests.business_central.embedded import company
from tests.business_central.trading import comment, customer, document, freight, insert, item, lines_of, stock

D = Decimal
ID = uuid.uuid5(uuid.NAMESPACE_OID, "salesorder/1")


def of_sales(id: uuid.UUID = ID, **lines: Mapping[str, Any]) -> Document:
    """A document as a flow makes it; the names of the lines are those of Sales."""
    rows = [
        Row(uuid.uuid5(id, name), {"document_no": Ref("sales_header", id), "line_no": number * 10000, **line})
        for number, (name, line) in enumerate(lines.items(), 1)
    ]
    return Document(document(id=id).header, {"sales_line": rows})


def made(**lines: Mapping[str, Any]) -> SalesHeader:
    answer = insert(of_sales(**lines))[0]
    assert answer.ok, answer.error
    return SalesHeader.objects.get(pk=ID)


def rebuild(asked: Document, **more: Any) -> SalesHeader:
    return company.act("sales_header", ID, "rebuild", document=asked, **more)


def add(line: Mapping[str, Any], line_no: int = 0) -> uuid.UUID:
    """A person adds a line."""
    row = Row(uuid.uuid4(), {**line, "line_no": line_no})
    change(ID, DocumentChange(added=[row]))
    return row.id


def shown() -> list[tuple[int, str, D]]:
    return [(x.line_no, x.description, x.quantity) for x in lines_of(SalesHeader.objects.get(pk=ID))]


def test_lines_are_changed_added_and_taken_away_by_their_ids() -> None:
    made(a=item(quantity=2, price=100), b=item("LAMP", 1, price=50))
    kept = lines_of(SalesHeader.objects.get(pk=ID))[0].pk

    order = rebuild(of_sales(a=item(quantity=3, price=100), c=item("BOOK", 4, price=10)))

    assert shown() == [(10000, "Desk", 3), (20000, "Book", 4)]
    assert lines_of(order)[0].pk == kept
    assert (order.amount, order.amount_including_vat, order.no) == (340, 402, "101001")


def test_a_released_order_is_reopened_archived_and_stays_open() -> None:
    order = made(a=item(quantity=2, price=100))
    release(order.pk)
    hold(order.pk, "CRM")

    order = rebuild(of_sales(a=item(quantity=3, price=100)))

    assert (order.status, order.on_hold) == (SalesHeader.Status.OPEN, "CRM")
    archived = SalesHeaderArchive.objects.get(source_id=ID)
    assert (archived.version_no, archived.amount, archived.status) == (1, 200, SalesHeader.Status.RELEASED)
    assert SalesLineArchive.objects.get(document_no=archived).quantity == 2


def test_a_comment_of_a_person_stays_once_between_the_lines() -> None:
    made(a=item(quantity=2, price=100), b=item(quantity=1, price=50))
    add(comment("Deliver to gate 3"), 15000)
    release(ID)

    order = rebuild(of_sales(a=item(quantity=3, price=100), b=item(quantity=1, price=50)))

    assert shown() == [(10000, "Desk", 3), (15000, "Deliver to gate 3", 0), (20000, "Desk", 1)]
    assert order.amount == 350


@pytest.mark.parametrize(("lines", "after"), [
    (("a", "b", "c"), [(10000, "a"), (15000, "Gate 3"), (20000, "b"), (30000, "c")]),
    (("a", "c", "b"), [(10000, "a"), (15000, "Gate 3"), (17500, "c"), (20000, "b")]),
    (("b", "a"), [(10000, "b"), (20000, "a"), (30000, "Gate 3")]),
    (("b",), [(15000, "Gate 3"), (20000, "b")]),
    (("c", "b"), [(15000, "Gate 3"), (17500, "c"), (20000, "b")]),
    ((), [(15000, "Gate 3")]),
])  # fmt: skip
def test_lines_that_move_take_the_comment_behind_them_along(
    lines: tuple[str, ...], after: list[tuple[int, str]]
) -> None:
    made(a=item(description="a"), b=item(description="b"))
    add(comment("Gate 3"), 15000)

    rebuild(of_sales(**{name: item(description=name) for name in lines}))

    assert [(no, text) for no, text, _ in shown()] == after


def test_texts_of_a_line_stand_in_front_of_what_a_person_wrote_about_it() -> None:
    made(a=item(), b=item("LAMP"))
    add(comment("Call first", attached_to_line_no=10000), 15000)

    text = comment("Blue, please", attached_to_line_no=10000)
    lines = of_sales(a=item(), b=item("LAMP"))
    row = Row(uuid.uuid5(ID, "a/1"), {"document_no": Ref("sales_header", ID), "line_no": 10001, **text})
    rebuild(Document(lines.header, {"sales_line": [*lines.children["sales_line"], row]}))

    assert [(no, text) for no, text, _ in shown()] == [
        (10000, "Desk"), (10001, "Blue, please"), (15000, "Call first"), (20000, "Lamp"),
    ]  # fmt: skip
    assert [x.attached_to_line_no for x in SalesLine.objects.filter(document_no=ID, type=0)] == [10000, 10000]


def test_a_comment_whose_line_is_gone_stands_for_itself() -> None:
    made(a=item(), b=item("LAMP"))
    add(comment("Call first", attached_to_line_no=10000), 15000)

    rebuild(of_sales(b=item("LAMP")))

    assert SalesLine.objects.get(document_no=ID, type=0).attached_to_line_no == 0


def test_a_line_that_a_person_added_is_named_and_nothing_is_changed() -> None:
    made(a=item(quantity=2, price=100))
    add(freight(12))

    with pytest.raises(LineRefused, match=r"lines that did not come from Sales: 20000 \(Freight\)"):
        rebuild(of_sales(a=item(quantity=3, price=100)))

    assert shown()[0] == (10000, "Desk", 2)
    assert not SalesHeaderArchive.objects.exists()


def test_a_shipped_order_is_refused() -> None:
    order = made(a=item(quantity=2, price=100))
    stock()
    ship(order.pk)

    with pytest.raises(NotOpen, match="shipped in part"):
        rebuild(of_sales(a=item(quantity=3, price=100)))


def test_what_a_new_document_is_refused_for_refuses_it_whole() -> None:
    made(a=item(quantity=2, price=100))

    with pytest.raises(DiscountRefused):
        rebuild(of_sales(a=item(quantity=1, price=100, line_discount_amount=D(101))))

    assert shown() == [(10000, "Desk", 2)]
    assert not SalesHeaderArchive.objects.exists()


def test_the_header_takes_over_what_is_given_and_keeps_the_rest() -> None:
    made(a=item())
    change(ID, DocumentChange(header={"your_reference": "ORD-1", "ship_to_name": "Gate 3"}))
    asked = of_sales(a=item())

    changed = {"sell_to_customer_no": customer("CONTOSO"), "your_reference": "ORD-2", "invoice_discount_value": D(10)}

    order = rebuild(Document(Row(ID, {**asked.header.values, **changed}), asked.children))

    assert (order.sell_to_customer_name, order.bill_to_name, order.your_reference) == ("Contoso", "Contoso", "ORD-2")
    assert (order.currency_code.code, order.ship_to_name) == ("EUR", "Contoso")
    assert order.amount == lines_of(order)[0].line_amount - 10


def test_another_version_is_refused() -> None:
    made(a=item())
    with pytest.raises(VersionConflict):
        rebuild(of_sales(a=item()), version="1")


def test_a_document_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        rebuild(of_sales(a=item()))


def test_an_invoice_follows_no_order_of_sales() -> None:
    bill = Document(document(id=ID, document_type=2).header)
    insert(bill)
    with pytest.raises(DocumentRefused, match="no order or quote"):
        rebuild(bill)


def test_notes_that_are_new_are_added_to_an_order() -> None:
    made(a=item())
    company.insert("note", [Row(uuid.uuid4(), {"record_table": "sales_header", "record_id": ID, "text": "Ours"})])
    asked = of_sales(a=item())
    note = Row(uuid.uuid4(), {"text": "From Sales"})

    for _ in range(2):
        rebuild(Document(asked.header, {**asked.children, "note": [note]}))

    assert sorted(Note.objects.filter(record_id=ID).values_list("text", flat=True)) == ["From Sales", "Ours"]


def test_of_a_quote_all_lines_and_notes_are_those_of_the_revision() -> None:
    asked = of_sales(a=item(quantity=2, price=100))
    header = Row(ID, {**asked.header.values, "document_type": 0})
    insert(Document(header, {**asked.children, "note": [Row(uuid.uuid4(), {"text": "First"})]}))
    add(item("LAMP", 1, price=50))
    add(comment("Gate 3"))

    quote = rebuild(
        Document(header, {**of_sales(c=item("BOOK")).children, "note": [Row(uuid.uuid4(), {"text": "Second"})]})
    )

    assert shown() == [(10000, "Book", 1)]
    assert Note.objects.get(record_id=ID).text == "Second"
    assert quote.no_of_archived_versions == 1


def test_an_order_of_many_lines_is_rebuilt_in_few_statements(django_assert_max_num_queries: Any) -> None:
    made(**{f"l{number}": item(quantity=1) for number in range(60)})

    with django_assert_max_num_queries(45):
        rebuild(of_sales(**{f"l{number}": item(quantity=2) for number in range(30, 90)}))

    assert len(shown()) == 60


# --- numbers -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 40)), st.booleans()), max_size=12))
def test_numbers_always_ascend_and_only_crowded_lines_change_theirs(given: list[tuple[int | None, bool]]) -> None:
    stored = [number for number, _ in given if number is not None]
    if len(set(stored)) < len(stored):
        return
    places: list[Place] = []
    for number, attached in given:
        owner = places[-1].line if attached and places else None
        places.append(Place(SalesLine(line_no=number or 0), owner, is_new=number is None))

    renumbered = put_numbers(places)

    numbers = [place.line.line_no for place in places]
    assert numbers == sorted(set(numbers))
    assert all(number > 0 for number in numbers)
    assert renumbered or [place.line.line_no for place in places if not place.is_new] == stored
    assert all(place.line.attached_to_line_no == (place.owner.line_no if place.owner else 0) for place in places)
