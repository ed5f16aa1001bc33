"""What the sandbox makes of a solution file: refused as the service refuses it, else really read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.solutions.packages import BOOK, KEY, PAGES, WEB, bring, manifest, package, refusal


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[[], Sandbox]]:
    started: list[Sandbox] = []

    def start() -> Sandbox:
        for one in started:
            one.stop()
        started.clear()
        one = Sandbox(Options(str(tmp_path / "organization.sqlite3")))
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def call(running: Callable[[], Sandbox]) -> Caller:
    return Caller(running().ready, "administrator")


def test_a_file_is_read_and_its_table_and_role_are_there(call: Caller) -> None:
    assert bring(call, package()).status_code == 204

    assert call("POST", "new_books", {"new_title": "Emma"}).status_code == 204
    assert [row["new_title"] for row in call("GET", "new_books?$select=new_title").json()["value"]] == ["Emma"]
    (role,) = call("GET", "roles?$select=name&$filter=name eq 'Bookseller'").json()["value"]
    assert role["roleid"] == "5f7e0c1e-0000-4000-8000-000000000001"
    assert call("POST", "new_books", {"new_title": "x" * 41}).status_code == 400


def test_what_a_file_brought_is_there_after_a_restart(running: Callable[[], Sandbox]) -> None:
    bring(Caller(running().ready, "administrator"), package())
    again = Caller(running().ready, "administrator")

    assert again("POST", "new_books", {"new_title": "Persuasion"}).status_code == 204
    (row,) = again("GET", "solutions?$select=version&$filter=uniquename eq 'Bookshop'").json()["value"]
    assert row["version"] == "1.0.0.0"


def test_a_later_version_adds_its_columns_and_keeps_the_rows(call: Caller) -> None:
    bring(call, package())
    call("POST", "new_books", {"new_title": "Emma"})
    column = "<attribute PhysicalName='new_Pages'><Type>int</Type></attribute>"

    later = package(solution=manifest("1.1.0.0"), customizations=BOOK.format(column=column))
    assert bring(call, later).status_code == 204

    assert call("POST", "new_books", {"new_title": "Sanditon", "new_pages": 90}).status_code == 204
    rows = call("GET", "new_books?$select=new_title,new_pages&$orderby=new_title").json()["value"]
    assert [(row["new_title"], row["new_pages"]) for row in rows] == [("Emma", None), ("Sanditon", 90)]


@pytest.mark.parametrize(("content", "code"), [
    (base64.b64encode(b"no zip").decode(), "0x80048060"),
    (package(solution=""), "0x80048060"),
    (package(types="<Types />"), "0x80048060"),
    (package(customizations="<ImportExportXml>"), "0x8004802c"),
    (package(customizations="<!DOCTYPE a [<!ENTITY b 'c'>]><ImportExportXml />"), "0x8004802c"),
    (package(solution=manifest(format="10.0")), "0x80048068"),
    (package(customizations=BOOK.format(column="").replace("<entity ", "<entity unmodified='1' ")), "0x8004801d"),
])  # fmt: skip
def test_a_file_that_cannot_be_imported_is_refused_with_its_code(call: Caller, content: str, code: str) -> None:
    assert refusal(bring(call, content)) == (400, code)
    assert call("GET", "solutions?$select=uniquename").json()["value"] == []


@pytest.mark.parametrize(("other", "code"), [
    (manifest(publisher="another"), "0x8004801c"),
    (manifest(managed=1), "0x80048040"),
])  # fmt: skip
def test_a_solution_stays_its_publishers_and_of_its_kind(call: Caller, other: str, code: str) -> None:
    bring(call, package())

    assert refusal(bring(call, package(solution=other))) == (400, code)


def test_a_column_of_another_type_is_refused_and_nothing_is_changed(call: Caller) -> None:
    bring(call, package())
    clash = BOOK.format(column="").replace("<Type>nvarchar</Type>", "<Type>int</Type>")

    assert refusal(bring(call, package(customizations=clash)))[0] == 400
    assert call("POST", "new_books", {"new_title": "Emma"}).status_code == 204


def test_staging_says_what_an_import_would_say_and_keeps_the_file(call: Caller) -> None:
    bad = call("POST", "StageSolution", {"CustomizationFile": package(solution="")}).json()["StageSolutionResults"]
    good = call("POST", "StageSolution", {"CustomizationFile": package()}).json()["StageSolutionResults"]

    assert bad["SolutionValidationResults"][0]["ErrorCode"] == "0x80048060"
    assert good["SolutionDetails"]["SolutionVersion"] == "1.0.0.0"
    parameters: dict[str, Any] = {"StageSolutionUploadId": good["StageSolutionUploadId"]}
    assert call("POST", "ImportSolution", {"SolutionParameters": parameters}).status_code == 204


def test_an_import_of_its_own_time_can_be_followed_to_its_failure(call: Caller, running: Callable[[], Sandbox]) -> None:
    told = call("POST", "ImportSolutionAsync", {"CustomizationFile": package(solution="")}).json()

    running()  # ends the organization, which waits for its jobs
    after = Caller(running().ready, "administrator")
    state = after("GET", f"asyncoperations({told['AsyncOperationId']})?$select=statecode,statuscode,message").json()
    assert (state["statecode"], state["statuscode"]) == (3, 31)
    assert "Missing: solution.xml" in state["message"]
    report = after("GET", f"importjobs({told['ImportJobKey']})?$select=progress,data").json()
    assert report["progress"] == 0
    assert 'result="failure"' in report["data"]


def test_an_import_that_a_killed_process_left_behind_has_failed(running: Callable[[], Sandbox]) -> None:
    organization = running().organization
    with organization.database.transaction() as connection:
        connection.execute(
            "INSERT INTO asyncoperation (asyncoperationid, operationtype, statecode, statuscode, versionnumber) "
            "VALUES ('11111111-0000-4000-8000-000000000000', 202, 2, 20, 1)"
        )

    after = Caller(running().ready, "administrator")
    (job,) = after("GET", "asyncoperations?$select=statuscode,message&$filter=operationtype eq 202").json()["value"]
    assert (job["statuscode"], job["message"]) == (31, "The service was restarted.")


def test_only_who_may_import_customizations_imports(running: Callable[[], Sandbox]) -> None:
    integration = Caller(running().ready)

    assert refusal(bring(integration, package())) == (403, "0x80040220")


@pytest.mark.parametrize("body", [{}, {"CustomizationFile": 5}, {"CustomizationFile": "ü"}])
def test_a_body_without_a_file_is_refused(call: Caller, body: dict[str, Any]) -> None:
    assert call("POST", "ImportSolution", body).status_code == 400
    assert call("POST", "ImportSolutionAsync", body).status_code == 400


ENTITY = BOOK[BOOK.index("<Entity>") : BOOK.index("</Entities>")]
BACKWARDS = "<MinValue>9</MinValue><MaxValue>1</MaxValue>"


def changed(what: str, into: str, column: str = "") -> str:
    """A package whose customizations say something else in one place."""
    text = BOOK.format(column=column)
    assert what in text
    return package(customizations=text.replace(what, into))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (changed("</ImportExportXml>", WEB.format("script")), "WebResourceType must be a whole number, not 'script'"),
        (changed("level='Global'", "level='Everywhere'"), "the level 'Everywhere' of prvReadnew_Book"),
        (changed("{5f7e0c1e-0000-4000-8000-000000000001}", "{first}"), "the id 'first' of the Role"),
        (changed("<MaxLength>40", "<MaxLength>forty"), "a limit of new_book.new_title is wrong"),
        (changed("<MaxLength>40", "<MaxLength>-1"), "a limit of new_book.new_title is wrong"),
        (changed("</Entities>", ENTITY.format(column="") + "</Entities>"), "the Entity new_book stands there twice"),
        (changed("<DisplayMask>PrimaryName</DisplayMask>", ""), "needs one primary key and one primary name"),
        (changed("<Type>primarykey</Type>", "<Type>int</Type>"), "needs one primary key and one primary name"),
        (changed("new_Title", "new&quot;Title"), "is no name for a table, a column or a key"),
        (changed("name='Bookseller'", "name='x'", PAGES.format("decimal", "<MinValue>few</MinValue>")), "a limit of"),
        (changed("name='Bookseller'", "name='x'", PAGES.format("money", BACKWARDS)),
         "9 is not below 1"),
        (changed("name='Bookseller'", "name='x'", 2 * PAGES.format("int", "")), "new_pages stands there twice"),
        (changed("PhysicalName='new_Title'", "PhysicalName='statecode'"), "defines a column that every table has"),
        (changed("</entity>", KEY.format("new_colour")), "the key new_Key of new_book names columns"),
        (changed("</attributes>", "</attributes><EntitySetName>accounts</EntitySetName>"), "'accounts' of new_book"),
        (package(solution=manifest("one")), "'one' is no version"),
        (package(solution=manifest().replace("</Publisher>", "<CustomizationOptionValuePrefix>x"
                                             "</CustomizationOptionValuePrefix></Publisher>")),
         "CustomizationOptionValuePrefix must be a whole number"),
    ],
)  # fmt: skip
def test_what_a_file_says_wrongly_is_named_and_nothing_is_changed(call: Caller, content: str, says: str) -> None:
    answer = bring(call, content)

    assert refusal(answer) == (400, "0x8004802c")
    assert says in answer.json()["error"]["message"]
    assert call("GET", "new_books").status_code == 404


def test_a_job_is_named_by_an_id(call: Caller) -> None:
    answer = call("POST", "ImportSolution", {"CustomizationFile": package(), "ImportJobId": "my job"})

    assert refusal(answer) == (400, "0x80060888")
