"""What a change would make of a document, without making it."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.business_central.posting.changing import DocumentChange, change, preview
from integration.business_central.posting.states import release
from integration.systems.errors import NotFound
from integration.systems.refusals import NotOpen
from integration.systems.values import Row
from tests.business_central.embedded import cursor, pages_since
from tests.business_central.trading import comment, item, lines_of, order

D = Decimal


def test_a_preview_is_what_the_change_makes_and_writes_nothing() -> None:
    made = order(item(quantity=3), item("LAMP", 1), invoice_discount_value=D(10))
    first, second = lines_of(made)
    asked = DocumentChange(
        {"external_document_no": "PO-7"}, changed=[Row(first.pk, {"quantity": D(5)})],
        added=[Row(uuid.uuid4(), item("BOOK", 2))], gone=[second.pk],
    )  # fmt: skip
    before = cursor("sales_header")

    work = preview(made.pk, asked)

    assert [page.records for page in pages_since("sales_header", before, "no")] == [[]]
    assert [line.quantity for line in lines_of(made)] == [3, 1]
    change(made.pk, asked)
    made.refresh_from_db()
    assert (work.header.amount, work.header.amount_including_vat) == (made.amount, made.amount_including_vat)
    assert [(x.pk, x.amount, x.inv_discount_amount) for x in work.lines] == [
        (x.pk, x.amount, x.inv_discount_amount) for x in lines_of(made)
    ]


def test_a_preview_is_refused_as_the_change_would_be() -> None:
    made = order(item())
    release(made.pk)

    with pytest.raises(NotOpen, match="Reopen it first"):
        preview(made.pk, DocumentChange({"your_reference": "X"}))
    with pytest.raises(NotFound):
        preview(uuid.uuid4(), DocumentChange())


def test_comments_that_belong_to_a_line_go_with_it() -> None:
    made = order(item(line_no=10000), comment("Oak", line_no=15000, attached_to_line_no=10000), item("LAMP"))

    change(made.pk, DocumentChange(gone=[lines_of(made)[0].pk]))

    assert [line.no for line in lines_of(made)] == ["LAMP"]


def test_a_line_that_is_deleted_is_not_changed_as_well() -> None:
    made = order(item(), item("LAMP"))
    line = lines_of(made)[0]

    change(made.pk, DocumentChange(changed=[Row(line.pk, {"quantity": D(7)})], gone=[line.pk]))

    assert [line.no for line in lines_of(made)] == ["LAMP"]
