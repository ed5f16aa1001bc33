"""Documents are inserted as a whole: the header with everything that belongs to it, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.systems.errors import DuplicateKey, FieldMissing, RecordProblem, VersionConflict
from integration.systems.system import DocumentSystem, every
from integration.systems.values import Document, Ref, Row, Value


@dataclass(frozen=True)
class DocumentGround:
    """Headers and lines of a system. ``name`` and ``line_name`` are TEXT columns, ``parent`` is the column of a line
    that refers to its header; ``header`` and ``line`` are what else they need, ``refused`` what no line may have."""

    table: str
    name: str
    lines: str
    parent: str
    line_name: str
    header: Mapping[str, Value]
    line: Mapping[str, Value]
    refused: Mapping[str, Value]

    def document(self, name: str, *lines: str, id: uuid.UUID | None = None, **wrong: Value) -> Document:
        """A document with lines of these names; ``wrong`` stands on its last line."""
        header = Row(id or uuid.uuid4(), {**self.header, self.name: name})
        owner = Ref(self.table, header.id)
        rows = [Row(uuid.uuid4(), {**self.line, self.parent: owner, self.line_name: line}) for line in lines]
        if wrong:
            rows[-1] = Row(rows[-1].id, {**rows[-1].values, **wrong})
        return Document(header, {self.lines: rows})


class DocumentContract:
    """The suite. Subclasses give ``documents`` (the system) and ``paper`` (the ground)."""

    @pytest.fixture
    def documents(self) -> DocumentSystem:
        raise NotImplementedError

    @pytest.fixture
    def paper(self) -> DocumentGround:
        raise NotImplementedError

    @pytest.fixture
    def stored(self, documents: DocumentSystem, paper: DocumentGround) -> Any:
        """What is there: names of headers with the names of their lines."""

        def read() -> dict[str, list[str]]:
            headers = {
                row.id: str(row.values[paper.name]) for row in every(documents, paper.table, fields=[paper.name])
            }
            found: dict[str, list[str]] = {name: [] for name in headers.values()}
            for line in every(documents, paper.lines, fields=[paper.parent, paper.line_name]):
                owner = line.values[paper.parent]
                assert isinstance(owner, Ref)
                found[headers[owner.id]].append(str(line.values[paper.line_name]))
            return {name: sorted(lines) for name, lines in found.items()}

        return read

    def test_it_is_a_system_of_documents(self, documents: DocumentSystem) -> None:
        assert isinstance(documents, DocumentSystem)

    def test_a_document_is_there_with_all_its_lines(
        self, documents: DocumentSystem, paper: DocumentGround, stored: Any
    ) -> None:
        first, second = paper.document("First", "Desk", "Lamp"), paper.document("Second", "Chair")

        answers = documents.insert_documents(paper.table, [first, second])

        assert [answer.error for answer in answers] == [None, None]
        assert [answer.id for answer in answers] == [first.header.id, second.header.id]
        assert stored() == {"First": ["Desk", "Lamp"], "Second": ["Chair"]}

    def test_a_document_may_have_no_lines(self, documents: DocumentSystem, paper: DocumentGround, stored: Any) -> None:
        assert documents.insert_documents(paper.table, [Document(paper.document("Bare").header)])[0].ok
        assert stored() == {"Bare": []}

    def test_nothing_to_insert_is_answered_with_nothing(self, documents: DocumentSystem, paper: DocumentGround) -> None:
        assert documents.insert_documents(paper.table, []) == []

    def test_a_refused_line_fails_its_document_and_no_other(
        self, documents: DocumentSystem, paper: DocumentGround, stored: Any
    ) -> None:
        given = [
            paper.document("First", "Desk"),
            paper.document("Second", "Lamp", "Chair", **paper.refused),
            paper.document("Third", "Shelf"),
        ]

        answers = documents.insert_documents(paper.table, given)

        assert [answer.ok for answer in answers] == [True, False, True]
        assert isinstance(answers[1].error, RecordProblem)
        assert answers[1].id == given[1].header.id
        assert stored() == {"First": ["Desk"], "Third": ["Shelf"]}

    def test_a_refused_document_can_be_inserted_once_it_is_right(
        self, documents: DocumentSystem, paper: DocumentGround, stored: Any
    ) -> None:
        wrong = paper.document("First", "Desk", **paper.refused)
        documents.insert_documents(paper.table, [wrong])

        assert documents.insert_documents(paper.table, [paper.document("First", "Desk", id=wrong.header.id)])[0].ok
        assert stored() == {"First": ["Desk"]}

    def test_a_repeated_document_is_a_duplicate_and_changes_nothing(
        self, documents: DocumentSystem, paper: DocumentGround, stored: Any
    ) -> None:
        first = paper.document("First", "Desk")
        documents.insert_documents(paper.table, [first])

        again = documents.insert_documents(paper.table, [first, paper.document("Second", "Lamp")])

        assert isinstance(again[0].error, DuplicateKey)
        assert again[1].ok
        assert stored() == {"First": ["Desk"], "Second": ["Lamp"]}

    def test_one_id_twice_in_a_call_is_a_duplicate_the_second_time(
        self, documents: DocumentSystem, paper: DocumentGround, stored: Any
    ) -> None:
        first = paper.document("First", "Desk")

        answers = documents.insert_documents(paper.table, [first, paper.document("Again", "Lamp", id=first.header.id)])

        assert [answer.ok for answer in answers] == [True, False]
        assert isinstance(answers[1].error, DuplicateKey)
        assert stored() == {"First": ["Desk"]}

    def test_a_column_there_is_not_is_named(self, documents: DocumentSystem, paper: DocumentGround) -> None:
        with pytest.raises(FieldMissing, match="wingspan"):
            documents.insert_documents(paper.table, [paper.document("First", "Desk", wingspan=7)])

    def test_the_version_of_the_answer_is_that_of_the_header(
        self, documents: DocumentSystem, paper: DocumentGround
    ) -> None:
        answer = documents.insert_documents(paper.table, [paper.document("First", "Desk")])[0]

        if answer.version is not None:
            assert documents.get(paper.table, [answer.id], [])[answer.id].version == answer.version
        stale = documents.update(paper.table, [Row(answer.id, {paper.name: "Late"}, "0")])[0]
        assert isinstance(stale.error, VersionConflict)
