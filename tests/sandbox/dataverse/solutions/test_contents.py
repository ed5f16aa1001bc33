"""What is inside a solution: every kind of column with its limits, lookups, keys, forms and web resources, and text in
any encoding."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox.dataverse.solutions.opening import parsed
from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.conftest import Clock
from tests.sandbox.dataverse.solutions.packages import BOOK, CONTENT_TYPES, KEY, PAGES, WEB, manifest, package
from tests.sandbox.in_process import Answer, Inside, organization_in_process

CRM = "Microsoft.Dynamics.CRM"
BOOKS = "EntityDefinitions(LogicalName='new_book')"


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    with organization_in_process(tmp_path, clock=Clock()) as made:
        yield Inside(made)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """An organization in which nothing is ever installed."""
    with organization_in_process(tmp_path_factory.mktemp("solutions"), clock=Clock()) as made:
        yield Inside(made)


def bring(inside: Inside, content: str, **more: Any) -> Answer:
    return inside("POST", "ImportSolution", {"CustomizationFile": content, **more})


def facts(**named: str) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in named.items())


def column(kind: str, **named: str) -> str:
    """A package whose table has one more column, ``new_pages``."""
    return package(customizations=BOOK.format(column=PAGES.format(kind, facts(**named))))


@pytest.mark.parametrize(
    ("kind", "named", "type_", "shown"),
    [
        ("nvarchar", {}, "String", {"MaxLength": 100}),
        ("nvarchar", {"MaxLength": "4000"}, "String", {"MaxLength": 4000}),
        ("ntext", {"MaxLength": "1048576"}, "Memo", {"MaxLength": 1_048_576}),
        ("int", {}, "Integer", {"MinValue": -(2**31), "MaxValue": 2**31 - 1}),
        ("int", {"MinValue": "0", "MaxValue": "10"}, "Integer", {"MinValue": 0, "MaxValue": 10}),
        ("decimal", {"Accuracy": "5", "MinValue": "-1", "MaxValue": "1"}, "Decimal",
         {"Precision": 5, "MinValue": -1, "MaxValue": 1}),
        ("float", {"Accuracy": "3"}, "Double", {"Precision": 3}),
        ("money", {"MinValue": "0"}, "Money", {"MinValue": 0, "PrecisionSource": 2}),
        ("bit", {}, "Boolean", {}),
        ("datetime", {}, "DateTime", {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}),
        ("datetime", {"Format": "date"}, "DateTime",
         {"Format": "DateOnly", "DateTimeBehavior": {"Value": "UserLocal"}}),
        ("datetime", {"Behavior": "2"}, "DateTime", {"DateTimeBehavior": {"Value": "DateOnly"}}),
        ("int", {"RequiredLevel": "applicationrequired"}, "Integer", {}),
        ("int", {"ValidForCreateApi": "0", "ValidForUpdateApi": "1"}, "Integer",
         {"IsValidForCreate": False, "IsValidForUpdate": True}),
    ],
)  # fmt: skip
def test_a_column_of_a_file_is_described_as_the_file_says(
    inside: Inside, kind: str, named: dict[str, str], type_: str, shown: dict[str, Any]
) -> None:
    assert bring(inside, column(kind, **named)).status_code == 204

    found = inside.get(f"{BOOKS}/Attributes(LogicalName='new_pages')/{CRM}.{type_}AttributeMetadata")
    assert {key: found[key] for key in shown} == shown
    needed = "ApplicationRequired" if "RequiredLevel" in named else "None"
    assert (found["RequiredLevel"]["Value"], found["IsCustomAttribute"]) == (needed, True)


def test_a_whole_number_of_a_file_keeps_to_its_limits(inside: Inside) -> None:
    bring(inside, column("int", MinValue="1", MaxValue="5000"))

    assert inside("POST", "new_books", {"new_title": "Emma", "new_pages": 5000}).status_code == 204
    for pages in (0, 5001):
        assert inside.refusal("POST", "new_books", {"new_title": "Emma", "new_pages": pages}) == (400, "0x8004432f")


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("picklist", {}),
        ("", {}),
        ("NVARCHAR", {}),
        ("nvarchar", {"MaxLength": "0"}),
        ("nvarchar", {"MaxLength": "4001"}),
        ("ntext", {"MaxLength": "1048577"}),
        ("int", {"MinValue": "5", "MaxValue": "1"}),
        ("int", {"MinValue": "few"}),
        ("int", {"MinValue": "1.5"}),
        ("int", {"MaxValue": "2147483648"}),
        ("decimal", {"Accuracy": "13"}),
        ("decimal", {"Accuracy": "-1"}),
        ("decimal", {"MinValue": "NaN"}),
        ("float", {"Accuracy": "x"}),
        ("money", {"AccuracySource": "3"}),
        ("money", {"MinValue": "2", "MaxValue": "1"}),
    ],
)
def test_a_column_beyond_what_it_can_be_is_refused(shared: Inside, kind: str, named: dict[str, str]) -> None:
    assert bring(shared, column(kind, **named)).refusal == (400, "0x8004802c")
    assert shared.refusal("GET", "new_books")[0] == 404


LOOKUP = PAGES.replace("new_Pages", "new_AuthorId")
RELATION = (
    "</Entities><EntityRelationships><EntityRelationship Name='new_contact_books'><ReferencingEntityName>new_Book"
    "</ReferencingEntityName><ReferencedEntityName>{far}</ReferencedEntityName><ReferencingAttributeName>{near}"
    "</ReferencingAttributeName></EntityRelationship></EntityRelationships>"
)


def related(far: str = "Contact", near: str = "new_AuthorId") -> str:
    text = BOOK.format(column=LOOKUP.format("lookup", ""))
    return package(customizations=text.replace("</Entities>", RELATION.format(far=far, near=near)))


def test_a_lookup_of_a_file_is_bound_by_its_schema_name_and_leads_back(inside: Inside) -> None:
    assert bring(inside, related()).status_code == 204
    author = inside.create("contacts", lastname="Austen")

    book = inside.create("new_books", new_title="Emma", new_AuthorId_at_bind=f"/contacts({author})")

    assert inside.get(f"new_books({book})?$expand=new_AuthorId")["new_AuthorId"]["lastname"] == "Austen"
    assert [row["new_title"] for row in inside.rows(f"contacts({author})/new_contact_books")] == ["Emma"]


@pytest.mark.parametrize(("far", "near"), [("Nothing", "new_AuthorId"), ("Contact", "new_OtherId")])
def test_a_lookup_that_leads_nowhere_is_refused(shared: Inside, far: str, near: str) -> None:
    assert bring(shared, related(far, near)).refusal == (400, "0x8004801d")


def test_a_key_of_a_file_finds_its_rows_and_keeps_them_apart(inside: Inside) -> None:
    text = BOOK.format(column="").replace("</entity>", KEY.format("new_title"))
    assert bring(inside, package(customizations=text)).status_code == 204

    assert inside("PATCH", "new_books(new_title='Emma')", {}).status_code == 204
    assert inside.get("new_books(new_title='emma')")["new_title"] == "Emma"
    assert inside.refusal("POST", "new_books", {"new_title": "EMMA"})[0] == 412
    (key,) = inside.rows(f"{BOOKS}/Keys")
    assert (key["SchemaName"], key["EntityKeyIndexStatus"]) == ("new_Key", "Active")


def test_a_second_import_changes_web_resources_and_keeps_one_of_each(inside: Inside) -> None:
    for version in ("1.0.0.0", "1.1.0.0"):
        text = BOOK.format(column="").replace(
            "</ImportExportXml>", WEB.format("3").replace("{{", "{").replace("}}", "}")
        )
        assert bring(inside, package(solution=manifest(version), customizations=text)).status_code == 204

        (web,) = inside.rows("webresourceset?$select=name,content,webresourcetype&$filter=name eq 'new_/x.js'")
        assert f"<Version>{version}</Version>" in base64.b64decode(web["content"]).decode()
        assert web["webresourcetype"] == 3
    (solution,) = inside.rows("solutions?$select=version,ismanaged&$filter=uniquename eq 'Bookshop'")
    assert (solution["version"], solution["ismanaged"]) == ("1.1.0.0", False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_text_of_a_file_is_read_in_the_encoding_it_is_in(inside: Inside, encoding: str) -> None:
    text = BOOK.format(column="").replace("name='Bookseller'", "name='Buchhändler'")
    plain = encoding.replace("-sig", "")
    assert bring(inside, zipped(f'<?xml version="1.0" encoding="{plain}"?>{text}'.encode(encoding))).status_code == 204

    assert len(inside.rows("roles?$select=name&$filter=name eq 'Buchhändler'")) == 1


def zipped(customizations: bytes) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", CONTENT_TYPES)
        made.writestr("solution.xml", manifest())
        made.writestr("customizations.xml", customizations)
    return base64.b64encode(out.getvalue()).decode()


GROWING = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;&b;'>]><ImportExportXml>&c;</ImportExportXml>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_a_document_type_is_refused_in_whatever_encoding_it_is_hidden(shared: Inside, encoding: str) -> None:
    declared = (
        f'<?xml version="1.0" encoding="{encoding[:6] if encoding.startswith("utf-16") else encoding}"?>{GROWING}'
    )

    assert bring(shared, zipped(declared.encode(encoding))).refusal == (400, "0x8004802c")
    with pytest.raises(Refusal):
        parsed({"x.xml": declared.encode(encoding)}, "x.xml")


def test_a_form_nested_without_end_is_refused(shared: Inside) -> None:
    form = "<FormXml><forms type='main'><systemform><formid>{}</formid><form>" + "<tab>" * 3000 + "</tab>" * 3000
    text = BOOK.format(column="").replace("</EntityInfo>", f"</EntityInfo>{form}</form></systemform></forms></FormXml>")

    assert bring(shared, package(customizations=text)).refusal == (400, "0x8004802c")


@pytest.mark.parametrize("staged", [[], {}, 5, None, "", "00000000-0000-0000-0000-000000000001"])
def test_a_file_that_was_not_staged_is_none(shared: Inside, staged: Any) -> None:
    body = {"SolutionParameters": {"StageSolutionUploadId": staged}}

    for action in ("ImportSolution", "ImportSolutionAsync", "StageSolution"):
        assert shared.refusal("POST", action, body) == (400, "0x80060888")
    assert shared.refusal("POST", "ImportSolution", {"SolutionParameters": staged}) == (400, "0x80060888")


def test_staging_a_file_installs_nothing(shared: Inside) -> None:
    found = shared("POST", "StageSolution", {"CustomizationFile": package()}).json()["StageSolutionResults"]

    assert (found["StageSolutionStatus"], found["SolutionValidationResults"]) == ("Passed", [])
    assert found["SolutionDetails"] == {"SolutionUniqueName": "Bookshop", "SolutionVersion": "1.0.0.0"}
    assert shared.rows("solutions?$select=uniquename") == []


@pytest.mark.parametrize(
    ("given", "status"),
    [("1.0.0.0", 204), ("1.2", 204), ("2026.3.2.1", 204), ("1", 400), ("1.", 400), ("v1.0", 400), ("1.0.0.0.0", 400),
     ("1.0.0.9999999999", 400), ("", 400)],
)  # fmt: skip
def test_a_version_is_two_to_four_numbers(inside: Inside, given: str, status: int) -> None:
    assert bring(inside, package(solution=manifest(given))).status_code == status


def test_a_job_of_an_import_holds_its_progress_and_its_report(inside: Inside) -> None:
    good, bad = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"

    assert bring(inside, package(), ImportJobId=good).status_code == 204
    assert bring(inside, column("picklist"), ImportJobId=bad).status_code == 400

    done = inside.get(f"importjobs({good})?$select=progress,data,solutionname,completedon")
    assert (done["progress"], done["solutionname"]) == (100, "Bookshop")
    assert 'result="success"' in done["data"]
    failed = inside.get(f"importjobs({bad})?$select=progress,data,completedon")
    assert failed["progress"] < 100
    assert 'errorcode="0x8004802c"' in failed["data"]
    assert done["completedon"] is not None is not failed["completedon"]
    assert inside.refusal("POST", "ImportSolution", {"CustomizationFile": package(), "ImportJobId": good})[0] == 412
