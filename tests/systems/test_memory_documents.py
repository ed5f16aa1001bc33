"""The twin takes documents as a whole, and can fail in the middle of them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from integration.systems.errors import Refused, TimedOut
from integration.systems.memory import MemorySystem
from integration.systems.values import Document, Field, FieldType, Option, Ref, Row, Side, Table
from tests.systems.contract import DocumentContract, DocumentGround

ORDER = Table("salesorder", "Order", {
    "name": Field("name", FieldType.TEXT, max_length=100),
    "ordernumber": Field("ordernumber", FieldType.TEXT, max_length=100),
}, name_field="name", number_field="ordernumber")  # fmt: skip
LINE = Table("salesorderdetail", "Order Product", {
    "salesorderid": Field("salesorderid", FieldType.REFERENCE, targets=("salesorder",), required=True),
    "productdescription": Field("productdescription", FieldType.TEXT, max_length=20),
}, name_field="productdescription")  # fmt: skip
PAPER = DocumentGround(
    "salesorder", "name", "salesorderdetail", "salesorderid", "productdescription",
    header={}, line={}, refused={"productdescription": "x" * 21},
)  # fmt: skip


@pytest.fixture
def crm() -> MemorySystem:
    return MemorySystem(Side.CRM, [ORDER, LINE])


class TestMemoryDocuments(DocumentContract):
    @pytest.fixture
    def documents(self, crm: MemorySystem) -> MemorySystem:
        return crm

    @pytest.fixture
    def paper(self) -> DocumentGround:
        return PAPER


def papers(*names: str) -> list[Document]:
    return [PAPER.document(name, f"{name}'s desk") for name in names]


def test_the_line_breaks_after_some_documents(crm: MemorySystem) -> None:
    crm.fail_on("insert_documents", TimedOut("no answer"), done=1)

    with pytest.raises(TimedOut):
        crm.insert_documents("salesorder", papers("Adatum", "Contoso"))

    assert [crm.values("salesorder", id)["name"] for id in crm.ids("salesorder")] == ["Adatum"]
    assert len(crm.ids("salesorderdetail")) == 1


def test_one_document_of_several_is_refused(crm: MemorySystem) -> None:
    crm.fail_on("insert_documents", Refused("no"), when=lambda call: call.rows[0].values["name"] == "Adatum")

    answers = crm.insert_documents("salesorder", papers("Adatum", "Contoso"))

    assert [answer.ok for answer in answers] == [False, True]
    assert [crm.values("salesorder", id)["name"] for id in crm.ids("salesorder")] == ["Contoso"]
    assert len(crm.ids("salesorderdetail")) == 1


def test_a_system_that_chooses_ids_has_its_lines_refer_to_its_own(crm: MemorySystem) -> None:
    crm.keeps_ids = False
    given = papers("Adatum")

    answer = crm.insert_documents("salesorder", given)[0]

    assert answer.id != given[0].header.id
    line = crm.values("salesorderdetail", crm.ids("salesorderdetail")[0])
    assert line["salesorderid"] == Ref("salesorder", answer.id)


def test_what_was_refused_leaves_no_trace_in_the_changes(crm: MemorySystem) -> None:
    cursor = list(crm.changes("salesorder", []))[-1].cursor
    bad = Document(Row(uuid.uuid4(), {"name": "Adatum"}), {"salesorderdetail": [Row(uuid.uuid4(), {})]})

    assert not crm.insert_documents("salesorder", [bad])[0].ok

    pages = list(crm.changes("salesorder", [], cursor))
    assert [(page.records, page.deleted) for page in pages] == [([], [])]


def test_a_document_brings_what_else_only_a_change_sets(crm: MemorySystem) -> None:
    total = Field("totalamount", FieldType.DECIMAL, scale=2, insertable=False)
    twin = MemorySystem(Side.CRM, [replace(ORDER, fields={**ORDER.fields, "totalamount": total}), LINE])
    header = Row(uuid.uuid4(), {"name": "Adatum", "totalamount": Decimal(120)})

    assert not twin.insert("salesorder", [header])[0].ok
    assert twin.insert_documents("salesorder", [Document(header)])[0].ok
    assert twin.values("salesorder", header.id)["totalamount"] == Decimal(120)


def test_a_row_is_only_written_from_the_states_that_are_named() -> None:
    state = Field("statecode", FieldType.OPTION, options=(Option(1, "Submitted"), Option(2, "Canceled")))
    table = replace(ORDER, fields={**ORDER.fields, "statecode": state}, state_field="statecode")
    twin = MemorySystem(Side.CRM, [table])
    submitted, canceled = (twin.add("salesorder", name="Adatum", statecode=state) for state in (1, 2))

    answers = twin.update(
        "salesorder", [Row(id, {"name": "Late"}, from_states=frozenset({1})) for id in (submitted, canceled)]
    )

    assert [answer.ok for answer in answers] == [True, False]
    assert isinstance(answers[1].error, Refused)
