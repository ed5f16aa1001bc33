"""Following the changes of a table of the running organization."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.systems.values import Page, Row


@pytest.fixture
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"]
    )
    yield found
    found.close()


def add(organization: SalesOrganization, table: str, count: int = 1) -> list[uuid.UUID]:
    name = {"account": "name", "annotation": "subject"}[table]
    rows = [Row(uuid.uuid4(), {name: f"Litware {n}"}) for n in range(count)]
    assert all(one.ok for one in organization.insert(table, rows))
    return [row.id for row in rows]


def follow(
    organization: SalesOrganization, table: str, since: str | None = None, fields: Sequence[str] = ()
) -> tuple[list[Page], str]:
    pages = list(organization.changes(table, fields, since))
    assert pages[-1].cursor is not None
    return pages, pages[-1].cursor


def ids(pages: list[Page]) -> set[uuid.UUID]:
    return {record.id for page in pages for record in page.records}
