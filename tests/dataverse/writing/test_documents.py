"""Documents go to Sales as wholes: many in one request, each with all its lines or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.dataverse.writing import papers
from integration.systems.errors import DuplicateKey, Refused
from integration.systems.values import Document, Ref, Row, Value
from tests.dataverse.relay import Relay, relay
from tests.dataverse.writing.bulk_line import sent
from tests.organization import demo_organization
from tests.systems.contract import DocumentContract, DocumentGround

PAPER = DocumentGround(
    "salesorder", "name", "salesorderdetail", "salesorderid", "productdescription",
    header={}, line={"quantity": Decimal(2), "priceperunit": Decimal("19.95")},
    refused={"manualdiscountamount": Decimal(-1)},
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization of its own, whose orders are all deleted now and then."""
    with demo_organization(tmp_path_factory.mktemp("documents")) as running:
        yield running.ready


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.fixture
def sales(line: Relay) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


@pytest.fixture
def hurried(line: Relay) -> Iterator[SalesOrganization]:
    """One that waits a second for an answer and has the tables described already."""
    patient = line.organization()
    cache = patient.metadata
    made = line.organization(patience=1)
    for table in ("salesorder", "salesorderdetail"):
        cache.entity(table)
    made.metadata = cache
    yield made
    made.close()
    patient.close()


class TestSalesDocuments(DocumentContract):
    @pytest.fixture
    def documents(self, sales: SalesOrganization) -> SalesOrganization:
        sales.delete("salesorder", [Row(record.id) for record in sales.find("salesorder", size=5000).records])
        return sales

    @pytest.fixture
    def paper(self) -> DocumentGround:
        return PAPER


def order(name: str, lines: int = 2, **header: Value) -> Document:
    made = PAPER.document(name, *(f"Bicycle {number}" for number in range(lines)))
    return Document(Row(made.header.id, {**made.header.values, **header}), made.children)


def bill(name: str) -> Document:
    """An invoice with the amounts of its paper."""
    header = Row(uuid.uuid4(), {"name": name, "totalamountlessfreight": Decimal(10), "totaltax": Decimal(2)})
    line = {
        "invoiceid": Ref("invoice", header.id), "productdescription": "Bolt", "quantity": Decimal(30),
        "priceperunit": Decimal("0.33"), "tax": Decimal(2), "baseamount": Decimal(10), "extendedamount": Decimal(12),
    }  # fmt: skip
    return Document(header, {"invoicedetail": [Row(uuid.uuid4(), line)]})


def lines_of(sales: SalesOrganization, document: Document) -> int:
    ids = [row.id for rows in document.children.values() for row in rows]
    return len(sales.get(next(iter(document.children)), ids, []))


def test_a_hundred_orders_travel_in_few_requests(sales: SalesOrganization) -> None:
    sales.describe("salesorder"), sales.describe("salesorderdetail")
    before = sales.requests

    answers = sales.insert_documents("salesorder", [order(f"Order {number}") for number in range(100)])

    assert all(answer.ok for answer in answers)
    assert sales.requests - before == 2, "one with the documents, one that reads what became of them"


def test_the_answer_shows_the_number_that_sales_gave(sales: SalesOrganization) -> None:
    (answer,) = sales.insert_documents("salesorder", [order("Numbered")])

    found = sales.get("salesorder", [answer.id], ["ordernumber"])[answer.id]
    assert answer.values is not None
    assert (answer.values["name"], answer.values["ordernumber"]) == ("Numbered", found.values["ordernumber"])
    assert answer.version == found.version


def test_amounts_that_only_a_change_sets_follow_in_the_same_change_set(sales: SalesOrganization, line: Relay) -> None:
    wanted = bill("With amounts")

    (answer,) = sales.insert_documents("invoice", [wanted])

    assert answer.ok
    body = next(asked.body for asked in line.asked if b"With amounts" in asked.body)
    assert body.count(b"multipart/mixed") == 1
    assert [word.split()[0] for word in body.split(b"\r\n") if word.endswith(b"HTTP/1.1")] == [
        b"POST", b"POST", b"PATCH", b"PATCH",
    ]  # fmt: skip
    assert sent(line, "invoices?") == 0, "the last answer shows the invoice, nobody has to ask"
    assert sales.get("invoice", [answer.id], [])[answer.id].version == answer.version


def test_a_refused_line_is_named(sales: SalesOrganization) -> None:
    wrong = PAPER.document("Wrong", "Desk", manualdiscountamount=Decimal(-1))

    (answer,) = sales.insert_documents("salesorder", [wrong])

    assert "Manual Discount takes 0" in str(answer.error)


