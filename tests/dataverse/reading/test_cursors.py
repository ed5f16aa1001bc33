"""A cursor holds by every name of the organization; one that does not is begun anew by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import CursorExpired
from tests.dataverse.reading.following import add, follow, ids, organization
from tests.dataverse.relay import relay

__all__ = ["organization"]


@pytest.mark.parametrize("table", ["account", "annotation"])
def test_reading_goes_on_by_another_name_of_the_same_organization(
    organization: SalesOrganization, sandbox: dict[str, Any], table: str
) -> None:
    add(organization, table, 4)
    organization.page_size = 2
    halfway = next(organization.changes(table, [])).cursor
    rest, cursor = follow(organization, table, halfway)
    added = add(organization, table)

    with relay(sandbox) as other_name:
        alias = other_name.organization()
        alias.page_size = 2
        assert ids(follow(alias, table, halfway)[0]) >= ids(rest)
        assert set(added) <= ids(follow(alias, table, cursor)[0])
        alias.close()


WRITTEN = "_modifiedby_value,_modifiedonbehalfby_value,modifiedon"


@pytest.mark.parametrize(("table", "kept"), [
    ("account", {"delta": "https://contoso.example/api/data/v9.2/accounts?$deltatoken=1", "select": "accountid"}),
    ("annotation", {"since": "2026-01-01T00:00:00+00:00", "select": f"annotationid,{WRITTEN}",
                    "next": "https://contoso.example/api/data/v9.2/annotations?$skiptoken=1"}),
])  # fmt: skip
def test_a_cursor_with_the_link_of_another_address_is_begun_anew(
    organization: SalesOrganization, table: str, kept: dict[str, str]
) -> None:
    kept["select"] = f"accountid,{WRITTEN}" if table == "account" else kept["select"]
    with pytest.raises(CursorExpired, match="another address"):
        follow(organization, table, json.dumps(kept))


def test_the_next_page_of_a_list_is_found_by_another_name_too(
    organization: SalesOrganization, sandbox: dict[str, Any]
) -> None:
    add(organization, "account", 3)
    first = organization.find("account", size=2)
    with relay(sandbox) as other_name:
        alias = other_name.organization()
        again = alias.find("account", size=2, after=first.cursor)
        alias.close()

    assert [record.id for record in again.records] == [
        record.id for record in organization.find("account", size=2, after=first.cursor).records
    ]
