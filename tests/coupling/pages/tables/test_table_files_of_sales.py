"""The files that say how each table of Sales is shown name what an organization describes."""

from __future__ import annotations

from typing import Any

from coupling.pages.tables import every
from integration.dataverse.connecting import connect
from integration.systems.values import Side
from tests.coupling.pages.tables.named import unknown_fields


def test_a_file_of_sales_names_fields_of_its_table(sandbox: dict[str, Any]) -> None:
    found = connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"]
    )
    pages = [page for page in every() if page.side is Side.CRM]
    unknown = {page.name: unknown_fields(page, found.describe(page.name).fields) for page in pages}
    found.close()

    assert {name: fields for name, fields in unknown.items() if fields} == {}
    assert len(pages) > 15
