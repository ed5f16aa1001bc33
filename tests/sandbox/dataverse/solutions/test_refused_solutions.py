"""Solutions that the organization does not take though their file is in order, and what stays while others need it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.solutions.operations import ONE_AT_A_TIME
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.solutions.packages import BOOK, bring, manifest, package, refusal


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox(Options(str(tmp_path / "organization.sqlite3")))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def boss(running: Sandbox) -> Caller:
    return Caller(running.ready, "administrator")


def column(kind: str, name: str = "new_Pages") -> str:
    return BOOK.format(column=f"<attribute PhysicalName='{name}'><Type>{kind}</Type></attribute>")


def version(boss: Caller) -> str:
    (found,) = boss.rows("solutions?$select=version&$filter=uniquename eq 'Bookshop'")
    return str(found["version"])


def test_a_column_does_not_change_its_type_with_a_later_version(boss: Caller) -> None:
    bring(boss, package(customizations=column("int")))
    boss.create("new_books", new_title="Emma", new_pages=474)

    answer = bring(boss, package(solution=manifest("1.1.0.0"), customizations=column("nvarchar")))

    assert refusal(answer) == (400, "0x80048034")
    assert "new_book.new_pages exists with the type Integer; the solution wants String" in answer.text
    assert version(boss) == "1.0.0.0"
    assert boss.rows("new_books?$select=new_pages")[0]["new_pages"] == 474


@pytest.mark.parametrize(("installed", "code"), [(1, "0x80048041"), (0, "0x80048040")])
def test_a_solution_stays_managed_or_unmanaged(boss: Caller, installed: int, code: str) -> None:
    assert bring(boss, package(solution=manifest(managed=installed))).status_code == 204

    answer = bring(boss, package(solution=manifest("1.1.0.0", managed=1 - installed)))

    assert refusal(answer) == (400, code)
    assert version(boss) == "1.0.0.0"


def test_one_solution_is_installed_at_a_time(running: Sandbox, boss: Caller) -> None:
    with ONE_AT_A_TIME:
        answer = bring(boss, package())
        begun = boss("POST", "ImportSolutionAsync", {"CustomizationFile": package(), "PublishWorkflows": True}).json()
        running.organization.end()
    operation = boss.get(f"asyncoperations({begun['AsyncOperationId']})?$select=statecode,statuscode,message")

    assert refusal(answer) == (400, "0x80071151")
    assert (operation["statecode"], operation["statuscode"]) == (3, 31)
    assert "Another solution is being installed" in operation["message"]
    assert boss.rows("solutions?$filter=uniquename eq 'Bookshop'") == []
    assert bring(boss, package()).status_code == 204


def test_a_table_stays_while_another_one_leads_to_it_and_a_column_while_a_key_has_it(boss: Caller) -> None:
    bring(boss, package(customizations=column("int")))
    book, account = "EntityDefinitions(LogicalName='new_book')", "EntityDefinitions(LogicalName='account')"
    lookup = {
        "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "SchemaName": "new_book_account",
        "ReferencedEntity": "new_book",
        "ReferencingEntity": "account",
        "Lookup": {"SchemaName": "new_BookId", "DisplayName": label("Book")},
    }
    assert boss("POST", "RelationshipDefinitions", lookup).status_code == 204
    key = {"SchemaName": "new_Pages_Key", "DisplayName": label("Pages"), "KeyAttributes": ["new_pages"]}
    assert boss("POST", f"{book}/Keys", key).status_code == 204

    assert boss.refusal("DELETE", book) == (400, "0x8004f01f")
    assert boss.refusal("DELETE", f"{book}/Attributes(LogicalName='new_pages')") == (400, "0x8004f01f")

    assert boss("DELETE", f"{book}/Keys(LogicalName='new_pages_key')").status_code == 204
    assert boss("DELETE", f"{book}/Attributes(LogicalName='new_pages')").status_code == 204
    assert boss("DELETE", f"{account}/Attributes(LogicalName='new_bookid')").status_code == 204
    assert boss("DELETE", book).status_code == 204
    assert boss("GET", "new_books").status_code == 404


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}