def test_a_line_that_belongs_to_another_document_is_no_duplicate_of_this_one(sales: SalesOrganization) -> None:
    first = order("First")
    line = first.children["salesorderdetail"][0]
    second = PAPER.document("Second")
    moved = Row(line.id, {**line.values, "salesorderid": Ref("salesorder", second.header.id)})
    sales.insert_documents("salesorder", [first])

    (answer,) = sales.insert_documents("salesorder", [Document(second.header, {"salesorderdetail": [moved]})])

    assert isinstance(answer.error, Refused)
    assert "another document" in str(answer.error)


@pytest.mark.parametrize("trouble", ["lose_answer", "answer_late"])
def test_what_an_answer_that_never_came_made_counts_as_made(
    hurried: SalesOrganization, line: Relay, trouble: str
) -> None:
    wanted = [order(f"{trouble} {number}") for number in range(3)]
    getattr(line, trouble)("changeset")

    answers = hurried.insert_documents("salesorder", wanted)

    assert [answer.error for answer in answers] == [None] * 3
    assert [lines_of(hurried, document) for document in wanted] == [2, 2, 2]


def test_one_document_alone_whose_answer_comes_late_is_asked_for(hurried: SalesOrganization, line: Relay) -> None:
    wanted = order("Alone")
    line.answer_late("changeset")

    (answer,) = hurried.insert_documents("salesorder", [wanted])

    assert answer.ok
    assert len([asked for asked in line.asked if b"changeset" in asked.body]) == 1


def test_two_workers_with_the_same_orders_make_each_once(line: Relay) -> None:
    wanted = [order(f"Raced {number}") for number in range(30)]
    workers = [line.organization() for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda worker: worker.insert_documents("salesorder", wanted), workers))

    for first, second in zip(*answers, strict=True):
        assert sorted([first.ok, second.ok]) == [False, True]
        assert isinstance(first.error or second.error, DuplicateKey)
    assert sum(lines_of(workers[0], document) for document in wanted) == 60
    for worker in workers:
        worker.close()


# --- more lines than one transaction takes ------------------------------------------------------------------


@pytest.fixture
def slices_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "ROWS_AT_ONCE", 2)


@pytest.mark.usefixtures("slices_of_two")
def test_a_long_document_comes_in_slices(sales: SalesOrganization, line: Relay) -> None:
    wanted = order("Long", lines=5, totaltax=Decimal(3))

    (answer,) = sales.insert_documents("salesorder", [wanted])

    assert answer.ok
    assert lines_of(sales, wanted) == 5
    assert len([asked for asked in line.asked if b"changeset" in asked.body]) == 4, "three slices, then the totals"


@pytest.mark.usefixtures("slices_of_two")
def test_a_long_document_with_a_refused_line_is_taken_away(sales: SalesOrganization) -> None:
    wanted = PAPER.document("Long", *"ABCDE", manualdiscountamount=Decimal(-1))

    (answer,) = sales.insert_documents("salesorder", [wanted])

    assert not answer.ok
    assert sales.get("salesorder", [wanted.header.id], []) == {}
    assert lines_of(sales, wanted) == 0


@pytest.mark.usefixtures("slices_of_two")
@pytest.mark.parametrize("there", [0, 1, 3, 5])
def test_a_long_document_that_a_crash_left_in_the_middle_is_completed(sales: SalesOrganization, there: int) -> None:
    wanted = order(f"Broken off after {there}", lines=5, totaltax=Decimal(3))
    begun = wanted.children["salesorderdetail"][:there]
    sales.insert("salesorder", [Row(wanted.header.id, {"name": wanted.header.values["name"]})])
    sales.insert("salesorderdetail", begun)

    (answer,) = sales.insert_documents("salesorder", [wanted])

    assert answer.ok
    assert lines_of(sales, wanted) == 5


@pytest.mark.usefixtures("slices_of_two")
def test_a_long_document_that_is_complete_is_a_duplicate(sales: SalesOrganization) -> None:
    wanted = order("Whole", lines=5)
    sales.insert_documents("salesorder", [wanted])

    assert isinstance(sales.insert_documents("salesorder", [wanted])[0].error, DuplicateKey)
    assert lines_of(sales, wanted) == 5


@pytest.mark.usefixtures("slices_of_two")
def test_a_long_document_that_was_closed_since_is_not_touched(sales: SalesOrganization) -> None:
    wanted = order("Canceled", lines=5, totaltax=Decimal(3))
    sales.insert_documents("salesorder", [wanted])
    sales.act("salesorder", wanted.header.id, "cancel_order")

    assert isinstance(sales.insert_documents("salesorder", [wanted])[0].error, DuplicateKey)
